//! CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 3501 §6.3.3-§6.3.7). What may be deleted or renamed is the store's to say (LPS-41).

use rules::Channel;

use crate::name;
use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) async fn create(session: &mut Session, name: &str) -> Outcome {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let access = &session.inside()?.access;
    store.create_folder(access, &good_name(name)?, Channel::Imap, now).await?;
    Ok(Reply::ok("CREATE completed"))
}

pub(crate) async fn delete(session: &mut Session, name: &str) -> Outcome {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let access = &session.inside()?.access;
    store.delete_folder(access, name, Channel::Imap, now).await?;
    Ok(Reply::ok("DELETE completed"))
}

pub(crate) async fn rename(session: &mut Session, from: &str, to: &str) -> Outcome {
    let (store, now) = (session.shared.store.clone(), session.shared.clock.now());
    let access = &session.inside()?.access;
    store.rename_folder(access, from, &good_name(to)?, Channel::Imap, now).await?;
    Ok(Reply::ok("RENAME completed"))
}

pub(crate) async fn subscribe(session: &mut Session, name: &str, on: bool) -> Outcome {
    let store = session.shared.store.clone();
    let access = &session.inside()?.access;
    store.subscribe(access, name, on).await?;
    Ok(Reply::ok(if on { "SUBSCRIBE completed" } else { "UNSUBSCRIBE completed" }))
}

/// The name to create; the delimiter at the end only says that folders will come below (RFC 3501 §6.3.3).
fn good_name(name: &str) -> Outcome<String> {
    let name = name::canonical(name.strip_suffix('/').unwrap_or(name).to_owned());
    if name::may_be_created(&name) { Ok(name) } else { Err(Reply::no("[CANNOT] Ce nom de dossier n'est pas possible").into()) }
}
