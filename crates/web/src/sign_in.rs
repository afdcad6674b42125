//! Signing in, and leaving.
//!
//! | file | page |
//! |---|---|
//! | `welcome` | `/`, `/connexion`: one button; the other ways below; help for who has no telephone |
//! | `psc` | `/connexion/psc`, `/psc/retour`: Pro Santé Connect by redirection; `/connexion/confirmer`: proving anew who is there |
//! | `phone`, `station` | `/connexion/poste`: the shared desk; whom this browser remembers |
//! | `local/` | `/connexion/structure`: a structure's own people (LOC-) |
//! | `staff`, `passkey` | `/bureau/connexion`, `/bureau/inscription/…`: the operator's staff |
//! | `leave` | `/deconnexion`, `/changer`, and the provider's word that a session is over |
//! | `me`, `tokens` | `/moi`: my sessions, my acceptances, my API tokens |
//! | `visitor`, `seat`, `refused` | whose browser asks; a session begun; a login that did not come to its end |
//!
//! Requirements: PSC-A, PSC-B, PSC-D, PSC-E, DEL-05. It ends with somebody seated: what she may open is said at each mailbox's door, never here.

mod leave;
mod local;
mod me;
pub(crate) mod passkey;
mod phone;
mod psc;
mod refused;
mod seat;
mod staff;
mod station;
mod tokens;
pub(crate) mod visitor;
mod welcome;

use std::sync::Arc;

use axum::{Extension, Router};

use crate::App;

pub(crate) fn routes() -> Router<App> {
    let providers = Arc::new(local::Providers::default());
    Router::new()
        .merge(welcome::routes())
        .merge(psc::routes())
        .merge(phone::routes())
        .merge(leave::routes())
        .merge(me::routes())
        .merge(tokens::routes())
        .merge(staff::routes())
        .merge(local::routes())
        .merge(crate::mailboxes::terms::routes())
        .layer(Extension(providers))
}
