//! Pieces of a letter that come by themselves: its HTML in a frame, its source, its attachments. Each with a policy of its own.
//!
//! RFC 6266, RFC 8187. Requirements: DOC-42, CAB-16. Nothing here may run, load anything, or be taken for a page of ours: a strict policy, a
//! sandbox, no guessing of types.

use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use message::Letter;
use rules::Channel;
use serde::Deserialize;
use store::folders::FolderId;
use store::mail::Want;

use crate::App;
use crate::frame::{Fault, Words};
use crate::keyboard::Member;

/// Of the frame of a letter's HTML: our own style sheet and pictures that are in the letter, nothing else; no script, ever.
const FRAME: &str = "default-src 'none'; img-src data:; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
                     sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";
/// Of an attachment shown in a tab.
const VIEWED: &str =
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'; sandbox";
/// The browser's own reader of PDF does not start inside a sandbox; it is no document of ours, and runs no script of a file.
const VIEWED_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// May a browser show it in a tab?
pub(super) fn viewable(media: &str) -> bool {
    matches!(media, "application/pdf" | "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "text/plain")
}

/// Bytes of a letter for the person who asks. The journal says that they left for her; the letter was marked when it was opened.
async fn bytes_of(app: &App, member: &Member, address: &str, folder: i64, uid: u32) -> Result<Bytes, Fault> {
    let access = super::enter(app, member, address).await?;
    let want = Want { bytes: true, to_person: true, ..Want::default() };
    let read = app.store.read(&access, FolderId(folder), &[uid], want, Channel::Webmail, app.clock.now()).await?;
    read.into_iter().next().and_then(|stored| stored.bytes).ok_or(Fault::NotFound)
}

/// `GET …/{folder}/{uid}/html`
pub(super) async fn html(
    State(app): State<App>,
    w: Words,
    member: Member,
    Path((address, folder, uid)): Path<(String, i64, u32)>,
) -> Result<Response, Fault> {
    let bytes = bytes_of(&app, &member, &address, folder, uid).await?;
    let clean = Letter::read(&bytes).html().ok_or(Fault::NotFound)?;
    let style = crate::frame::files::named("letter.css");
    let remote = match clean.remote {
        0 => String::new(),
        1 => format!("<p class=\"blocked\">{}</p>", w.one_remote_picture()),
        several => format!("<p class=\"blocked\">{}</p>", w.remote_pictures(several)),
    };
    let text = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{}</title><link rel=\"stylesheet\" href=\"{}\"></head><body>{remote}{}</body></html>",
        w.0.tag(),
        w.letter_itself(),
        style.href(),
        clean.html
    );
    let mut response = ([(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAME));
    Ok(response)
}

/// `GET …/{folder}/{uid}/source`: the letter as it came, as text.
pub(super) async fn source(
    State(app): State<App>,
    member: Member,
    Path((address, folder, uid)): Path<(String, i64, u32)>,
) -> Result<Response, Fault> {
    let bytes = bytes_of(&app, &member, &address, folder, uid).await?;
    let mut response = ([(CONTENT_TYPE, "text/plain; charset=utf-8")], bytes).into_response();
    protect(&mut response, VIEWED);
    Ok(response)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Manner {
    /// In a tab instead of a file.
    voir: Option<String>,
}

/// `GET …/{folder}/{uid}/piece/{path}`: `2`, or `1.2` for the second piece of the letter attached as first.
pub(super) async fn attachment(
    State(app): State<App>,
    member: Member,
    Path((address, folder, uid, path)): Path<(String, i64, u32, String)>,
    Query(manner): Query<Manner>,
) -> Result<Response, Fault> {
    let path: Vec<usize> = path.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| Fault::NotFound)?;
    let bytes = bytes_of(&app, &member, &address, folder, uid).await?;
    let (about, content) = Letter::read(&bytes).attachment(&path).ok_or(Fault::NotFound)?;
    let view = manner.voir.is_some() && viewable(&about.media);
    // A type that browsers could take for a page is never told to them.
    let media = match about.media.as_str() {
        "text/plain" => "text/plain; charset=utf-8",
        media if viewable(media) => media,
        _ => "application/octet-stream",
    };
    let value = HeaderValue::from_str(media).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = ([(CONTENT_TYPE, value)], content).into_response();
    let policy = if view && about.media == "application/pdf" { VIEWED_PDF } else { VIEWED };
    protect(&mut response, policy);
    let disposition = disposition(if view { "inline" } else { "attachment" }, &about.name);
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn protect(response: &mut Response, policy: &'static str) {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// A name in ASCII for old browsers, and the true one (RFC 6266, RFC 8187).
fn disposition(how: &str, name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_both_ways_and_slips_nothing_in() {
        assert_eq!(
            disposition("attachment", "Échographie n° 2.pdf"),
            "attachment; filename=\"_chographie n_ 2.pdf\"; filename*=UTF-8''%C3%89chographie%20n%C2%B0%202.pdf"
        );
        let evil = disposition("attachment", "a\"\r\nSet-Cookie: x=y;.pdf");
        assert!(!evil.contains('\r') && !evil.contains('\n') && evil.matches('"').count() == 2, "{evil}");
    }
}
