//! What a token of the simulator says, and how it is signed; every defect of a token is made here.
//!
//! Requirements: SIM-03 (tokens, bound tokens), PSC-11, PSC-36, PSC-42, SIM-07 (`/sim/token`, token-shaping switches).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rules::Moment;
use serde_json::{Map, Value, json};

use super::state::{Issued, Memory, Share, Use};

/// Lives of tokens, seconds.
pub(super) const ACCESS_S: i64 = 120;
pub(super) const REFRESH_S: i64 = 1800;

/// How a minted token departs from the one a login would give.
#[derive(Default)]
pub(super) struct Shape {
    pub ttl_s: Option<i64>,
    pub set: Map<String, Value>,
    pub unset: Vec<String>,
    /// `RS256`, `PS256`, `HS256` (keyed with the public key), `none`.
    pub alg: Option<String>,
    pub kid: Option<String>,
    /// Added to the header, e.g. `jku`.
    pub header: Map<String, Value>,
    pub bad_sig: bool,
}

/// A signed token and its life in seconds.
pub(super) struct Minted {
    pub token: String,
    pub expires_in: i64,
}

/// The access token of a session, with the faults that are on.
pub(super) fn access(sim: &Memory, session: &Share, nonce: &str, shape: Shape) -> Minted {
    let shape = faulty(sim, &session.client, shape);
    let now = sim.clock.now().secs();
    let issued_at = now + number(sim, "clock_skew_s", &session.client).unwrap_or(0);
    let ttl = shape.ttl_s.unwrap_or(ACCESS_S);
    let mut claims = person(sim, session);
    extend(
        &mut claims,
        json!({
            "exp": issued_at + ttl, "iat": issued_at, "auth_time": session.auth_time.secs(), "jti": sim.uuid(), "iss": sim.issuer,
            "typ": "Bearer", "azp": session.client, "nonce": nonce, "session_state": session.sid, "acr": session.acr,
            "scope": shown_scope(&session.scope), "sid": session.sid, "authMode": session.auth_mode,
        }),
    );
    if let Some(thumbprint) = &session.bound_to {
        claims.insert("cnf".into(), json!({"x5t#S256": confirmation(sim, &session.client, thumbprint)}));
    }
    sign_and_keep(sim, session, Use::Access, claims, shape)
}

/// The refresh token that replaces the session's former one; its `jti` is the second value.
pub(super) fn refresh(sim: &Memory, session: &Share) -> (Minted, String) {
    let now = sim.clock.now().secs();
    let jti = sim.uuid();
    let claims = object(json!({
        "exp": now + REFRESH_S, "iat": now, "jti": jti, "iss": sim.issuer, "aud": sim.issuer, "sub": sim.personas.subject(&session.idnat),
        "typ": "Refresh", "azp": session.client, "session_state": session.sid, "sid": session.sid, "scope": shown_scope(&session.scope),
    }));
    (sign_and_keep(sim, session, Use::Refresh, claims, Shape::default()), jti)
}

/// The ID token that comes with an access token.
pub(super) fn identity(sim: &Memory, session: &Share, nonce: &str, access_token: &str) -> Minted {
    use sha2::{Digest, Sha256};
    let now = sim.clock.now().secs();
    let mut claims = person(sim, session);
    extend(
        &mut claims,
        json!({
            "exp": now + ACCESS_S, "iat": now, "auth_time": session.auth_time.secs(), "jti": sim.uuid(), "iss": sim.issuer,
            "aud": session.client, "typ": "ID", "azp": session.client, "session_state": session.sid, "sid": session.sid,
            "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16]), "acr": session.acr, "authMode": session.auth_mode,
        }),
    );
    if !nonce.is_empty() {
        claims.insert("nonce".into(), nonce.into());
    }
    sign_and_keep(sim, session, Use::Id, claims, Shape::default())
}

