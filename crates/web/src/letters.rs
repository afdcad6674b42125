//! The webmail: folders, letters, answers, search, live arrivals. Whole without scripts, live with them.
//!
//! | file | page |
//! |---|---|
//! | `desk` | folders, list and the letter opened, on one page |
//! | `line`, `shelf` | a letter in a list; a folder in words |
//! | `opened` | a letter opened: its text, its people, what is attached |
//! | `parts` | its HTML in a frame of its own, its source, its attachments |
//! | `acts` | what is done to several letters at once, and how it is undone |
//! | `folders` | folders made, renamed, removed |
//! | `write`, `form`, `recipients`, `send` | a letter being written: page, what was typed, addresses, sending |
//! | `receipt` | telling a sender that its letter was read |
//! | `find`, `query`, `index` | search: the page, what was asked, the words of letters |
//! | `live` | what a page that is open is told |
//!
//! Requirements: CAB-10, CAB-16, DEL-06, LPS-43, MSG-30, OPE-02, IND-A. Every page enters by [`Member::enter`]; folders, letters and attachments are
//! always asked of the store through that access, so that their numbers open nothing elsewhere.

mod acts;
mod desk;
mod find;
mod folders;
mod form;
mod index;
mod line;
mod live;
mod opened;
mod parts;
mod query;
mod receipt;
pub(crate) mod recipients;
pub(crate) mod send;
mod shelf;
mod write;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use rules::access::Access;
use rules::mailbox::State;
use rules::{Address, Refusal};

use crate::App;
use crate::frame::Fault;
use crate::keyboard::Member;

pub(crate) fn routes() -> Router<App> {
    // What is uploaded is counted while it comes in (`form`).
    let writing =
        Router::new().route("/boites/{address}/lettres/ecrire", get(write::page).post(write::submit)).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/boites/{address}/lettres", get(desk::list))
        .route("/boites/{address}/lettres/liste", get(desk::refreshed))
        .route("/boites/{address}/lettres/actes", post(acts::act))
        .route("/boites/{address}/lettres/dossiers", get(folders::page).post(folders::change))
        .route("/boites/{address}/lettres/ecrire/abandonner", post(write::discard))
        .route("/boites/{address}/lettres/ecrire/destinataires", post(recipients::page))
        .route("/boites/{address}/lettres/recherche", get(find::page))
        .route("/boites/{address}/lettres/direct", get(live::stream))
        .route("/boites/{address}/lettres/{folder}/{uid}", get(desk::letter))
        .route("/boites/{address}/lettres/{folder}/{uid}/html", get(parts::html))
        .route("/boites/{address}/lettres/{folder}/{uid}/source", get(parts::source))
        .route("/boites/{address}/lettres/{folder}/{uid}/piece/{path}", get(parts::attachment))
        .route("/boites/{address}/lettres/{folder}/{uid}/accuse", post(receipt::answer))
        .merge(writing)
}

/// Into the mailbox of the path. What is no address is answered like a mailbox that does not exist (PSC-25).
async fn enter(app: &App, member: &Member, address: &str) -> Result<Access, Fault> {
    let address = Address::parse(address).map_err(|_| Refusal::NoRight)?;
    member.enter(app, &address).await
}

/// A mailbox that is being closed is read, and changes no more (TRU-55).
fn read_only(access: &Access) -> bool {
    access.state() != State::Active
}

/// Pages of this mailbox's letters.
fn base(access: &Access) -> String {
    format!("/boites/{}/lettres", access.address())
}
