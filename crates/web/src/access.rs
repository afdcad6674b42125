//! The room of a mailbox: who stands in it, who is let in and out, its history, and what becomes of it.
//!
//! | file | does |
//! |---|---|
//! | `room`, `people` | the page: who stands here, and the sentence that lets somebody in |
//! | `found`, `periods` | the person looked for, and whether she can be let in; from when, until when |
//! | `give`, `withdraw` | accesses given, changed, withdrawn, given up |
//! | `hand_over`, `closing`, `fresh` | another owner; the end of a mailbox; both ask who is there again |
//! | `machines` | certificates of the machines that open an APP mailbox |
//! | `warned` | what people are told before it hurts |
//! | `sentences`, `acts` | the catalogue: movements and acts in words |
//! | `history`, `exports`, `archive` | the timeline; as a file; every letter as one file |
//!
//! Every page enters by [`room::Inside`], hence by the one door of `keyboard`. Requirements: CAB-06, CAB-08, DEL-02, DEL-03.

mod acts;
mod archive;
mod closing;
mod exports;
pub(crate) mod found;
pub(crate) mod fresh;
mod give;
mod hand_over;
mod history;
mod machines;
mod people;
mod periods;
mod room;
pub(crate) mod sentences;
pub(crate) mod warned;
mod withdraw;

use axum::Router;
use axum::routing::{get, post};

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/boites/{address}/acces", get(room::page))
        .route("/boites/{address}/acces/donner", post(give::give))
        .route("/boites/{address}/acces/retirer", post(withdraw::withdraw))
        .route("/boites/{address}/acces/renoncer", post(withdraw::leave))
        .route("/boites/{address}/acces/transmettre", get(hand_over::page).post(hand_over::offer))
        .route("/boites/{address}/acces/transmettre/retirer", post(hand_over::drop_offer))
        .route("/boites/{address}/acces/fermer", get(closing::page).post(closing::close_it))
        .route("/boites/{address}/acces/rouvrir", post(closing::reopen_it))
        .route("/boites/{address}/acces/machines", get(machines::page).post(machines::add))
        .route("/boites/{address}/acces/machines/retirer", post(machines::remove))
        .route("/boites/{address}/historique", get(history::page))
        .route("/boites/{address}/export", get(archive::export))
}