/// `auth_req_id` of a CIBA request: opaque to the program, a signed text as at PSC.
pub(super) fn request(sim: &Memory, idnat: &str, client: &str) -> String {
    let now = sim.clock.now().secs();
    let claims = object(json!({
        "exp": now + ACCESS_S, "iat": now, "jti": sim.uuid(), "iss": sim.issuer, "aud": sim.issuer, "sub": sim.personas.subject(idnat), "azp": client,
    }));
    signed(sim, &claims, &Shape::default()).0
}

/// `logout_token` (OpenID Connect Back-Channel Logout 1.0 §2.4), with one of the defects of the switch of that name.
pub(super) fn logout(sim: &Memory, idnat: &str, sid: &str, client: &str, defect: &str) -> String {
    let now = sim.clock.now().secs();
    let mut claims = object(json!({
        "iss": sim.issuer, "sub": sim.personas.subject(idnat), "aud": client, "iat": now, "exp": now + ACCESS_S, "jti": sim.uuid(), "typ": "Logout", "sid": sid,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }));
    match defect {
        "with_nonce" => drop(claims.insert("nonce".into(), "n".into())),
        "no_events" => drop(claims.remove("events")),
        _ => {}
    }
    signed(sim, &claims, &Shape { bad_sig: defect == "bad_sig", ..Shape::default() }).0
}

/// `x5t#S256` in one of the encodings seen (PSC-42): RFC 8705, or base64 of the hexadecimal text.
fn confirmation(sim: &Memory, client: &str, thumbprint: &[u8; 32]) -> String {
    let how = sim.faults.lock().take("x5t", Some(client), None);
    match how.as_ref().and_then(Value::as_str) {
        Some("ans") => STANDARD.encode(hex::encode(thumbprint)),
        Some("wrong") => URL_SAFE_NO_PAD.encode([0; 32]),
        _ => URL_SAFE_NO_PAD.encode(thumbprint),
    }
}

fn person(sim: &Memory, session: &Share) -> Map<String, Value> {
    let is_on = |switch: &str| sim.faults.lock().is_on(switch, Some(&session.client));
    let idnat = shaped_idnat(sim, session);
    let mut others = vec![json!({"identifiant": idnat, "origine": "RPPS", "qualite": 1})];
    if let Some(persona) = sim.personas.find(&session.idnat) {
        others.extend(persona.psc.other_ids.iter().cloned());
    }
    // Somebody else's number: a valid one, so that only the disagreement is at fault.
    let somebody_else = if idnat == "899790000014" { "899790000022" } else { "899790000014" };
    let preferred = if is_on("ids_conflict") { somebody_else.to_owned() } else { idnat.clone() };
    let mut claims = object(json!({"sub": sim.personas.subject(&idnat), "preferred_username": preferred, "otherIds": others}));
    if !is_on("no_subject_name_id") {
        claims.insert("SubjectNameID".into(), idnat.into());
    }
    claims
}

fn shaped_idnat(sim: &Memory, session: &Share) -> String {
    match sim.faults.lock().take("id_form", Some(&session.client), None).as_ref().and_then(Value::as_str) {
        Some("adeli") => "0996000014".to_owned(),
        Some("ans") => "ANS20260000000001".to_owned(),
        Some("structure") => "3990000028/SEC0042".to_owned(),
        Some("bad_luhn") => {
            let (rest, key) = session.idnat.split_at(session.idnat.len().saturating_sub(1));
            format!("{rest}{}", (key.parse::<u8>().unwrap_or(0) + 1) % 10)
        }
        _ => session.idnat.clone(),
    }
}

