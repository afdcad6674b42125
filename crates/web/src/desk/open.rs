//! `/bureau/boites/ouvrir`: staff opens a mailbox of any kind. Requirements: BAL-01, BAL-06, CAB-03, CAB-05, STF-02.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use rules::mailbox::{Bearer, Kind};
use rules::movement::Change;
use rules::staff::StaffRole;
use rules::{Address, Channel, IdNat};
use serde::Deserialize;
use store::mailboxes::NewMailbox;

use super::colleague::Colleague;
use crate::App;
use crate::frame::{Fault, Notice, Page, Words, html};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    genre: String,
    nom: String,
    libelle: String,
    titulaire: String,
    situation: String,
    structure: String,
    responsable: String,
}

#[derive(Template)]
#[template(path = "desk/open.html")]
struct OpenPage {
    page: Page,
    wanted: Wanted,
    domain: String,
    /// Why the last try was refused; empty at first.
    refused: String,
}

pub(super) async fn form(State(app): State<App>, colleague: Colleague, w: Words) -> Result<Response, Fault> {
    colleague.must(StaffRole::Mailbox)?;
    let wanted = Wanted { genre: "PER".to_owned(), ..Wanted::default() };
    Ok(draw(&app, &colleague, w, wanted, String::new()))
}

fn draw(app: &App, colleague: &Colleague, w: Words, wanted: Wanted, refused: String) -> Response {
    let page = colleague.page(app, w, w.desk_open(), "/bureau/boites/ouvrir");
    html(app, &OpenPage { page, wanted, domain: app.config.domain.to_string(), refused }, false)
}

pub(super) async fn open(State(app): State<App>, colleague: Colleague, w: Words, Form(wanted): Form<Wanted>) -> Result<Response, Fault> {
    colleague.must(StaffRole::Mailbox)?;
    let new = match read(&app, &wanted) {
        Ok(new) => new,
        Err(why) => return Ok(draw(&app, &colleague, w, wanted, why)),
    };
    let address = new.address.clone();
    match app.store.create_mailbox(new, false, colleague.author(), Channel::Webmail, app.clock.now()).await {
        Ok(_) => Ok(Notice::good(w.desk_opened(&address)).then(&app, &format!("/bureau/boites/{address}"))),
        Err(store::Error::Refused(refusal)) => Ok(draw(&app, &colleague, w, wanted, w.refusal(&refusal))),
        Err(error) => Err(error.into()),
    }
}

fn read(app: &App, wanted: &Wanted) -> Result<NewMailbox, String> {
    let kinds = [Kind::Per, Kind::Org, Kind::App, Kind::Cab];
    let kind = kinds.into_iter().find(|kind| kind.as_str() == wanted.genre).ok_or_else(|| wanted.genre.clone())?;
    let address = Address::parse(&format!("{}@{}", wanted.nom.trim(), app.config.domain)).map_err(|error| error.to_string())?;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let idnat = |text: &str| IdNat::parse(text.trim()).map_err(|error| error.to_string());
    let (bearer, structure) = match kind {
        Kind::Per | Kind::Cab => {
            (Bearer::Person { idnat: idnat(&wanted.titulaire)?, situation: given(&wanted.situation) }, given(&wanted.structure))
        }
        Kind::Org | Kind::App => (Bearer::Structure { structure: wanted.structure.trim().to_owned() }, None),
    };
    let mut first = Vec::new();
    if let Some(responsable) = given(&wanted.responsable) {
        first.push(Change::ResponsableAdded { person: idnat(&responsable)? });
    }
    let label = given(&wanted.libelle).unwrap_or_else(|| address.local().to_owned());
    Ok(NewMailbox { address, kind, bearer, label, structure, first })
}
