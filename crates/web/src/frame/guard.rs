//! Headers of every page, and the refusal of cross-site requests.
//!
//! Requirements: PSC-37. Strict content policy: nothing from elsewhere, no inline script; a letter's HTML has a stricter one of its own.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::CsrfLayer;

use crate::App;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
                      frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Requests that change something come from our own pages, or from no page at all.
pub(super) fn cross_site(app: &App) -> CsrfLayer {
    app.config.trusted_origins.iter().fold(CsrfLayer::new(), |layer, origin| match layer.clone().add_trusted_origin(origin) {
        Ok(more) => more,
        Err(error) => {
            tracing::error!(%origin, %error, "not an origin: left out of those that may post");
            layer
        }
    })
}

/// What every answer carries unless its page said otherwise.
pub(super) async fn headers(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut unless_said = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    unless_said(CONTENT_SECURITY_POLICY, POLICY);
    unless_said(X_CONTENT_TYPE_OPTIONS, "nosniff");
    unless_said(REFERRER_POLICY, "same-origin");
    unless_said(CACHE_CONTROL, "no-store");
    unless_said(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    unless_said(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    unless_said(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if app.config.is_secure() {
        unless_said(HeaderName::from_static("strict-transport-security"), "max-age=63072000; includeSubDomains");
    }
    response
}

/// Pages and JSON of some size; never a live stream, nor what holds a secret beside what a stranger can put in (no compressed cookies here:
/// sessions are opaque and never in a body).
pub(super) fn compressible() -> impl Predicate {
    SizeAbove::new(1_024)
        .and(NotForContentType::new("text/event-stream"))
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("application/zip"))
}

/// The media type of a page.
pub(crate) const HTML: (HeaderName, HeaderValue) = (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
