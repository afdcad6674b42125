//! Style sheet, scripts: inside the binary, named with the first digits of their hash so that browsers keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};

/// One file of ours.
pub struct Asset {
    /// `pli.css`
    plain: &'static str,
    bytes: &'static [u8],
    media: &'static str,
    /// `pli.1a2b3c4d.css`
    name: String,
    /// `sha384-…`, for `integrity`.
    pub integrity: String,
}

impl Asset {
    /// Address of the file, e.g. `/statique/pli.1a2b3c4d.css`.
    pub fn href(&self) -> String {
        format!("/statique/{}", self.name)
    }
}

macro_rules! assets {
    ($($plain:literal: $media:literal,)+) => {
        static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| vec![
            $(asset($plain, include_bytes!(concat!("../../static/", $plain)), $media),)+
        ]);
    };
}

assets! {
    "pli.css": "text/css; charset=utf-8",
    "pli.js": "text/javascript; charset=utf-8",
    "passkey.js": "text/javascript; charset=utf-8",
    "letter.css": "text/css; charset=utf-8",
    "letters.css": "text/css; charset=utf-8",
    "letters.js": "text/javascript; charset=utf-8",
    "rooms.css": "text/css; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "htmx-sse.min.js": "text/javascript; charset=utf-8",
    "pli.svg": "image/svg+xml",
}

fn asset(plain: &'static str, bytes: &'static [u8], media: &'static str) -> Asset {
    let hash = hex::encode(&Sha256::digest(bytes)[..4]);
    let (stem, extension) = plain.rsplit_once('.').unwrap_or((plain, ""));
    let integrity = format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)));
    Asset { plain, bytes, media, name: format!("{stem}.{hash}.{extension}"), integrity }
}

/// A file by its plain name. Panics on a name that is not in the list above: templates are compiled with the list.
pub fn named(plain: &str) -> &'static Asset {
    ASSETS.iter().find(|asset| asset.plain == plain).expect("templates name files of this list only; a test opens every page")
}

/// `GET /statique/{file}`
pub(super) async fn file(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => ([(CONTENT_TYPE, asset.media), (CACHE_CONTROL, "public, max-age=31536000, immutable")], asset.bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
