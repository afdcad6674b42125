//! A sender asks to be told that its letter was read: a person answers, each time; nothing is told by itself.
//!
//! RFC 8098, RFC 3503. Requirements: MSG-30, MSG-32, TRU-41.

use axum::extract::{Path, State};
use axum::response::Response;
use message::mdn::Mdn;
use message::{Glance, Letter};
use rules::Channel;
use store::folders::FolderId;
use store::mail::{FlagChange, Flags, Want};

use super::form::Fields;
use super::{recipients, send};
use crate::App;
use crate::frame::{Fault, Notice, Words};
use crate::keyboard::Member;

/// Keyword of a letter whose sender was answered, whatever the answer (RFC 3503).
pub(super) const TOLD: &str = "$MDNSent";

/// `POST …/{folder}/{uid}/accuse`: `reponse` is `oui` or `non`.
pub(super) async fn answer(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path((address, folder, uid)): Path<(String, i64, u32)>,
    form: Fields,
) -> Result<Response, Fault> {
    let access = super::enter(&app, &member, &address).await?;
    let (folder, now) = (FolderId(folder), app.clock.now());
    let want = Want { bytes: true, ..Want::default() };
    let read = app.store.read(&access, folder, &[uid], want, Channel::Webmail, now).await?;
    let stored = read.into_iter().next().ok_or(Fault::NotFound)?;
    let bytes = stored.bytes.ok_or(Fault::NotFound)?;
    let here = format!("{}/{}/{uid}", super::base(&access), folder.0);
    let told = stored.flags.keywords.iter().any(|word| word.eq_ignore_ascii_case(TOLD));
    let letter = Letter::read(&bytes);
    let facts = Glance::of(&bytes).facts;
    let asked = letter.receipt_to();
    if told || asked.is_empty() || facts.auto_submitted || facts.is_mdn || facts.is_dsn {
        return Ok(Notice::bad(w.receipt_not_asked()).then(&app, &here));
    }
    if form.one("reponse") == Some("oui") {
        let field = asked.iter().map(message::Correspondent::written).collect::<Vec<_>>().join(", ");
        let to = recipients::check(&app, w, &field).await?;
        if let Some((address, why)) = to.bad.first() {
            return Ok(Notice::bad(format!("{address} : {why}")).then(&app, &here));
        }
        if let Some(why) = send::ready(&app, w) {
            return Ok(Notice::bad(why).then(&app, &here));
        }
        let mailbox = app.store.mailbox(access.address()).await?.ok_or(Fault::NotFound)?;
        let from = send::sender(&app, &access, &mailbox).await?;
        let token = hex::encode(app.entropy.bytes::<16>());
        let mdn = Mdn {
            from: &from,
            to: &to.good,
            subject: &w.receipt_subject(letter.subject()),
            text: &w.receipt_text(from.shown(), w.date_time(now)),
            message_id: &format!("{token}@{}", access.address().domain()),
            about: letter.message_id(),
            date: now,
            nil: send::nil(&app),
        };
        send::report(&app, &access, mdn.write(&send::boundary(&app)).into(), &to.good, &token).await?;
    }
    let change = FlagChange::Add(Flags { system: 0, keywords: vec![TOLD.to_owned()] });
    app.store.set_flags(&access, folder, &[uid], change, None, Channel::Webmail, now).await?;
    let text = if form.one("reponse") == Some("oui") { w.receipt_sent() } else { w.receipt_declined() };
    Ok(Notice::good(text).then(&app, &here))
}
