//! What the browser says of itself: for which site, in answer to which challenge.
//!
//! W3C Web Authentication §5.8.1. Requirements: LOC-05. A page of another origin, or a page inside one, is refused.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Challenge, Checked, Defect, Site, decoded};

const LIMIT: usize = 8 * 1024;

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<Value>,
}

/// Checks `clientDataJSON`; its SHA-256 is what is signed.
pub(super) fn check(posted: &str, kind: &str, challenge: &Challenge, site: &Site) -> Checked<[u8; 32]> {
    let bytes = decoded(posted, "the client data are not base64url")?;
    if bytes.len() > LIMIT {
        return Err(Defect("the client data are too large"));
    }
    let data: ClientData = serde_json::from_slice(&bytes).map_err(|_| Defect("the client data are not the expected JSON"))?;
    if data.kind != kind {
        return Err(Defect("the client data are of another ceremony"));
    }
    if verify_slices_are_equal(data.challenge.as_bytes(), challenge.challenge.as_bytes()).is_err() {
        return Err(Defect("another challenge is answered"));
    }
    if data.origin != site.origin || data.cross_origin || data.top_origin.is_some() {
        return Err(Defect("the client data come from another site"));
    }
    Ok(Sha256::digest(&bytes).into())
}
