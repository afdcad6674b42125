//! `/api/v1`: see the table of the crate.

use axum::Router;

use crate::App;

pub(crate) fn routes(_app: &App) -> Router<App> {
    Router::new()
}
