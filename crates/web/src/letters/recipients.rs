//! Whom a letter may go to: inside the trust space, or nowhere; and the person who writes knows at once.
//!
//! Requirements: LPS-51, TRU-29, TRU-30, OPE-01. The same question as at submission: the white list and our own mailboxes, never the network.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use message::Correspondent;
use message::compose::typed;
use rules::{Address, Refusal};

use super::form::Fields;
use crate::App;
use crate::frame::guard::HTML;
use crate::frame::{Fault, Words};
use crate::keyboard::Member;

/// Recipients of one letter (as at submission).
pub(crate) const MOST: usize = 100;

/// What was found of one field.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) good: Vec<Correspondent>,
    /// What was typed, and why it cannot be written to.
    pub(super) bad: Vec<(String, String)>,
}

/// Reads a field, and asks for each address whether it can be reached.
pub(super) async fn check(app: &App, w: Words, field: &str) -> Result<Checked, Fault> {
    let (good, bad) = typed(field);
    let mut checked = Checked { good: Vec::new(), bad: bad.into_iter().map(|text| (text, w.not_an_address())).collect() };
    for one in good.into_iter().take(MOST + 1) {
        let address = Address::parse(&one.address).map_err(|_| Refusal::BadAddress);
        let known = match address {
            Ok(address) => reachable(app, &address).await,
            Err(why) => Err(why.into()),
        };
        match known {
            Ok(()) => checked.good.push(one),
            Err(store::Error::Refused(why)) => checked.bad.push((one.address, w.refusal(&why))),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(checked)
}

/// Inside the trust space, and when it is ours, a mailbox that takes letters.
pub(crate) async fn reachable(app: &App, address: &Address) -> store::Result<()> {
    let now = app.clock.now();
    let domain = address.domain();
    if app.config.domains.contains(&domain) {
        let mailbox = app.store.recipient(address).await?.ok_or(Refusal::UnknownMailbox)?;
        return Ok(rules::mail::accept(&mailbox, now)?);
    }
    let list = app.trust.snapshot();
    if !list.lists(&domain) {
        // An old list may not know a new domain: then it is the list that is at fault.
        list.fresh(now)?;
        return Err(Refusal::ListAbsent.into());
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "letters/recipients.html")]
struct Told {
    w: Words,
    good: Vec<Correspondent>,
    bad: Vec<(String, String)>,
}

/// `POST /boites/{address}/lettres/ecrire/destinataires`: a piece of the page, for the field that was just left.
pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    form: Fields,
) -> Result<Response, Fault> {
    super::enter(&app, &member, &address).await?;
    let field = form.one("a").or(form.one("cc")).unwrap_or_default();
    let Checked { good, bad } = check(&app, w, field).await?;
    let text = Told { w, good, bad }.render().map_err(|error| Fault::ours("recipients could not be told", error))?;
    Ok(([HTML], text).into_response())
}
