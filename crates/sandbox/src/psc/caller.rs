//! Which program calls? One of five proofs, checked before any endpoint of programs looks at the rest of the form.
//!
//! Requirements: SIM-03 (client authentication), PSC-09, PSC-42. RFC 6749 §2.3 (Basic, post), RFC 7523 §3 (signed assertion), RFC 8705 §2 (certificate).
//! A wrong proof is 401 `invalid_client`, never more precise.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rules::Moment;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use trust::Dn;

use super::clients::Client;
use super::grant::{Fault, UNKNOWN_CLIENT, refused};
use super::state::{Form, Memory};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest life of a client's assertion.
const ASSERTION_S: i64 = 60;

/// What the connection itself tells.
#[derive(Clone, Default)]
pub(super) struct Connection {
    /// DER of the certificate that the client showed, its key proved by the handshake.
    pub certificate: Option<Arc<[u8]>>,
    /// The caller is on this machine.
    pub local: bool,
}

/// A program that proved itself, and its form.
pub(super) struct Caller {
    pub client: Client,
    /// SHA-256 of its certificate, when that was its proof.
    pub bound_to: Option<[u8; 32]>,
    pub form: Form,
}

impl FromRequest<Arc<Memory>> for Caller {
    type Rejection = Fault;

    async fn from_request(request: Request, sim: &Arc<Memory>) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let connection = Extension::<Connection>::from_request_parts(&mut parts, sim).await.map(|Extension(c)| c).unwrap_or_default();
        let headers = parts.headers.clone();
        let read = axum::Form::<Form>::from_request(Request::from_parts(parts, body), sim).await;
        let axum::Form(form) = read.map_err(|_| refused("invalid_request", "Malformed form"))?;
        let client = proved(sim, &headers, &form, &connection).ok_or(UNKNOWN_CLIENT)?.clone();
        let by_certificate = client.tls_client_auth_subject_dn.is_some();
        let certificate = connection.certificate.filter(|_| by_certificate);
        Ok(Self { client, bound_to: certificate.map(|der| Sha256::digest(&der).into()), form })
    }
}

fn proved<'a>(sim: &'a Memory, headers: &HeaderMap, form: &Form, connection: &Connection) -> Option<&'a Client> {
    if let Some((id, secret)) = basic(headers) {
        return by_secret(sim, &id, &secret);
    }
    if form.get("client_assertion_type").is_some_and(|kind| kind == JWT_BEARER) {
        return by_assertion(sim, form.get("client_assertion")?, form.get("client_id").map(String::as_str));
    }
    let id = form.get("client_id")?;
    match form.get("client_secret") {
        Some(secret) => by_secret(sim, id, secret),
        None => by_certificate(sim, id, connection.certificate.as_deref()?),
    }
}

fn by_secret<'a>(sim: &'a Memory, id: &str, secret: &str) -> Option<&'a Client> {
    sim.client(id).filter(|client| !secret.is_empty() && client.secret == secret)
}

fn by_certificate<'a>(sim: &'a Memory, id: &str, der: &[u8]) -> Option<&'a Client> {
    let shown = Dn::of_certificate(der).ok()?;
    let client = sim.client(id)?;
    let declared = Dn::parse(client.tls_client_auth_subject_dn.as_deref()?).ok()?;
    Some(client).filter(|_| declared == shown)
}

/// `private_key_jwt` (RS256, ES256) and `client_secret_jwt` (HS256).
fn by_assertion<'a>(sim: &'a Memory, assertion: &str, said: Option<&str>) -> Option<&'a Client> {
    let header = jsonwebtoken::decode_header(assertion).ok()?;
    let unproved = jsonwebtoken::dangerous::insecure_decode::<Map<String, Value>>(assertion).ok()?.claims;
    let id = unproved.get("iss")?.as_str()?;
    let client = sim.client(id).filter(|_| said.is_none_or(|said| said == id))?;
    let keys: Vec<DecodingKey> = match header.alg {
        Algorithm::RS256 | Algorithm::ES256 => {
            let named = |kid: Option<&String>| header.kid.is_none() || kid == header.kid.as_ref();
            let fitting = client.jwks.iter().flat_map(|set| &set.keys).filter(|key| named(key.common.key_id.as_ref()));
            fitting.filter_map(|key| DecodingKey::from_jwk(key).ok()).collect()
        }
        Algorithm::HS256 if !client.secret.is_empty() => vec![DecodingKey::from_secret(client.secret.as_bytes())],
        _ => return None,
    };
    let mut validation = Validation::new(header.alg);
    // Time and audience are judged below, by the simulator's own clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = keys.iter().find_map(|key| jsonwebtoken::decode::<Map<String, Value>>(assertion, key, &validation).ok())?.claims;
    fresh(sim, id, &claims).then_some(client)
}

/// `iss` = `sub` = client, for us, over within a minute, never seen before.
fn fresh(sim: &Memory, id: &str, claims: &Map<String, Value>) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let now = sim.clock.now();
    let until = claims.get("exp").and_then(Value::as_i64).unwrap_or(0);
    let audience = claims.get("aud").map(|aud| match aud {
        Value::Array(several) => several.iter().filter_map(Value::as_str).any(|one| is_us(sim, one)),
        one => one.as_str().is_some_and(|one| is_us(sim, one)),
    });
    let Some(jti) = text("jti").filter(|jti| !jti.is_empty() && jti.len() <= 200) else { return false };
    let well_formed = text("iss") == Some(id) && text("sub") == Some(id) && audience == Some(true);
    if !well_formed || until <= now.secs() || until > now.secs() + ASSERTION_S {
        return false;
    }
    let mut seen = sim.assertions.lock();
    seen.retain(|_, over| now < *over);
    seen.insert(format!("{id} {jti}"), Moment::from_secs(until).plus(Duration::from_secs(1))).is_none()
}

fn is_us(sim: &Memory, audience: &str) -> bool {
    let issuers = std::iter::once(&sim.issuer).chain(&sim.mutual_issuer);
    issuers.into_iter().any(|issuer| {
        let rest = audience.strip_prefix(issuer.as_str());
        matches!(rest, Some("" | "/protocol/openid-connect/token"))
    })
}

/// Name and secret of HTTP Basic.
pub(crate) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    let decoded = Some(credentials).filter(|_| scheme.eq_ignore_ascii_case("basic")).and_then(|c| STANDARD.decode(c).ok())?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
