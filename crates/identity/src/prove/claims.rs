//! What a token, or the introspection of one, says: read once the signature (step 2) or PSC itself vouches for it. Times are step 3.
//!
//! Requirements: PSC-11, PSC-21 (steps 2, 3). Missing claims are allowed here (older tokens lack some); each step asks for what it needs.

use std::time::Duration;

use rules::{Moment, Refusal};
use serde::Deserialize;

/// Clocks of two machines differ.
const SKEW: Duration = Duration::from_secs(30);
/// Longest life of a token that we believe in, seconds.
const LIFE_S: i64 = 600;

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Claims {
    pub iss: Option<String>,
    pub typ: Option<String>,
    pub exp: Option<i64>,
    pub iat: Option<i64>,
    pub nbf: Option<i64>,
    pub sub: Option<String>,
    pub azp: Option<String>,
    pub client_id: Option<String>,
    pub acr: Option<String>,
    pub sid: Option<String>,
    #[serde(rename = "authMode")]
    pub auth_mode: Option<String>,
    #[serde(rename = "SubjectNameID")]
    pub subject_name_id: Option<String>,
    pub preferred_username: Option<String>,
    #[serde(rename = "otherIds")]
    pub other_ids: Option<Vec<OtherId>>,
    /// RFC 7800; a token that is bound to something unknown is bound all the same.
    pub cnf: Option<Confirmation>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Confirmation {
    #[serde(rename = "x5t#S256")]
    pub x5t_s256: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct OtherId {
    #[serde(default)]
    pub identifiant: String,
    #[serde(default)]
    pub origine: String,
}

impl Claims {
    /// `iss` exact, `typ` an access token's: an ID, refresh or logout token opens nothing.
    ///
    /// Requirements: PSC-21 (step 2).
    pub fn is_access_token_of(&self, issuer: &str) -> Result<(), Refusal> {
        let ours = self.iss.as_deref() == Some(issuer) && self.typ.as_deref() == Some("Bearer");
        if ours { Ok(()) } else { Err(Refusal::TokenInvalid) }
    }

    /// Begun, not over, and not of an unbelievable length. A token without its times is over.
    ///
    /// Requirements: PSC-21 (step 3).
    pub fn is_timely(&self, now: Moment) -> Result<(), Refusal> {
        let (Some(iat), Some(exp)) = (self.iat, self.exp) else { return Err(Refusal::TokenExpired) };
        let latest_begin = now.plus(SKEW).secs();
        let begun = iat <= latest_begin && self.nbf.is_none_or(|nbf| nbf <= latest_begin);
        let believable = exp.checked_sub(iat).is_some_and(|life| life <= LIFE_S);
        if begun && believable && self.not_past(now) { Ok(()) } else { Err(Refusal::TokenExpired) }
    }

    /// `exp` is there and is not past.
    pub fn not_past(&self, now: Moment) -> bool {
        self.exp.is_some_and(|exp| exp > now.minus(SKEW).secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_secs(1_800_000_000);

    fn token(iat: i64, exp: i64) -> Claims {
        Claims { iat: Some(NOW.secs() + iat), exp: Some(NOW.secs() + exp), ..Claims::default() }
    }

    /// Proves: PSC-21.
    #[test]
    fn the_bounds_of_time_are_exact() {
        for (iat, exp, timely) in
            [(0, 120, true), (30, 150, true), (31, 151, false), (-149, -29, true), (-150, -30, false), (-10, 590, true), (-10, 591, false)]
        {
            assert_eq!(token(iat, exp).is_timely(NOW).is_ok(), timely, "iat {iat:+}, exp {exp:+}");
        }
    }

    #[test]
    fn a_token_without_its_times_or_with_absurd_ones_is_over() {
        assert_eq!(Claims::default().is_timely(NOW), Err(Refusal::TokenExpired));
        let absurd = Claims { iat: Some(i64::MIN), exp: Some(i64::MAX), ..Claims::default() };
        assert_eq!(absurd.is_timely(NOW), Err(Refusal::TokenExpired));
        let not_yet = Claims { nbf: Some(NOW.secs() + 31), ..token(0, 120) };
        assert_eq!(not_yet.is_timely(NOW), Err(Refusal::TokenExpired));
    }
}
