//! One file a verb. Here: which verb may run at which stage (RFC 3501 §3), and the look at the right that comes before all of them.
//!
//! Requirements: LPS-03, LPS-31, PSC-39.

mod append;
mod batch;
pub(crate) mod capability;
mod copy;
mod enable;
mod expunge;
mod fetch;
mod folders;
mod id;
mod idle;
mod list;
mod logout;
mod namespace;
mod search;
mod select;
mod starttls;
mod status;
mod store;

use crate::auth;
use crate::command::Command;
use crate::outcome::{Outcome, Reply};
use crate::session::{Session, Stage};

/// Most messages one changing command may touch (LPS-44). Reading ones stream, and are not bounded.
const MOST_MESSAGES: usize = 50_000;

pub(crate) async fn run(session: &mut Session, tag: &str, command: Command) -> Outcome {
    match command {
        Command::Capability => capability::run(session),
        Command::Noop if !matches!(session.stage, Stage::Inside(_)) => Ok(Reply::ok("NOOP completed")),
        Command::Logout => logout::run(session, tag),
        Command::Id => id::run(session),
        Command::StartTls => starttls::run(session, tag).await,
        Command::Authenticate { mechanism, initial } if matches!(session.stage, Stage::Secured) => {
            auth::authenticate(session, tag, &mechanism, initial).await
        }
        Command::Authenticate { .. } | Command::Login => Ok(auth::not_here(session)),
        command => {
            session.inside()?;
            session.recheck().await?;
            inside(session, command).await
        }
    }
}

/// Commands of a person in her mailbox.
async fn inside(session: &mut Session, command: Command) -> Outcome {
    match command {
        Command::Noop => Ok(Reply::ok("NOOP completed")),
        Command::Enable(names) => enable::run(session, &names),
        Command::Namespace => namespace::run(session),
        Command::Select { folder, read_only, condstore } => select::run(session, &folder, read_only, condstore).await,
        Command::Close => select::close(session).await,
        Command::Unselect => select::unselect(session),
        Command::Check => session.inside()?.view().map(|_| Reply::ok("CHECK completed")),
        Command::Create(name) => folders::create(session, &name).await,
        Command::Delete(name) => folders::delete(session, &name).await,
        Command::Rename { from, to } => folders::rename(session, &from, &to).await,
        Command::Subscribe(name) => folders::subscribe(session, &name, true).await,
        Command::Unsubscribe(name) => folders::subscribe(session, &name, false).await,
        Command::List(list) => list::list(session, &list).await,
        Command::Lsub { reference, pattern } => list::lsub(session, &reference, &pattern).await,
        Command::Status { folder, items } => status::run(session, &folder, &items).await,
        Command::Append(append) => append::run(session, append).await,
        Command::Fetch(fetch) => fetch::run(session, fetch).await,
        Command::Search { uid, key } => search::run(session, uid, key).await,
        Command::SearchBadCharset => Ok(Reply::no("[BADCHARSET (US-ASCII UTF-8)] Jeu de caracteres inconnu")),
        Command::Store(command) => store::run(session, command).await,
        Command::Copy { uid, set, to } => copy::copy(session, uid, &set, &to).await,
        Command::Move { uid, set, to } => copy::move_messages(session, uid, &set, &to).await,
        Command::Expunge => expunge::run(session, None).await,
        Command::UidExpunge(set) => expunge::run(session, Some(&set)).await,
        Command::Idle => idle::run(session).await,
        Command::Capability | Command::Logout | Command::Id | Command::StartTls | Command::Authenticate { .. } | Command::Login => {
            Ok(Reply::bad("Not now"))
        }
    }
}

/// The messages a command means, if there are not too many of them.
fn picked(view: &crate::view::View, set: &crate::command::Set, by_uid: bool) -> Outcome<Vec<u32>> {
    view.pick(set, by_uid).map_err(|_| Reply::bad("No such message number").into())
}

/// The same for a command that changes them.
fn picked_to_change(view: &crate::view::View, set: &crate::command::Set, by_uid: bool) -> Outcome<Vec<u32>> {
    let uids = picked(view, set, by_uid)?;
    if uids.len() > MOST_MESSAGES {
        return Err(Reply::no("[LIMIT] Trop de messages en une commande : 50 000 au plus").into());
    }
    Ok(uids)
}