/// Adds what the switches ask for to what the order asks for; the order wins.
fn faulty(sim: &Memory, client: &str, mut shape: Shape) -> Shape {
    let mut faults = sim.faults.lock();
    let mut take = |name: &str| faults.take(name, Some(client), None);
    let mut set = Map::new();
    if let Some(ttl) = take("ttl_s").and_then(|v| v.as_i64()) {
        shape.ttl_s.get_or_insert(ttl);
    }
    match take("acr").as_ref().and_then(Value::as_str) {
        Some("none") => shape.unset.push("acr".into()),
        Some(acr) => drop(set.insert("acr".into(), acr.into())),
        None => {}
    }
    if let Some(mode) = take("auth_mode") {
        set.insert("authMode".into(), mode);
    }
    let fixed = [
        ("wrong_iss", "iss", "https://auth.voisin.test/realms/esante-wallet"),
        ("typ_id", "typ", "ID"),
        ("typ_refresh", "typ", "Refresh"),
        ("aud_present", "aud", "quelqu-un-d-autre"),
    ];
    for (switch, claim, value) in fixed {
        if take(switch).is_some() {
            set.insert(claim.into(), value.into());
        }
    }
    if take("exp_missing").is_some() {
        shape.unset.push("exp".into());
    }
    if take("alg_none").is_some() {
        shape.alg.get_or_insert("none".into());
    }
    if take("alg_hs256_with_pubkey").is_some() {
        shape.alg.get_or_insert("HS256".into());
    }
    if take("unknown_kid").is_some() {
        shape.kid.get_or_insert("sim-jamais-publiee".into());
    }
    shape.bad_sig |= take("bad_sig").is_some();
    set.append(&mut shape.set);
    shape.set = set;
    shape
}

fn sign_and_keep(sim: &Memory, session: &Share, usage: Use, mut claims: Map<String, Value>, shape: Shape) -> Minted {
    claims.extend(shape.set.clone());
    for name in &shape.unset {
        claims.remove(name);
    }
    let now = sim.clock.now();
    let exp = claims.get("exp").and_then(Value::as_i64).unwrap_or(now.secs() + ACCESS_S);
    let (token, own_signature) = signed(sim, &claims, &shape);
    let genuine = own_signature && claims.get("iss").and_then(Value::as_str) == Some(&sim.issuer);
    let (sid, client) = (session.sid.clone(), session.client.clone());
    let issued = Issued { usage, claims, sid, client, until: Moment::from_secs(exp.clamp(0, 1 << 40)), genuine };
    sim.book.lock().keep(&token, issued, now);
    Minted { token, expires_in: exp - now.secs() }
}

/// The compact token, and whether the signature is one that the published keys prove.
fn signed(sim: &Memory, claims: &Map<String, Value>, shape: &Shape) -> (String, bool) {
    let (current, unpublished) = {
        let keys = sim.keys.lock();
        (keys.current(), keys.unpublished())
    };
    let own = shape.kid.as_deref().is_none_or(|kid| kid == current.kid);
    let key = if own { current } else { unpublished };
    let alg = shape.alg.as_deref().unwrap_or("RS256");
    let kid = shape.kid.as_deref().unwrap_or(&key.kid);
    let mut header = object(json!({"alg": alg, "typ": "JWT", "kid": kid}));
    header.extend(shape.header.clone());
    let part = |map: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map.clone()).to_string());
    let message = format!("{}.{}", part(&header), part(claims));
    let mut signature = match alg {
        "RS256" => key.sign(false, message.as_bytes()),
        "PS256" => key.sign(true, message.as_bytes()),
        "HS256" => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.public_bytes()), message.as_bytes()).as_ref().to_vec(),
        _ => Vec::new(),
    };
    if let Some(last) = signature.last_mut().filter(|_| shape.bad_sig) {
        *last ^= 1;
    }
    let proves = own && !shape.bad_sig && matches!(alg, "RS256" | "PS256");
    (format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)), proves)
}

fn number(sim: &Memory, switch: &str, client: &str) -> Option<i64> {
    sim.faults.lock().take(switch, Some(client), None).and_then(|value| value.as_i64())
}

/// PSC adds `profile` and `identity` to what was asked for.
fn shown_scope(asked: &str) -> String {
    let asks = |wanted: &str| asked.split(' ').any(|scope| scope == wanted);
    match (asks("ciba"), asks("scope_all")) {
        (true, true) => "openid ciba profile scope_all identity".to_owned(),
        (false, true) => "openid profile scope_all identity".to_owned(),
        (_, false) => asked.to_owned(),
    }
}

fn extend(claims: &mut Map<String, Value>, more: Value) {
    claims.extend(object(more));
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
