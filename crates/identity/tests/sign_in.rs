//! Logins in a browser, against the simulator over HTTP (PSC-05 to PSC-16, PSC-35).

mod stage;

use identity::oidc::{ClientAuth, KeyAlg, Party, Return};
use rules::{Entropy, IdNat, Refusal};
use sandbox::Personas;
use secrecy::ExposeSecret;
use serde_json::json;
use stage::{BACK, Stage, fields, finish};

const TILLEUL: &str = "899790000014";
/// Where a vendor's program gets people back.
const VENDOR: &str = "http://127.0.0.1:8123/cb";

fn idnat(text: &str) -> IdNat {
    IdNat::parse(text).expect("an IdNat")
}

/// Proves: PSC-05, PSC-10.
#[tokio::test]
async fn the_browser_is_sent_with_a_state_a_nonce_and_a_challenge_of_its_own() {
    let stage = Stage::set().await;
    let party = stage.party_with(|config| config.idp_hint = Some("cps".into()));
    let begun = party.begin(BACK, false).await.expect("PSC is there");
    assert!(begun.url.starts_with(&format!("{}/auth?response_type=code&client_id=pli-web&", stage.sim.login_page())), "{}", begun.url);
    assert!(begun.url.contains("&scope=openid%20scope_all&acr_values=eidas1&"), "{}", begun.url);
    let sent = fields(&begun.url);
    assert_eq!(
        (sent["redirect_uri"].as_str(), sent["code_challenge_method"].as_str(), sent["kc_idp_hint"].as_str()),
        (BACK, "S256", "cps")
    );
    assert_eq!((&sent["state"], &sent["nonce"]), (&begun.state, &begun.nonce));
    assert_eq!(
        (begun.state.len(), begun.nonce.len(), begun.verifier.expose_secret().len()),
        (22, 22, 43),
        "128 bits, 128 bits, 43 characters"
    );
    assert!(!begun.url.contains(begun.verifier.expose_secret()) && !sent.contains_key("prompt"));
    let again = party.begin(BACK, true).await.expect("PSC is there");
    assert_eq!(fields(&again.url)["prompt"], "login");
    assert!(again.state != begun.state && again.nonce != begun.nonce && again.verifier.expose_secret() != begun.verifier.expose_secret());
}

/// Proves: PSC-06, PSC-08, PSC-13.
#[tokio::test]
async fn a_professional_signs_in_and_only_what_the_pages_keep_is_given() {
    let stage = Stage::set().await;
    let signed_in = stage.sign_in(&stage.party(), BACK, "P01", json!({})).await.expect("Claire TILLEUL");
    assert_eq!(signed_in.person, Some(idnat(TILLEUL)));
    assert_eq!((signed_in.acr.as_str(), signed_in.auth_mode.as_str()), ("eidas1", "MOBILE"));
    assert_eq!(signed_in.issuer, stage.sim.issuer());
    assert!(signed_in.sub.ends_with(TILLEUL) && signed_in.sid.is_some());
    assert_eq!(signed_in.auth_time, stage.clock.now());
    assert_eq!(signed_in.id_token.expose_secret().matches('.').count(), 2);
    let userinfo = signed_in.userinfo.as_ref().expect("PSC says who she is");
    assert_eq!((userinfo.given.as_str(), userinfo.family.as_str(), userinfo.civility.as_str()), ("Claire", "TILLEUL", "MME"));
    assert!(!format!("{signed_in:?}").contains("eyJ"), "no token is printed");
}

/// Proves: PSC-06.
#[tokio::test]
async fn a_return_without_issuer_or_session_state_is_fine_and_one_of_another_issuer_is_not() {
    let stage = Stage::set().await;
    let party = stage.party();
    for (iss, expected) in [(None, None), (Some("https://auth.autre.test"), Some(Refusal::LoginFailed))] {
        let begun = party.begin(BACK, false).await.expect("PSC is there");
        let mut back = stage.enter(&begun, "P01", json!({})).await;
        back.remove("iss");
        back.extend(iss.map(|iss| ("iss".to_owned(), iss.to_owned())));
        assert_eq!(finish(&party, &begun, &back, BACK).await.err(), expected);
    }
    let begun = party.begin(BACK, false).await.expect("PSC is there");
    let cancelled = stage.enter(&begun, "P01", json!({"cancel": "1"})).await;
    assert_eq!((cancelled["error"].as_str(), &cancelled["state"], cancelled.get("code")), ("access_denied", &begun.state, None));
}

