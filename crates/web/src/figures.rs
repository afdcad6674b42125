//! What was counted, for whom: the pages of the figures. One function gives them and the files (IND-60).
//!
//! | file | page |
//! |---|---|
//! | `mailbox` | `/boites/{address}/chiffres`: who did what in a mailbox this month |
//! | `mine` | `/moi/chiffres`: one's own figures, mailbox by mailbox |
//! | `months` | which month, and its neighbours |
//! | `table` | totals as a table, as bars and as CSV |
//!
//! Requirements: IND-A, IND-60, IND-62. A délégataire sees her own figures only; whoever manages the mailbox sees each person's.

mod mailbox;
mod mine;
pub(crate) mod months;
pub(crate) mod table;

use axum::Router;
use axum::routing::get;

use crate::App;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/boites/{address}/chiffres", get(mailbox::show)).route("/moi/chiffres", get(mine::show))
}
