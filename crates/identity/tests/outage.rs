//! The cache, the circuit and outages (PSC-22 to PSC-24), with a clock moved by hand.

mod stage;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rules::Refusal;
use serde_json::json;
use stage::Stage;

/// Proves: PSC-22.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_logins_at_once_with_one_token_ask_psc_once() {
    let stage = Stage::set().await;
    let token = stage.sureau().await;
    stage.faults(json!({"slow_ms": 100})).await;
    let proofs = join_all((0..200).map(|_| stage.psc.prove(&token))).await;
    assert!(proofs.iter().all(Result::is_ok));
    assert_eq!(stage.introspections().await, 1);
}

/// Proves: PSC-22.
#[tokio::test]
async fn an_answer_is_believed_for_a_minute_of_the_injected_clock() {
    let stage = Stage::set().await;
    let token = stage.sureau().await;
    assert!(stage.psc.prove(&token).await.is_ok());
    stage.advance(59);
    assert!(stage.psc.prove(&token).await.is_ok());
    assert_eq!(stage.introspections().await, 1);
    stage.advance(1);
    assert!(stage.psc.prove(&token).await.is_ok());
    assert_eq!(stage.introspections().await, 2);
}

/// Proves: PSC-22.
#[tokio::test]
async fn a_no_is_believed_for_ten_seconds_and_a_session_can_be_forgotten() {
    let stage = Stage::set().await;
    let minted = stage.mint(json!({"persona": "P04"})).await;
    let (token, sid) = (minted["access_token"].as_str().expect("a token"), minted["sid"].as_str().expect("a session"));
    assert!(stage.psc.prove(token).await.is_ok());
    stage.control("POST", &format!("sessions/{sid}/logout"), None).await;
    assert!(stage.psc.prove(token).await.is_ok(), "still within the minute");
    stage.psc.forget_session(sid);
    for _ in 0..2 {
        assert_eq!(stage.psc.prove(token).await, Err(Refusal::TokenInvalid));
    }
    assert_eq!(stage.introspections().await, 2);
    stage.advance(10);
    assert_eq!(stage.psc.prove(token).await, Err(Refusal::TokenInvalid));
    assert_eq!(stage.introspections().await, 3);
}

/// Proves: PSC-23, PSC-24.
#[tokio::test]
async fn every_sort_of_outage_is_told_as_one_in_time_and_the_circuit_opens_then_recovers() {
    for how in ["refuse", "http503", "http500_html"] {
        let stage = Stage::set().await;
        assert!(stage.psc.prove(&stage.sureau().await).await.is_ok());
        stage.faults(json!({"down": how})).await;
        let tokens = join_all((0..6).map(|_| stage.sureau())).await;
        for token in &tokens[..5] {
            let begun = Instant::now();
            assert_eq!(stage.psc.prove(token).await, Err(Refusal::PscUnavailable), "{how}");
            assert!(begun.elapsed() < Duration::from_millis(3500), "{how}");
        }
        assert!(!stage.psc.health().ok);
        let asked = stage.introspections().await;
        // The quickest of five: a busy machine must not decide.
        let mut quickest = Duration::MAX;
        for _ in 0..5 {
            let begun = Instant::now();
            assert_eq!(stage.psc.prove(&tokens[5]).await, Err(Refusal::PscUnavailable), "{how}");
            quickest = quickest.min(begun.elapsed());
        }
        assert!(quickest < Duration::from_millis(50), "the circuit is open: at once");
        stage.control("DELETE", "faults", None).await;
        assert_eq!(stage.psc.prove(&tokens[5]).await, Err(Refusal::PscUnavailable), "still open");
        assert_eq!(stage.introspections().await, asked, "nothing was asked meanwhile");
        stage.advance(10);
        assert!(stage.psc.prove(&tokens[5]).await.is_ok(), "{how}: the probe succeeds");
        assert!(stage.psc.prove(&tokens[0]).await.is_ok(), "{how}: an outage was not kept as a no");
        assert!(stage.psc.health().ok);
    }
}

/// Proves: PSC-23, PSC-24.
#[tokio::test]
async fn a_psc_that_hangs_from_the_start_is_told_as_away_within_its_time() {
    let stage = Stage::set().await;
    let token = stage.sureau().await;
    stage.faults(json!({"down": "hang"})).await;
    let begun = Instant::now();
    assert_eq!(stage.psc.prove(&token).await, Err(Refusal::PscUnavailable));
    assert!(begun.elapsed() < Duration::from_millis(3500), "{:?}", begun.elapsed());
    stage.control("DELETE", "faults", None).await;
    assert!(stage.psc.prove(&token).await.is_ok(), "a cold start recovers by itself");
}

/// Proves: PSC-23.
#[tokio::test]
async fn our_own_credentials_refused_is_an_outage_and_not_a_bad_token() {
    let stage = Stage::set().await;
    stage.faults(json!({"introspection_401": {"count": 1, "for_client": "pli-introspect"}})).await;
    let token = stage.sureau().await;
    assert_eq!(stage.psc.prove(&token).await, Err(Refusal::PscUnavailable));
    assert_eq!(stage.psc.introspections().credentials, 1);
    assert!(stage.psc.prove(&token).await.is_ok());
    let stranger = Stage::set_with(|config| config.client_secret = "wrong".into()).await;
    assert_eq!(stranger.psc.prove(&stranger.sureau().await).await, Err(Refusal::PscUnavailable));
}

/// Proves: PSC-24.
#[tokio::test]
async fn nobody_logs_in_on_the_signature_alone() {
    let stage = Stage::set().await;
    let token = stage.sureau().await;
    assert!(stage.psc.prove(&token).await.is_ok());
    stage.faults(json!({"introspection_down": true})).await;
    assert!(stage.psc.prove(&token).await.is_ok(), "the cache holds its minute");
    assert_eq!(stage.psc.prove(&stage.sureau().await).await, Err(Refusal::PscUnavailable), "keys are known, PSC did not confirm");
    stage.advance(60);
    assert_eq!(stage.psc.prove(&token).await, Err(Refusal::PscUnavailable), "no grace beyond the minute");
}

/// Proves: PSC-01.
#[tokio::test]
async fn without_a_discovery_document_the_known_addresses_serve() {
    let stage = Stage::set_with(|config| config.discovery_url = format!("{}/.well-known/openid-configuration", config.issuer)).await;
    assert!(stage.psc.prove(&stage.sureau().await).await.is_ok(), "404 at the standard name, as at PSC");
}

/// Proves: PSC-01.
#[tokio::test]
async fn the_last_good_document_is_kept_on_disk_and_serves_a_new_start() {
    let stage = Stage::set().await;
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("discovery.json");
    let config = |discovery: String| identity::PscConfig {
        issuer: stage.sim.issuer().to_owned(),
        discovery_url: discovery,
        client_id: "pli-introspect".into(),
        client_secret: "pli-introspect-secret".into(),
        min_acr: "eidas1".into(),
        azp_allowed: None,
        preset: identity::prove::Preset::Sim,
    };
    let start =
        |discovery| identity::Psc::keeping_discovery_in(place.clone(), config(discovery), stage.clock.clone(), rules::Entropy::seeded(3));
    assert!(start(stage.sim.discovery_url()).prove(&stage.sureau().await).await.is_ok());
    let kept = std::fs::read_to_string(&place).expect("the copy");
    assert!(kept.contains("token/introspect") && !kept.contains("secret"));
    std::fs::write(&place, "{").expect("a spoiled copy");
    assert!(start("http://127.0.0.1:9/nothing".into()).prove(&stage.sureau().await).await.is_ok(), "a spoiled copy is ignored");
}
