//! The machines that open an APP mailbox, by their certificates; whoever answers for the mailbox enters them and takes them out.
//!
//! `GET|POST …/acces/machines`, `POST …/acces/machines/retirer`. Requirements: BAL-01, PSC-41, LPS-22. That a certificate is good is looked at
//! each time it is shown; here only which one may be shown.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::mailbox::{Bearer, Kind, certificate_of_bearer};
use rules::{Channel, Refusal};
use serde::Deserialize;
use store::mailboxes::NewCertificate;
use trust::Dn;

use super::room::Inside;
use super::sentences::{Names, within};
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};
use crate::keyboard::Member;

/// One certificate.
struct Machine {
    dn: String,
    /// « entré par … le … ».
    entered: String,
    /// It names another structure than the mailbox's.
    other: bool,
}

#[derive(Template)]
#[template(path = "access/machines.html")]
struct Machines {
    page: Page,
    address: String,
    machines: Vec<Machine>,
    text: String,
    /// The certificate names another structure: to be approved.
    approve: bool,
    error: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// A certificate in PEM, or its name.
    certificat: String,
    /// `oui`: another structure's is approved by the person at the keyboard.
    approuve: String,
}

/// What is wrong with the form that was sent.
#[derive(Default)]
struct Wrong {
    error: String,
    approve: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let inside = entered(&app, &member, &address).await?;
    draw(&app, w, &member, &inside, Asked::default(), Notice::left(&app, &headers), Wrong::default()).await
}

pub(super) async fn add(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Fault> {
    let inside = entered(&app, &member, &address).await?;
    // What was pasted by mistake is not shown again.
    if asked.certificat.contains("PRIVATE KEY") {
        let wrong = Wrong { error: w.machine_key(), approve: false };
        return draw(&app, w, &member, &inside, Asked::default(), None, wrong).await;
    }
    let Ok(dn) = Dn::read(&asked.certificat) else {
        let wrong = Wrong { error: w.machine_unreadable(), approve: false };
        return draw(&app, w, &member, &inside, asked, None, wrong).await;
    };
    // The approval is named: the person who gives it is the one at the keyboard.
    let approved_by = (asked.approuve == "oui").then(|| inside.access.name().to_owned());
    let new = NewCertificate { dn: dn.key(), structure: dn.structure().map(str::to_owned), approved_by };
    let (address, author) = (&inside.mailbox.address, inside.access.author());
    match app.store.add_certificate(address, new, author, Channel::Webmail, inside.now).await {
        Ok(()) => Ok(Notice::good(w.machine_added(dn.cn())).then(&app, &inside.path("acces/machines"))),
        Err(store::Error::Refused(why)) => {
            let wrong = Wrong { error: w.refusal(&why), approve: why == Refusal::OtherStructure };
            draw(&app, w, &member, &inside, asked, None, wrong).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path(address): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Fault> {
    let inside = entered(&app, &member, &address).await?;
    let (address, author) = (&inside.mailbox.address, inside.access.author());
    app.store.remove_certificate(address, &asked.certificat, author, Channel::Webmail, inside.now).await?;
    let back = [("certificat", asked.certificat.as_str()), ("approuve", "oui")];
    let name = Dn::parse(&asked.certificat).map(|dn| dn.cn().to_owned()).unwrap_or_default();
    Ok(Notice::good(w.machine_removed(name)).with_undo(inside.path("acces/machines"), &back).then(&app, &inside.path("acces/machines")))
}

/// In, as somebody who answers for an APP mailbox.
async fn entered(app: &App, member: &Member, address: &str) -> Result<Inside, Fault> {
    let inside = Inside::enter(app, member, address).await?;
    inside.access.manager_rights()?;
    if inside.mailbox.kind == Kind::App { Ok(inside) } else { Err(Refusal::NotForThisKind.into()) }
}

async fn draw(
    app: &App,
    w: Words,
    member: &Member,
    inside: &Inside,
    asked: Asked,
    notice: Option<Notice>,
    wrong: Wrong,
) -> Result<Response, Fault> {
    let mailbox = &inside.mailbox;
    let bearer = match &mailbox.bearer {
        Bearer::Structure { structure } => app.store.structure(structure).await?,
        Bearer::Person { .. } => None,
    };
    let known = app.store.certificates(&mailbox.address).await?;
    let names = Names::of(app, known.iter().filter_map(|one| one.author.person().cloned()).collect()).await?;
    let machine = |one: store::mailboxes::Certificate| {
        let unit = Dn::parse(&one.dn).ok().and_then(|dn| dn.structure().map(str::to_owned));
        let entered = w.machine_entered(within(w, &names, &one.author), w.date(one.added));
        Machine { entered, other: !certificate_of_bearer(unit.as_deref(), bearer.as_ref()), dn: one.dn }
    };
    let said = notice.is_some();
    let status = if wrong.error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let machines = Machines {
        page: inside.page(app, w, member, w.machines_title(&mailbox.label), "acces/machines").saying(notice),
        address: mailbox.address.to_string(),
        machines: known.into_iter().map(machine).collect(),
        text: asked.certificat,
        approve: wrong.approve,
        error: wrong.error,
    };
    let mut response = html(app, &machines, said);
    *response.status_mut() = status;
    Ok(response)
}
