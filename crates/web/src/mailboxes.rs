//! My mailboxes, what waits for my answer, opening my practice's, and the terms of use.
//!
//! | file | page |
//! |---|---|
//! | `mine`, `cards` | `/boites`: one card a mailbox |
//! | `answers` | an access taken or declined; a cabinet taken over |
//! | `open`, `practices` | `/boites/ouvrir`: practice, name, people |
//! | `terms` | `/cgu` |
//!
//! Requirements: BAL-04, CAB-02, CAB-03, CAB-12. Only `open` creates; who may is `rules::mailbox`'s to say.

mod answers;
mod cards;
mod mine;
mod open;
mod practices;
pub(crate) mod terms;

use axum::Router;
use axum::routing::{get, post};

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/boites", get(mine::page))
        .route("/boites/ouvrir", get(open::page).post(open::open))
        .route("/boites/ouvrir/nom", get(open::name))
        .route("/boites/{address}", get(open::into_letters))
        .route("/boites/{address}/invitation", post(answers::invitation))
        .route("/boites/{address}/transmission", get(answers::page).post(answers::transmission))
}
