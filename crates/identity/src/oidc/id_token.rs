//! What an ID token proves: that the provider says, to us, in answer to this very request, who the person is.
//!
//! OpenID Connect Core §3.1.3.7, §3.1.3.8; Back-Channel Logout 1.0 §2.6. Requirements: PSC-08, PSC-36. The signature was checked before.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Moment;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::LogoutNotice;

const SKEW: Duration = Duration::from_secs(30);
/// Oldest logout token that is believed.
const NOTICE_AGE: Duration = Duration::from_secs(120);
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Longest identifier that is kept.
const ID_LIMIT: usize = 256;

/// What the answer must be about.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    /// `None`: a telephone's approval, whose token has none (PSC-33).
    pub nonce: Option<&'a str>,
    pub access_token: &'a str,
}

#[derive(Deserialize)]
struct Common {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    typ: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Answer {
    sub: String,
    nonce: Option<String>,
    at_hash: Option<String>,
    auth_time: Option<i64>,
}

/// An ID token that holds; the level and the person are judged by others.
pub(super) struct Held {
    pub sub: String,
    pub auth_time: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Defect(pub &'static str);

impl Common {
    fn of(claims: &Map<String, Value>) -> Result<Self, Defect> {
        Self::deserialize(claims).map_err(|_| Defect("claims missing or of another form"))
    }

    fn is_for(&self, issuer: &str, client: &str) -> Result<(), Defect> {
        if self.iss != issuer {
            return Err(Defect("another issuer"));
        }
        let (named, alone) = match &self.aud {
            Audience::One(one) => (one == client, true),
            Audience::Several(several) => (several.iter().any(|one| one == client), several.len() == 1),
        };
        if !named || self.azp.as_deref().is_some_and(|azp| azp != client) || (!alone && self.azp.is_none()) {
            return Err(Defect("another client's"));
        }
        Ok(())
    }

    fn is_begun(&self, now: Moment) -> bool {
        let latest = now.plus(SKEW).secs();
        self.iat.is_some_and(|iat| iat <= latest) && self.nbf.is_none_or(|nbf| nbf <= latest)
    }

    fn not_past(&self, exp: i64, now: Moment) -> bool {
        exp > now.minus(SKEW).secs()
    }
}

/// Requirements: PSC-08.
pub(super) fn check(claims: &Map<String, Value>, expected: &Expected<'_>, now: Moment) -> Result<Held, Defect> {
    let common = Common::of(claims)?;
    common.is_for(expected.issuer, expected.client)?;
    let answer = Answer::deserialize(claims).map_err(|_| Defect("claims missing or of another form"))?;
    if common.typ.as_deref().is_some_and(|typ| typ != "ID") || claims.contains_key("events") {
        return Err(Defect("no ID token"));
    }
    if !common.is_begun(now) || !common.exp.is_some_and(|exp| common.not_past(exp, now)) {
        return Err(Defect("out of its time"));
    }
    if expected.nonce.is_some_and(|nonce| nonce.is_empty() || answer.nonce.as_deref() != Some(nonce)) {
        return Err(Defect("another nonce"));
    }
    let half = || URL_SAFE_NO_PAD.encode(&Sha256::digest(expected.access_token.as_bytes())[..16]);
    if answer.at_hash.is_some_and(|at_hash| at_hash != half()) {
        return Err(Defect("another access token's"));
    }
    if answer.sub.is_empty() || answer.sub.len() > ID_LIMIT {
        return Err(Defect("no subject"));
    }
    // Nobody was identified in the future; a provider that does not say when did so for this answer.
    let said = answer.auth_time.or(common.iat).unwrap_or_else(|| now.secs());
    let auth_time = Moment::from_secs(said.clamp(0, now.secs()));
    Ok(Held { sub: answer.sub, auth_time })
}

/// Requirements: PSC-36.
pub(super) fn check_notice(claims: &Map<String, Value>, issuer: &str, client: &str, now: Moment) -> Result<LogoutNotice, Defect> {
    let common = Common::of(claims)?;
    common.is_for(issuer, client)?;
    if common.typ.as_deref().is_some_and(|typ| typ != "Logout") {
        return Err(Defect("no logout token"));
    }
    let iat = common.iat.ok_or(Defect("no date"))?;
    let young = now.secs().checked_sub(iat).is_some_and(|age| age <= NOTICE_AGE.as_secs().cast_signed());
    if !common.is_begun(now) || !young || common.exp.is_some_and(|exp| !common.not_past(exp, now)) {
        return Err(Defect("out of its time"));
    }
    if claims.contains_key("nonce") {
        return Err(Defect("it has a nonce"));
    }
    if !claims.get("events").and_then(|events| events.get(LOGOUT_EVENT)).is_some_and(Value::is_object) {
        return Err(Defect("no logout event"));
    }
    let text = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() && text.len() <= ID_LIMIT => Ok(Some(text.clone())),
        Some(_) => Err(Defect("claims missing or of another form")),
    };
    let (sid, sub, jti) = (text("sid")?, text("sub")?, text("jti")?.ok_or(Defect("no jti"))?);
    if sid.is_none() && sub.is_none() {
        return Err(Defect("neither session nor subject"));
    }
    Ok(LogoutNotice { sid, sub, jti, iat: Moment::from_secs(iat) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const NOW: Moment = Moment::from_secs(1_800_000_000);
    const EXPECTED: Expected<'static> =
        Expected { issuer: "https://psc.test", client: "pli-web", nonce: Some("n0"), access_token: "aaa.bbb.ccc" };

    fn good() -> Value {
        let half = URL_SAFE_NO_PAD.encode(&Sha256::digest(b"aaa.bbb.ccc")[..16]);
        json!({
            "iss": "https://psc.test", "aud": "pli-web", "azp": "pli-web", "typ": "ID", "sub": "f:x:899790000048", "nonce": "n0", "at_hash": half,
            "iat": NOW.secs(), "exp": NOW.secs() + 120, "auth_time": NOW.secs() - 60,
        })
    }

    fn with(mut claims: Value, name: &str, value: Value) -> Map<String, Value> {
        claims[name] = value;
        object(claims)
    }

    fn object(claims: Value) -> Map<String, Value> {
        claims.as_object().cloned().expect("an object")
    }

    fn defect(claims: &Map<String, Value>) -> Option<Defect> {
        check(claims, &EXPECTED, NOW).err()
    }

    /// Proves: PSC-08.
    #[test]
    fn a_good_id_token_holds_also_without_what_may_be_absent() {
        let held = check(&object(good()), &EXPECTED, NOW).map_err(|d| d.0).expect("good");
        assert_eq!((held.sub.as_str(), held.auth_time), ("f:x:899790000048", Moment::from_secs(NOW.secs() - 60)));
        for absent in ["azp", "typ", "at_hash", "auth_time"] {
            let mut claims = object(good());
            claims.remove(absent);
            assert_eq!(defect(&claims), None, "{absent}");
        }
        assert_eq!(defect(&with(good(), "aud", json!(["pli-web"]))), None);
        assert_eq!(defect(&with(good(), "aud", json!(["other", "pli-web"]))), None, "with azp");
    }

    /// Proves: PSC-08.
    #[test]
    fn an_id_token_for_others_or_for_another_moment_does_not_hold() {
        for (name, value) in [
            ("iss", json!("https://psc.test/")),
            ("aud", json!("lps-demo")),
            ("aud", json!(["lps-demo", "account"])),
            ("aud", json!([])),
            ("azp", json!("lps-demo")),
            ("typ", json!("Bearer")),
            ("typ", json!("Logout")),
            ("events", json!({})),
            ("nonce", json!("n1")),
            ("nonce", json!(null)),
            ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
            ("iat", json!(NOW.secs() + 31)),
            ("nbf", json!(NOW.secs() + 31)),
            ("exp", json!(NOW.secs() - 30)),
            ("exp", json!("tomorrow")),
            ("sub", json!("")),
            ("sub", json!("x".repeat(300))),
        ] {
            assert!(defect(&with(good(), name, value.clone())).is_some(), "{name} {value}");
        }
        for needed in ["iss", "aud", "nonce", "iat", "exp", "sub"] {
            let mut claims = object(good());
            claims.remove(needed);
            assert!(defect(&claims).is_some(), "without {needed}");
        }
        let mut several = object(with(good(), "aud", json!(["other", "pli-web"])).into());
        several.remove("azp");
        assert!(defect(&several).is_some(), "several audiences, and nobody says who asked");
    }

    /// Proves: PSC-08.
    #[test]
    fn thirty_seconds_between_two_clocks_are_forgiven() {
        assert_eq!(defect(&with(good(), "iat", json!(NOW.secs() + 30))), None);
        assert_eq!(defect(&with(good(), "exp", json!(NOW.secs() - 29))), None);
        let ahead = check(&with(good(), "auth_time", json!(NOW.secs() + 900)), &EXPECTED, NOW).map_err(|d| d.0).expect("good");
        assert_eq!(ahead.auth_time, NOW, "nobody is identified in the future");
    }

    fn notice() -> Value {
        json!({
            "iss": "https://psc.test", "aud": "pli-web", "typ": "Logout", "iat": NOW.secs(), "jti": "j1", "sid": "s1", "sub": "f:x:899790000048",
            "events": {LOGOUT_EVENT: {}},
        })
    }

    fn noticed(claims: &Map<String, Value>) -> Result<LogoutNotice, Defect> {
        check_notice(claims, "https://psc.test", "pli-web", NOW)
    }

    /// Proves: PSC-36.
    #[test]
    fn a_logout_notice_names_a_session_or_a_subject() {
        let found = noticed(&object(notice())).expect("good");
        assert_eq!((found.sid.as_deref(), found.jti.as_str(), found.iat), (Some("s1"), "j1", NOW));
        for absent in ["sid", "sub", "typ"] {
            let mut claims = object(notice());
            claims.remove(absent);
            assert!(noticed(&claims).is_ok(), "without {absent}");
        }
        let mut neither = object(notice());
        neither.remove("sid");
        neither.remove("sub");
        assert!(noticed(&neither).is_err());
    }

    /// Proves: PSC-36.
    #[test]
    fn any_defect_of_a_logout_notice_is_a_refusal() {
        for (name, value) in [
            ("iss", json!("https://autre.test")),
            ("aud", json!("lps-demo")),
            ("typ", json!("ID")),
            ("iat", json!(NOW.secs() - 121)),
            ("iat", json!(NOW.secs() + 31)),
            ("iat", json!(i64::MIN)),
            ("exp", json!(NOW.secs() - 30)),
            ("nonce", json!("n0")),
            ("nonce", json!(null)),
            ("events", json!({})),
            ("events", json!({LOGOUT_EVENT: true})),
            ("jti", json!("")),
            ("sid", json!(7)),
        ] {
            assert!(noticed(&with(notice(), name, value.clone())).is_err(), "{name} {value}");
        }
        for needed in ["iss", "aud", "iat", "jti", "events"] {
            let mut claims = object(notice());
            claims.remove(needed);
            assert!(noticed(&claims).is_err(), "without {needed}");
        }
        assert!(noticed(&object(good())).is_err(), "an ID token ends nothing");
        assert!(defect(&object(notice())).is_some(), "a notice proves nobody");
    }

    proptest! {
        /// Proves: PSC-08, PSC-36.
        #[test]
        fn strange_numbers_never_make_a_check_fail_badly(iat in any::<i64>(), exp in any::<i64>(), auth_time in any::<i64>()) {
            let mut claims = good();
            (claims["iat"], claims["exp"], claims["auth_time"]) = (iat.into(), exp.into(), auth_time.into());
            if let Ok(held) = check(&object(claims), &EXPECTED, NOW) {
                prop_assert!(held.auth_time <= NOW);
            }
            let mut claims = notice();
            (claims["iat"], claims["exp"]) = (iat.into(), exp.into());
            let _ = noticed(&object(claims));
        }
    }
}