/// Proves: PSC-05, PSC-08.
#[tokio::test]
async fn a_code_serves_once_and_only_with_its_own_nonce_verifier_and_address() {
    let stage = Stage::set().await;
    let party = stage.party();
    let other = party.begin(BACK, false).await.expect("PSC is there");
    for wrong in ["nonce", "verifier", "address", "code", "empty code", "twice"] {
        let begun = party.begin(BACK, false).await.expect("PSC is there");
        let back = stage.enter(&begun, "P01", json!({})).await;
        let code = match wrong {
            "code" => "a-code-of-somebody-else",
            "empty code" => "",
            _ => back["code"].as_str(),
        };
        let (nonce, verifier) = match wrong {
            "nonce" => (&other.nonce, begun.verifier.expose_secret()),
            "verifier" => (&begun.nonce, other.verifier.expose_secret()),
            _ => (&begun.nonce, begun.verifier.expose_secret()),
        };
        let redirect_uri = if wrong == "address" { "http://127.0.0.1:20081/psc/retour" } else { BACK };
        let returned = Return { code, iss: None, nonce, verifier, redirect_uri };
        if wrong == "twice" {
            assert!(party.finish(returned).await.is_ok());
        }
        assert_eq!(party.finish(returned).await.err(), Some(Refusal::LoginFailed), "{wrong}");
    }
}

/// Proves: PSC-07.
#[tokio::test]
async fn levels_that_are_missing_unknown_or_too_low_are_refused() {
    let stage = Stage::set().await;
    let party = stage.party();
    let card = stage.sign_in(&party, BACK, "P02", json!({"channel": "CARD", "acr": "eidas3"})).await.expect("more than asked");
    assert_eq!((card.acr.as_str(), card.auth_mode.as_str()), ("eidas3", "CARD"));
    for acr in ["", "loa9", "eidas0"] {
        assert_eq!(stage.sign_in(&party, BACK, "P01", json!({"acr": acr})).await.err(), Some(Refusal::TokenWrongLevel), "{acr}");
    }
    let strict = stage.party_with(|config| config.min_acr = "eidas2".into());
    assert_eq!(stage.sign_in(&strict, BACK, "P01", json!({"acr": "eidas1"})).await.err(), Some(Refusal::TokenWrongLevel));
    assert!(stage.sign_in(&strict, BACK, "P01", json!({"acr": "eidas2"})).await.is_ok());
}

/// Proves: PSC-09.
#[tokio::test]
async fn we_prove_ourselves_by_header_by_form_or_by_a_signed_assertion() {
    let stage = Stage::set().await;
    let posted = stage.party_with(|config| config.auth = ClientAuth::Post("pli-web-secret".into()));
    assert!(stage.sign_in(&posted, BACK, "P01", json!({})).await.is_ok());
    for (alg, pem) in [
        (KeyAlg::RS256, include_str!("../../sandbox/keys/lps-jwt-public-test-key-rs256.pem")),
        (KeyAlg::ES256, include_str!("../../sandbox/keys/lps-jwt-public-test-key-es256.pem")),
    ] {
        let party = stage.party_with(|config| {
            config.client_id = "lps-jwt".into();
            config.auth = ClientAuth::PrivateKeyJwt { key_pem: pem.into(), kid: None, alg };
        });
        for _ in 0..2 {
            let signed_in = stage.sign_in(&party, VENDOR, "P01", json!({})).await;
            assert_eq!(signed_in.expect("each assertion is a new one").person, Some(idnat(TILLEUL)), "{alg:?}");
        }
        let other = if alg == KeyAlg::RS256 { KeyAlg::ES256 } else { KeyAlg::RS256 };
        let mut config = stage.party_config();
        config.auth = ClientAuth::PrivateKeyJwt { key_pem: pem.into(), kid: None, alg: other };
        let fault = Party::new(config, stage.clock.clone(), Entropy::seeded(1), None).err().expect("a key of another sort");
        assert!(!fault.contains("PRIVATE"), "{fault}");
    }
    // Credentials refused are an outage and an alarm, never a person's fault.
    for wrong in [ClientAuth::Basic("faux".into()), ClientAuth::Post("faux".into())] {
        let party = stage.party_with(|config| config.auth = wrong);
        assert_eq!(stage.sign_in(&party, BACK, "P01", json!({})).await.err(), Some(Refusal::PscUnavailable));
    }
    let mut public = stage.party_config();
    public.auth = ClientAuth::Public;
    assert!(Party::new(public, stage.clock.clone(), Entropy::seeded(1), None).is_err(), "PSC knows no public client");
}

