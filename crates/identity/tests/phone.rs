//! Approval on the telephone (CIBA), and the certificate as our proof, against the simulator (PSC-33, PSC-09).

mod stage;

use std::time::Duration;

use identity::oidc::{Asked, Channel2, ClientAuth, Party, PhoneAnswer};
use rules::{Entropy, IdNat, Refusal};
use sandbox::psc::Mutual;
use secrecy::ExposeSecret;
use serde_json::json;
use stage::Stage;
use tokio::net::TcpListener;
use trust::pki::{Authority, Request, Subject};

const SUREAU: &str = "899790000048";
const VENDOR: &str = "http://127.0.0.1:8123/cb";

fn sureau() -> IdNat {
    IdNat::parse(SUREAU).expect("an IdNat")
}

async fn touch(stage: &Stage, asked: &Asked, action: &str) {
    let path = format!("phone/{SUREAU}/{}", asked.auth_req_id.expose_secret());
    stage.control("POST", &path, Some(json!({"action": action}))).await;
}

async fn poll(party: &Party, asked: &Asked) -> Result<PhoneAnswer, Refusal> {
    party.poll_phone(asked.auth_req_id.expose_secret(), &sureau()).await
}

/// Proves: PSC-33.
#[tokio::test]
async fn a_person_approves_on_her_telephone_by_comparing_two_digits() {
    let stage = Stage::set().await;
    let party = stage.party();
    let asked = party.ask_phone(&sureau(), Channel2::Mobile, "42").await.expect("her telephone rings");
    assert_eq!((asked.expires, asked.interval), (stage.clock.now().plus(Duration::from_secs(120)), Duration::from_secs(1)));
    let pending = stage.control("GET", &format!("pending?idnat={SUREAU}"), None).await;
    assert_eq!((&pending[0]["binding_message"], &pending[0]["channel"]), (&json!("42"), &json!("MOBILE")));
    assert!(matches!(poll(&party, &asked).await, Ok(PhoneAnswer::Pending)));
    assert!(matches!(poll(&party, &asked).await, Ok(PhoneAnswer::SlowDown)), "asked at once again");
    touch(&stage, &asked, "approve").await;
    stage.advance(7);
    let Ok(PhoneAnswer::Approved(signed_in)) = poll(&party, &asked).await else { panic!("she approved") };
    assert_eq!((signed_in.person, signed_in.acr.as_str(), signed_in.auth_mode.as_str()), (Some(sureau()), "eidas1", "MOBILE"));
    assert!(!signed_in.userinfo.expect("told").exercises.is_empty());
    assert_eq!(poll(&party, &asked).await.err(), Some(Refusal::LoginFailed), "an approval serves once");
}

/// Proves: PSC-33.
#[tokio::test]
async fn a_refusal_and_a_silence_are_told_apart() {
    let stage = Stage::set().await;
    let party = stage.party();
    let refused = party.ask_phone(&sureau(), Channel2::Mobile, "07").await.expect("it rings");
    touch(&stage, &refused, "refuse").await;
    assert!(matches!(poll(&party, &refused).await, Ok(PhoneAnswer::Denied)));
    let silent = party.ask_phone(&sureau(), Channel2::Mobile, "99").await.expect("it rings");
    assert!(!silent.is_over(stage.clock.now()));
    stage.advance(120);
    assert!(silent.is_over(stage.clock.now()));
    assert!(matches!(poll(&party, &silent).await, Ok(PhoneAnswer::Expired)));
}

/// Proves: PSC-33.
#[tokio::test]
async fn what_cannot_be_asked_is_told_in_the_same_neutral_words() {
    let stage = Stage::set().await;
    let party = stage.party();
    let stranger = IdNat::parse("810000000017").expect("an IdNat");
    assert_eq!(party.ask_phone(&stranger, Channel2::Mobile, "42").await.err(), Some(Refusal::PhoneNotAsked), "unknown_user_id");
    for number in ["4", "421", "ab", "", "4é"] {
        assert_eq!(party.ask_phone(&sureau(), Channel2::Mobile, number).await.err(), Some(Refusal::PhoneNotAsked), "{number}");
    }
    stage.faults(json!({"down": "refuse"})).await;
    assert_eq!(party.ask_phone(&sureau(), Channel2::Mobile, "42").await.err(), Some(Refusal::PscUnavailable));
}

/// Proves: PSC-33.
#[tokio::test]
async fn the_approval_of_somebody_else_opens_nothing() {
    let stage = Stage::set().await;
    let party = stage.party();
    let asked = party.ask_phone(&sureau(), Channel2::Card, "42").await.expect("her reader asks");
    touch(&stage, &asked, "approve").await;
    let somebody = IdNat::parse("899790000014").expect("an IdNat");
    let answer = party.poll_phone(asked.auth_req_id.expose_secret(), &somebody).await;
    assert_eq!(answer.err(), Some(Refusal::IdentityConflict));
}

/// Proves: PSC-04, PSC-09.
#[tokio::test]
async fn a_certificate_proves_us_at_the_doors_made_for_it_and_binds_the_tokens() {
    let now = rules::Moment::parse("2026-11-21T22:00:00Z").expect("a date");
    let authority = Authority::anchor("AC DE DEMONSTRATION", now).expect("an authority");
    let subject = |common_name: &str| Subject {
        common_name: common_name.into(),
        unit: "1990000028".into(),
        organisation: "EDITEUR DE DEMONSTRATION".into(),
        state: "Ille-et-Vilaine (35)".into(),
    };
    let issue = |name: &str, names: &[&str]| {
        let names = names.iter().map(|&n| n.to_owned()).collect();
        authority.issue(&Request::operator(subject(name), names, now)).expect("a certificate")
    };
    let server = issue("auth.psc.test", &["127.0.0.1"]);
    let ours = issue("lps-mtls.editeur.test", &["lps-mtls.editeur.test"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let mutual = Mutual::new(listener, &server.identity(), authority.cert_pem.as_bytes()).expect("TLS");
    let stage = Stage::built(|config| config.mutual = Some(mutual), |_| {}).await;
    let with = |leaf: &trust::pki::Leaf| {
        let mut config = stage.party_config();
        config.client_id = "lps-mtls".into();
        config.auth = ClientAuth::Tls { chain_pem: leaf.cert_pem.clone().into_bytes(), key_pem: leaf.key_pem.clone().into() };
        Party::trusting(authority.cert_pem.as_bytes(), config, stage.clock.clone(), Entropy::seeded(6), None).expect("it serves")
    };
    let signed_in = stage.sign_in(&with(&ours), VENDOR, "P01", json!({})).await.expect("by our certificate");
    assert_eq!(signed_in.person.as_ref().map(IdNat::as_str), Some("899790000014"));
    assert_eq!(stage.sign_in(&with(&server), VENDOR, "P01", json!({})).await.err(), Some(Refusal::PscUnavailable), "another's certificate");
    let mut broken = stage.party_config();
    broken.auth = ClientAuth::Tls { chain_pem: b"nonsense".to_vec(), key_pem: "nonsense".into() };
    assert!(Party::new(broken, stage.clock.clone(), Entropy::seeded(6), None).is_err(), "told at start");
}
