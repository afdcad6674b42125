//! What a dishonest provider, client or messenger could present: ID tokens, userinfo, discovery documents, logout notices.

mod liar;

use identity::oidc::Party;
use liar::{BACK, Liar, b64};
use proptest::prelude::*;
use rules::{Entropy, Refusal};
use serde_json::{Value, json};

/// Proves: PSC-08.
#[tokio::test]
async fn an_id_token_of_another_issuer_client_moment_or_key_opens_nothing() {
    let liar = Liar::set().await;
    let party = liar.party();
    let begun = party.begin(BACK, false).await.expect("it is there");
    let good = liar.claims(&begun.nonce);
    assert!(liar.finish(&party, &begun, &liar.signed(&good)).await.is_ok());
    let now = liar.clock.now().secs();
    for (claim, value) in [
        ("iss", json!("https://auth.autre.test")),
        ("aud", json!("lps-demo")),
        ("azp", json!("lps-demo")),
        ("nonce", json!("another")),
        ("typ", json!("Bearer")),
        ("exp", json!(now - 30)),
        ("iat", json!(now + 31)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("sub", json!("f:x:899790000022")),
    ] {
        let mut claims = good.clone();
        claims.insert(claim.into(), value);
        assert_eq!(liar.finish(&party, &begun, &liar.signed(&claims)).await.err(), Some(Refusal::LoginFailed), "{claim}");
    }
    for alg in ["none", "HS256"] {
        assert_eq!(liar.finish(&party, &begun, &liar.signed_as(alg, &good)).await.err(), Some(Refusal::LoginFailed), "{alg}");
    }
    let other = Liar::set().await;
    assert_eq!(
        liar.finish(&party, &begun, &other.signed(&good)).await.err(),
        Some(Refusal::LoginFailed),
        "another key under the same name"
    );
    let mut no_level = good.clone();
    no_level.remove("acr");
    assert_eq!(liar.finish(&party, &begun, &liar.signed(&no_level)).await.err(), Some(Refusal::TokenWrongLevel));
    for strange in ["", "a.b", "a.b.c", &"A".repeat(9000)] {
        assert_eq!(liar.finish(&party, &begun, strange).await.err(), Some(Refusal::LoginFailed));
    }
}

/// Proves: PSC-08, PSC-17.
#[tokio::test]
async fn userinfo_must_speak_of_the_same_person() {
    let liar = Liar::set().await;
    let party = liar.party();
    let begun = party.begin(BACK, false).await.expect("it is there");
    let token = liar.signed(&liar.claims(&begun.nonce));
    for (userinfo, expected) in [
        (json!({"sub": "f:x:899790000014"}), None),
        (json!({"sub": "f:x:899790000014", "otherIds": "illisible", "preferred_username": 7}), None),
        (json!({"sub": "f:x:899790000022"}), Some(Refusal::LoginFailed)),
        (json!({"SubjectNameID": "899790000014"}), Some(Refusal::LoginFailed)),
        (json!({"sub": "f:x:899790000014", "SubjectNameID": "899790000022"}), Some(Refusal::IdentityConflict)),
        (json!([]), Some(Refusal::LoginFailed)),
    ] {
        liar.say(|says| says.userinfo = userinfo.clone());
        assert_eq!(liar.finish(&party, &begun, &token).await.err(), expected, "{userinfo}");
    }
    for (status, expected) in [(401, Refusal::LoginFailed), (500, Refusal::PscUnavailable)] {
        liar.say(|says| says.userinfo_status = Some(status));
        assert_eq!(liar.finish(&party, &begun, &token).await.err(), Some(expected), "{status}");
    }
}

/// Proves: PSC-02.
#[tokio::test]
async fn a_document_that_sends_our_secrets_elsewhere_is_refused_and_the_known_addresses_serve() {
    let thief = "https://voleur.test/token";
    for (name, value) in [("token_endpoint", json!(thief)), ("userinfo_endpoint", json!(thief)), ("issuer", json!("https://autre.test"))] {
        let liar = Liar::set().await;
        liar.say(|says| says.document[name] = value);
        let mut config = liar.config();
        config.authorization_override = Some("http://127.0.0.1:1/auth".into());
        let party = Party::new(config, liar.clock.clone(), Entropy::seeded(1), None).expect("it serves");
        let begun = party.begin(BACK, false).await.expect("the page is configured");
        let token = liar.signed(&liar.claims(&begun.nonce));
        assert!(liar.finish(&party, &begun, &token).await.is_ok(), "{name}: at the issuer's own addresses, known beforehand");
        assert_eq!(
            liar.party().begin(BACK, false).await.err(),
            Some(Refusal::PscUnavailable),
            "{name}: nothing of that document is believed"
        );
    }
}

/// Proves: PSC-01.
#[tokio::test]
async fn the_last_good_document_serves_seven_days_also_after_a_new_start() {
    let liar = Liar::set().await;
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("discovery.json");
    let start = || Party::new(liar.config(), liar.clock.clone(), Entropy::seeded(1), Some(place.clone())).expect("it serves");
    let first = start();
    assert!(first.begin(BACK, false).await.is_ok());
    liar.say(|says| says.document["authorization_endpoint"] = "http://127.0.0.1:2/auth".into());
    liar.advance(6 * 3600 - 1);
    assert!(first.begin(BACK, false).await.expect("fresh").url.starts_with("http://127.0.0.1:1/"));
    liar.advance(1);
    assert!(first.begin(BACK, false).await.expect("read anew").url.starts_with("http://127.0.0.1:2/"), "every six hours");
    liar.say(|says| says.down = true);
    liar.advance(7 * 86_400 - 1);
    for party in [&first, &start()] {
        assert!(party.begin(BACK, false).await.expect("the copy serves").url.starts_with("http://127.0.0.1:2/"));
    }
    liar.advance(120);
    for party in [&first, &start()] {
        assert_eq!(party.begin(BACK, false).await.err(), Some(Refusal::PscUnavailable), "older than seven days");
    }
}

/// Proves: PSC-36.
#[tokio::test]
async fn a_logout_notice_is_believed_only_without_a_defect() {
    let liar = Liar::set().await;
    let party = liar.party();
    let good = liar.notice();
    let notice = party.logout_notice(&liar.signed(&good)).await.expect("good");
    assert_eq!((notice.sid.as_deref(), notice.jti.as_str(), notice.iat), (Some("s1"), "j1", liar.clock.now()));
    let now = liar.clock.now().secs();
    for (claim, value) in [
        ("iss", json!("https://autre.test")),
        ("aud", json!("lps-demo")),
        ("iat", json!(now - 121)),
        ("nonce", json!("n")),
        ("events", json!({})),
        ("jti", json!(null)),
        ("sid", json!(null)),
    ] {
        let mut claims = good.clone();
        claims.insert(claim.into(), value);
        assert_eq!(party.logout_notice(&liar.signed(&claims)).await.err(), Some(Refusal::LoginFailed), "{claim}");
    }
    for alg in ["none", "HS256"] {
        assert_eq!(party.logout_notice(&liar.signed_as(alg, &good)).await.err(), Some(Refusal::LoginFailed), "{alg}");
    }
    let identity = liar.signed(&liar.claims("n"));
    assert_eq!(party.logout_notice(&identity).await.err(), Some(Refusal::LoginFailed), "an ID token ends nothing");
}

/// Proves: PSC-08, PSC-36.
#[test]
fn no_mutated_id_token_and_no_mutated_notice_ever_proves_anything() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (liar, party, begun) = runtime.block_on(async {
        let liar = Liar::set().await;
        let party = liar.party();
        let begun = party.begin(BACK, false).await.expect("it is there");
        (liar, party, begun)
    });
    let (token, notice) = (liar.signed(&liar.claims(&begun.nonce)), liar.signed(&liar.notice()));
    assert!(runtime.block_on(liar.finish(&party, &begun, &token)).is_ok());
    assert!(runtime.block_on(party.logout_notice(&notice)).is_ok());
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() });
    let alphabet = proptest::char::ranges(vec!['A'..='Z', 'a'..='z', '0'..='9', '-'..='.', '_'..='_'].into());
    let result = runner.run(&(any::<usize>(), alphabet, any::<String>()), |(place, with, text)| {
        for (good, is_notice) in [(&token, false), (&notice, true)] {
            let mut bytes = good.clone().into_bytes();
            let place = place % bytes.len();
            let mutant = if bytes[place] == with as u8 {
                text.clone()
            } else {
                bytes[place] = with as u8;
                String::from_utf8(bytes).expect("ASCII")
            };
            let proved = if is_notice {
                runtime.block_on(party.logout_notice(&mutant)).is_ok()
            } else {
                runtime.block_on(liar.finish(&party, &begun, &mutant)).is_ok()
            };
            prop_assert!(!proved, "a mutant proved something");
        }
        Ok(())
    });
    assert_eq!(result, Ok(()));
}

/// Proves: PSC-08.
#[tokio::test]
async fn a_key_that_is_not_for_signatures_or_comes_with_the_token_proves_nothing() {
    let liar = Liar::set().await;
    liar.say(|says| says.keys["keys"][0]["use"] = "enc".into());
    let party = liar.party();
    let begun = party.begin(BACK, false).await.expect("it is there");
    let claims = liar.claims(&begun.nonce);
    assert_eq!(liar.finish(&party, &begun, &liar.signed(&claims)).await.err(), Some(Refusal::LoginFailed));
    let header = json!({"alg": "ES256", "kid": "k1", "jwk": {"kty": "EC"}});
    let with_key = format!("{}.{}.AAAA", b64(header.to_string().as_bytes()), b64(Value::Object(claims).to_string().as_bytes()));
    assert_eq!(liar.finish(&party, &begun, &with_key).await.err(), Some(Refusal::LoginFailed));
}