/// Proves: PSC-14, PSC-15, PSC-16.
#[tokio::test]
async fn whatever_userinfo_looks_like_the_login_goes_on_and_the_register_is_compared() {
    let stage = Stage::set().await;
    let party = stage.party();
    let register = Personas::shipped().persons();
    let person = |id: &str| register.iter().find(|p| p.idnat.as_str() == id).expect("in the register");
    let now = stage.clock.now();
    for (persona, id) in
        [("P01", TILLEUL), ("P02", "899790000022"), ("P03", "899790000030"), ("P04", "899790000048"), ("P09", "899790000097")]
    {
        let told = stage.sign_in(&party, BACK, persona, json!({})).await.expect(persona).userinfo.expect("told");
        assert_eq!(told.differences(person(id), now), [], "{persona}: PSC and the register say the same");
        assert!(!told.newer_than(person(id), now) && !told.broken_practice && told.unknown.is_empty(), "{persona}");
    }
    for defect in ["sparse", "old_civilite", "two_professions", "toplevel_empty", "finess_letters", "unknown_keys", "broken_refpro"] {
        stage.faults(json!({"userinfo": defect})).await;
        let signed_in = stage.sign_in(&party, BACK, "P01", json!({})).await.expect(defect);
        assert_eq!(signed_in.person, Some(idnat(TILLEUL)), "{defect}");
        let told = signed_in.userinfo.expect("told");
        assert_eq!(told.civility, "MME", "{defect}");
        assert_eq!(told.broken_practice, defect == "broken_refpro");
        assert_eq!(
            told.unknown.keys().collect::<Vec<_>>(),
            if defect == "unknown_keys" { vec!["cleInconnue"] } else { vec![] },
            "{defect}"
        );
        assert_eq!(told.newer_than(person(TILLEUL), now), matches!(defect, "two_professions" | "finess_letters"), "{defect}");
        assert_eq!(told.structures().any(|id| id == "110B000018"), defect == "finess_letters", "{defect}");
    }
}

/// Proves: PSC-17.
#[tokio::test]
async fn the_person_is_found_by_any_of_her_numbers_and_a_disagreement_is_refused() {
    let stage = Stage::set().await;
    let party = stage.party();
    stage.faults(json!({"no_subject_name_id": true})).await;
    assert_eq!(stage.sign_in(&party, BACK, "P01", json!({})).await.expect("by her other names").person, Some(idnat(TILLEUL)));
    stage.faults(json!({"ids_conflict": true})).await;
    assert_eq!(stage.sign_in(&party, BACK, "P01", json!({})).await.err(), Some(Refusal::IdentityConflict));
}

/// Proves: PSC-23, PSC-24.
#[tokio::test]
async fn while_psc_is_down_nobody_signs_in_and_the_circuit_is_the_one_of_token_checks() {
    let stage = Stage::set().await;
    let party = Party::beside(&stage.psc, stage.party_config(), stage.clock.clone(), Entropy::seeded(5)).expect("one issuer");
    let begun = party.begin(BACK, false).await.expect("PSC is there");
    let back = stage.enter(&begun, "P01", json!({})).await;
    stage.faults(json!({"down": "http503"})).await;
    for _ in 0..5 {
        assert_eq!(finish(&party, &begun, &back, BACK).await.err(), Some(Refusal::PscUnavailable));
    }
    assert!(!stage.psc.health().ok);
    stage.control("DELETE", "faults", None).await;
    assert_eq!(party.begin(BACK, false).await.err(), Some(Refusal::PscUnavailable), "left alone for ten seconds");
    stage.advance(10);
    assert!(stage.sign_in(&party, BACK, "P01", json!({})).await.is_ok());
    assert!(stage.psc.health().ok);
    let mut elsewhere = stage.party_config();
    elsewhere.issuer.push('/');
    assert!(Party::beside(&stage.psc, elsewhere, stage.clock.clone(), Entropy::seeded(5)).is_err());
}

/// Proves: PSC-35.
#[tokio::test]
async fn logging_out_leads_to_psc_and_back_and_needs_no_browser() {
    let stage = Stage::set().await;
    let party = stage.party();
    let signed_in = stage.sign_in(&party, BACK, "P01", json!({})).await.expect("Claire TILLEUL");
    let id_token = signed_in.id_token.expose_secret();
    let address = party.logout_url(id_token, "http://127.0.0.1:20080/", "s1").await.expect("PSC is known");
    assert!(address.starts_with(&format!("{}/protocol/openid-connect/logout?id_token_hint=", stage.sim.issuer())), "{address}");
    let sent = fields(&address);
    assert_eq!(
        (sent["id_token_hint"].as_str(), sent["post_logout_redirect_uri"].as_str(), sent["state"].as_str()),
        (id_token, "http://127.0.0.1:20080/", "s1")
    );
    let browser =
        reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none()).build().expect("a browser");
    let answer = browser.get(&address).send().await.expect("PSC answers");
    assert_eq!(answer.headers()["location"], "http://127.0.0.1:20080/?state=s1");

    let second = stage.sign_in(&party, BACK, "P02", json!({"channel": "CARD"})).await.expect("Karim AUBEPIN");
    assert_eq!(party.end_session(second.id_token.expose_secret()).await, Ok(()));
    stage.faults(json!({"down": "http503"})).await;
    assert_eq!(
        party.end_session(second.id_token.expose_secret()).await,
        Err(Refusal::PscUnavailable),
        "told, and the local session is over"
    );
    assert!(party.logout_url(id_token, "http://127.0.0.1:20080/", "s2").await.is_some(), "the address is known while PSC is down");
}
