//! What every page stands in.
//!
//! | file | gives |
//! |---|---|
//! | `page` | the layout: who is at the keyboard, which mailbox is in hand, the notice to show |
//! | `fault` | what went wrong, as a page: what, why, what to do now |
//! | `words` | the message catalogue, French first |
//! | `say` | dates, capacities and people in words |
//! | `icons`, `files` | icons; style sheet and scripts with their hashes |
//! | `guard` | headers of every answer, cross-site requests |

pub mod fault;
pub mod files;
pub mod guard;
pub mod icons;
pub mod page;
pub mod say;
pub mod words;

use axum::Router;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::App;

pub use fault::Fault;
pub use page::{Notice, Page, html};
pub use words::{Lang, Words};

/// Puts the frame around pages and API: cross-site check on pages (the API has no cookie), headers, compression, a page for what is not there.
pub(crate) fn around(pages: Router<App>, api: Router<App>, app: &App) -> Router<App> {
    let pages = pages
        .route("/statique/{file}", get(files::file))
        .route("/langue", axum::routing::post(words::choose))
        .fallback(fault::nothing_here)
        .layer(axum::middleware::from_fn_with_state(app.clone(), fault::draw))
        .layer(guard::cross_site(app))
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard::headers));
    Router::new()
        .merge(api)
        .merge(pages)
        .layer(CatchPanicLayer::custom(fault::panicked))
        .layer(CompressionLayer::new().gzip(true).compress_when(guard::compressible()))
}
