//! Step 8, first half: which person do the claims name? Whether she is in the register, and entitled, is `rules`' and the store's to say.
//!
//! Requirements: PSC-17, PSC-18. Never by e-mail, never by `sub` as a whole.

use rules::ids::IdNatForm;
use rules::{IdNat, Refusal};

use super::claims::Claims;
use super::config::Preset;

/// The person, when all that names her agrees.
///
/// Requirements: PSC-17, PSC-18.
pub(crate) fn named_by(claims: &Claims, preset: Preset) -> Result<IdNat, Refusal> {
    named_by_all(&[claims], preset)
}

/// The person, when all that names her in several places (an ID token, userinfo) agrees; the first place wins nothing.
pub(crate) fn named_by_all(places: &[&Claims], preset: Preset) -> Result<IdNat, Refusal> {
    let names: Vec<&str> = places.iter().flat_map(|claims| names(claims)).collect();
    let Some(first) = names.first() else { return Err(Refusal::PersonUnknown) };
    if names.iter().any(|name| name != first) {
        tracing::error!("a token of Pro Santé Connect names two persons: refused");
        return Err(Refusal::IdentityConflict);
    }
    let idnat = IdNat::parse(first).map_err(|_| Refusal::PersonUnknown)?;
    acceptable(idnat, preset)
}

/// In the order of PSC-17; an empty text is an absent one.
fn names(claims: &Claims) -> Vec<&str> {
    let registered = claims.other_ids.iter().flatten().filter(|id| id.origine == "RPPS").map(|id| id.identifiant.as_str());
    let subject = claims.sub.as_deref().and_then(|sub| sub.rsplit_once(':')).map(|(_, last)| last);
    let all =
        [claims.subject_name_id.as_deref(), claims.preferred_username.as_deref()].into_iter().flatten().chain(registered).chain(subject);
    all.map(str::trim).filter(|name| !name.is_empty()).collect()
}

fn acceptable(idnat: IdNat, preset: Preset) -> Result<IdNat, Refusal> {
    let wrong_key = idnat.form() == IdNatForm::RppsWrongKey;
    if preset == Preset::Prod && (wrong_key || idnat.is_for_tests()) {
        tracing::error!("a number for tests, or with a wrong key, was presented in production: refused");
        return Err(Refusal::PersonUnknown);
    }
    if wrong_key {
        tracing::warn!("an RPPS number has a wrong key; accepted because this is no production");
    }
    Ok(idnat)
}

/// Both speak of one person: every name that both give is the same, and they share at least one.
///
/// Requirements: PSC-21 (step 5).
pub(crate) fn same(one: &Claims, other: &Claims) -> bool {
    let pairs =
        [(&one.sub, &other.sub), (&one.subject_name_id, &other.subject_name_id), (&one.preferred_username, &other.preferred_username)];
    let mut shared = pairs.into_iter().filter_map(|(a, b)| Some((a.as_deref()?.trim(), b.as_deref()?.trim()))).peekable();
    shared.peek().is_some() && shared.all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::super::claims::OtherId;
    use super::*;

    fn claims(subject: &str, preferred: &str, rpps: &str, sub: &str) -> Claims {
        let text = |t: &str| Some(t.to_owned()).filter(|t| !t.is_empty());
        let other = text(rpps).map(|identifiant| vec![OtherId { identifiant, origine: "RPPS".into() }]);
        Claims {
            subject_name_id: text(subject),
            preferred_username: text(preferred),
            other_ids: other,
            sub: text(sub),
            ..Claims::default()
        }
    }

    fn named(claims: &Claims) -> Result<String, Refusal> {
        named_by(claims, Preset::Sim).map(|idnat| idnat.to_string())
    }

    const SUREAU: &str = "899790000048";

    /// Proves: PSC-17.
    #[test]
    fn any_of_the_four_places_names_the_person() {
        for found in
            [claims(SUREAU, "", "", ""), claims("", SUREAU, "", ""), claims("", "", SUREAU, ""), claims("", "", "", "f:2f6b:899790000048")]
        {
            assert_eq!(named(&found), Ok(SUREAU.to_owned()));
        }
        assert_eq!(named(&claims(" 899790000048 ", SUREAU, "", "")), Ok(SUREAU.to_owned()));
        assert_eq!(named(&claims("", "", "", "")), Err(Refusal::PersonUnknown));
    }

    /// Proves: PSC-17.
    #[test]
    fn one_place_that_disagrees_is_a_conflict() {
        let other = "899790000014";
        for found in [claims(SUREAU, other, "", ""), claims(SUREAU, SUREAU, other, ""), claims(SUREAU, "", "", "f:2f6b:899790000014")] {
            assert_eq!(named(&found), Err(Refusal::IdentityConflict));
        }
    }

    /// Proves: PSC-17.
    #[test]
    fn an_old_number_in_other_ids_is_no_conflict() {
        let mut found = claims(SUREAU, SUREAU, SUREAU, "");
        found.other_ids.as_mut().expect("set above").push(OtherId { identifiant: "0996000014".into(), origine: "ADELI".into() });
        assert_eq!(named(&found), Ok(SUREAU.to_owned()));
    }

    /// Proves: PSC-17, PSC-18.
    #[test]
    fn production_refuses_wrong_keys_test_ids_and_invented_people() {
        let in_production = |idnat: &str| named_by(&claims(idnat, "", "", ""), Preset::Prod).map(|idnat| idnat.to_string());
        for refused in ["899790000048", "810000000012", "ANS20260000000001"] {
            assert_eq!(in_production(refused), Err(Refusal::PersonUnknown), "{refused}");
            assert_eq!(named(&claims(refused, "", "", "")), Ok(refused.to_owned()));
        }
        for accepted in ["0996000014", "3990000028/SEC0042", "810000000017"] {
            assert_eq!(in_production(accepted), Ok(accepted.to_owned()));
        }
        assert_eq!(named(&claims("nadia@courriel.test", "", "", "")), Err(Refusal::PersonUnknown));
    }

    #[test]
    fn two_accounts_are_of_one_person_only_when_a_shared_name_says_so() {
        let local = claims(SUREAU, SUREAU, SUREAU, "f:2f6b:899790000048");
        assert!(same(&local, &claims("", "", "", "f:2f6b:899790000048")), "a reply of 2021");
        assert!(!same(&local, &claims("", "", "", "f:2f6b:899790000014")));
        assert!(!same(&local, &claims("", "", SUREAU, "")), "nothing shared");
    }
}
