//! The operator's desk: health at a glance, mailboxes and their life, staff and tokens, figures. Never a letter (STF-03).
//!
//! | file | page |
//! |---|---|
//! | `colleague` | who is at the desk, with which roles |
//! | `home` | `/bureau`: one page of health |
//! | `mailboxes` | `/bureau/boites`: found by address, name or person; one of them, its people and what staff may do |
//! | `open` | `/bureau/boites/ouvrir`: a mailbox of any kind |
//! | `house` | `/bureau/personnel`, `/bureau/jetons`: staff, roles by two people, tokens of machines |
//! | `figures` | `/bureau/chiffres`: the month by kind, and its three files |
//!
//! Requirements: STF-01, STF-02, STF-03, STF-04, CAB-17, RSK-04. Every act of staff is a movement or a journal line with its reason.

mod colleague;
mod figures;
mod home;
mod house;
mod mailboxes;
mod open;

use axum::Router;
use axum::routing::{get, post};

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/bureau", get(home::show))
        .route("/bureau/boites", get(mailboxes::list))
        .route("/bureau/boites/ouvrir", get(open::form).post(open::open))
        .route("/bureau/boites/{address}", get(mailboxes::show).post(mailboxes::act))
        .route("/bureau/personnel", get(house::people).post(house::change))
        .route("/bureau/jetons", get(house::tokens).post(house::make))
        .route("/bureau/jetons/{id}/revoquer", post(house::revoke))
        .route("/bureau/chiffres", get(figures::show))
        .route("/bureau/chiffres/{month}/{file}", get(figures::file))
}
