//! Step 5: PSC itself is asked whether the token is alive. No login is ever granted on the signature alone.
//!
//! RFC 7662. Requirements: PSC-21 (step 5), PSC-23, PSC-24. A refusal of *our* credentials is an outage and an alarm, never "inactive token".

use rules::Moment;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::claims::Claims;
use super::person;
use crate::provider::Unavailable;
use crate::provider::http::Failure;

/// What PSC says of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Active(Known),
    Inactive,
}

/// What PSC adds to the claims of a living token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub acr: Option<String>,
    pub client: Option<String>,
    pub sid: Option<String>,
}

/// One call, for the figures (`pli_psc_introspection_total{result}`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Active,
    Inactive,
    /// Alive at PSC, but not what the token says.
    Mismatch,
    Unavailable,
    /// Our own credentials were refused.
    Credentials,
}

#[derive(Deserialize)]
struct Alive {
    active: bool,
}

/// Judges the answer to an introspection.
pub(super) fn judge(reply: Result<Zeroizing<Vec<u8>>, Failure>, claims: &Claims, now: Moment) -> (Outcome, Result<Verdict, Unavailable>) {
    let unavailable = (Outcome::Unavailable, Err(Unavailable));
    let reply = match reply {
        Ok(reply) => reply,
        Err(Failure::Status(401 | 403)) => {
            tracing::error!("Pro Santé Connect refuses our own credentials for introspection: no person can log in");
            return (Outcome::Credentials, Err(Unavailable));
        }
        Err(failure) => {
            tracing::warn!(%failure, "introspection at Pro Santé Connect failed");
            return unavailable;
        }
    };
    let Ok(Alive { active }) = serde_json::from_slice(&reply) else { return unavailable };
    if !active {
        return (Outcome::Inactive, Ok(Verdict::Inactive));
    }
    let Ok(told) = serde_json::from_slice::<Claims>(&reply) else { return unavailable };
    if told.iss != claims.iss || !person::same(claims, &told) || !told.not_past(now) {
        tracing::warn!("introspection and token do not tell the same: refused");
        return (Outcome::Mismatch, Ok(Verdict::Inactive));
    }
    let known = Known { acr: told.acr, client: told.azp.or(told.client_id), sid: told.sid };
    (Outcome::Active, Ok(Verdict::Active(known)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Moment = Moment::from_secs(1_800_000_000);
    const SUB: &str = "f:2f6b4a1e:899790000048";

    fn claims() -> Claims {
        Claims {
            iss: Some("https://psc.test".into()),
            sub: Some(SUB.into()),
            subject_name_id: Some("899790000048".into()),
            ..Claims::default()
        }
    }

    fn judged(reply: Value) -> Outcome {
        judge(Ok(reply.to_string().into_bytes().into()), &claims(), NOW).0
    }

    fn good() -> Value {
        json!({"active": true, "iss": "https://psc.test", "sub": SUB, "exp": NOW.secs() + 100, "acr": "eidas1"})
    }

    /// Proves: PSC-21.
    #[test]
    fn a_living_token_must_tell_the_same_at_psc() {
        assert_eq!(judged(good()), Outcome::Active);
        for (claim, value) in [
            ("iss", json!("https://other.test")),
            ("sub", json!("f:2f6b4a1e:899790000014")),
            ("exp", json!(NOW.secs() - 30)),
            ("SubjectNameID", json!("899790000014")),
        ] {
            let mut reply = good();
            reply[claim] = value;
            assert_eq!(judged(reply), Outcome::Mismatch, "{claim}");
        }
        for missing in ["iss", "sub", "exp"] {
            let mut reply = good();
            reply.as_object_mut().expect("an object").remove(missing);
            assert_eq!(judged(reply), Outcome::Mismatch, "without {missing}");
        }
    }

    /// Proves: PSC-23, PSC-24.
    #[test]
    fn what_is_no_answer_is_an_outage_and_never_a_no() {
        for reply in [b"<html>".to_vec(), b"{}".to_vec(), b"[]".to_vec(), br#"{"active":"yes"}"#.to_vec()] {
            assert_eq!(judge(Ok(reply.into()), &claims(), NOW), (Outcome::Unavailable, Err(Unavailable)));
        }
        for status in [401, 403] {
            assert_eq!(judge(Err(Failure::Status(status)), &claims(), NOW), (Outcome::Credentials, Err(Unavailable)));
        }
        assert_eq!(judge(Err(Failure::Status(500)), &claims(), NOW).1, Err(Unavailable));
        assert_eq!(judged(json!({"active": false})), Outcome::Inactive);
    }
}
