//! The frame of every page of the simulators: strict policy, one style sheet, one small script; nothing from elsewhere.
//!
//! Requirements: SIM-02 (each page says that it is a simulator), SIM-05, SIM-06. Pages work without the script.

use askama::Template;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, body::Body};

const STYLE: &str = include_str!("../templates/sim.css");
const SCRIPT: &str = include_str!("../templates/sim.js");

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The style sheet and the script.
pub(crate) fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/sim.css", get(async || ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/sim.js", get(async || ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT)))
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    title: &'a str,
    message: &'a str,
}

/// A page that says one thing.
pub(crate) fn message(status: StatusCode, title: &str, message: &str) -> Response {
    let mut response = page(MessagePage { title, message }.render(), None);
    *response.status_mut() = status;
    response
}

/// A rendered page under the policy; its forms may lead to this origin, and to that of `return_to`, where the person came from.
pub(crate) fn page(rendered: askama::Result<String>, return_to: Option<&str>) -> Response {
    let back = return_to.and_then(origin).map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{back}"
    );
    match (rendered, HeaderValue::from_str(&policy)) {
        (Ok(html), Ok(policy)) => {
            let headers = [
                (CONTENT_SECURITY_POLICY, policy),
                (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
                (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            ];
            (headers, Html(html)).into_response()
        }
        (Err(fault), _) => {
            tracing::error!(%fault, "simulator: a page could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        (_, Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `http://host:port` of an address.
fn origin(uri: &str) -> Option<String> {
    let uri: Uri = uri.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}

/// Sends the browser on, with a cookie if there is one.
pub(crate) fn redirect(address: &str, cookie: Option<&str>) -> Response {
    let Ok(address) = HeaderValue::from_str(address) else {
        return message(StatusCode::BAD_REQUEST, "Connexion impossible", "L'adresse de retour est illisible.");
    };
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response();
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Another site's page may not press our buttons.
pub(crate) async fn same_site(request: Request<Body>, next: Next) -> Response {
    let foreign = request.headers().get(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site");
    if foreign && request.method() == Method::POST {
        return message(
            StatusCode::FORBIDDEN,
            "Action refusée",
            "Cette action a été demandée par un autre site. Revenez à la page du simulateur.",
        );
    }
    next.run(request).await
}

/// An address with fields added to its query.
pub(crate) fn with_query<'a>(uri: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = uri.to_owned();
    for (name, value) in fields {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => address.push(char::from(byte)),
                other => address.push_str(&format!("%{other:02X}")),
            }
        }
    }
    address
}
