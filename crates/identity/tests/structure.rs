//! A structure's own login, against its simulator, and back-channel notices as PSC sends them (LOC-05, PSC-36).

mod stage;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;
use identity::oidc::{ClientAuth, Party, PartyConfig, PartyKind};
use rules::{Entropy, Refusal};
use sandbox::Personas;
use sandbox::idp::{IdpConfig, StructureIdp};
use serde_json::{Value, json};
use stage::{BACK, Stage, fields, finish};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const STRUCTURE_BACK: &str = "http://127.0.0.1:20080/structure/retour";

struct Hospital {
    idp: StructureIdp,
    stage: Stage,
    http: reqwest::Client,
}

impl Hospital {
    async fn set() -> Self {
        let stage = Stage::set().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let personas = Arc::new(Personas::shipped());
        let config = IdpConfig { listener, personas, clock: stage.clock.clone(), entropy: Entropy::seeded(8), lab: false };
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
        Self { idp: StructureIdp::start(config).await.expect("it starts"), stage, http }
    }

    fn party(&self, id_claim: Option<&str>) -> Party {
        let config = PartyConfig {
            issuer: self.idp.issuer().to_owned(),
            discovery_url: format!("{}/.well-known/openid-configuration", self.idp.issuer()),
            client_id: "pli".into(),
            auth: ClientAuth::Public,
            scope: "openid profile".into(),
            acr_values: None,
            kind: PartyKind::Structure { id_claim: id_claim.map(str::to_owned), acr_strong: vec![], amr_strong: vec!["otp".into()] },
            ..self.stage.party_config()
        };
        Party::new(config, self.stage.clock.clone(), Entropy::seeded(9), None).expect("it serves")
    }

    async fn sign_in(&self, party: &Party, weak: bool) -> Result<identity::oidc::SignedIn, Refusal> {
        let begun = party.begin(STRUCTURE_BACK, false).await?;
        let mut choice = json!({"authorize": begun.url, "persona": "P10"});
        if weak {
            choice["weak"] = true.into();
        }
        let told: Value = self.control("POST", "login", choice).await;
        let back = fields(told["redirect"].as_str().expect("an address"));
        assert_eq!(back["state"], begun.state);
        finish(party, &begun, &back, STRUCTURE_BACK).await
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}/{path}", self.idp.control())).header("X-Pli-Sim", "1").json(&body);
        request.send().await.expect("it answers").json().await.unwrap_or(Value::Null)
    }
}

/// Proves: LOC-05.
#[tokio::test]
async fn a_hospital_secretary_signs_in_with_two_factors_and_is_found_by_what_was_bound() {
    let hospital = Hospital::set().await;
    let signed_in = hospital.sign_in(&hospital.party(Some("matricule")), false).await.expect("two factors");
    assert_eq!((signed_in.sub.as_str(), signed_in.issuer.as_str()), ("ch-valclair|SEC0042", hospital.idp.issuer()));
    assert_eq!((signed_in.claimed_id.as_deref(), signed_in.person), (Some("SEC0042"), None), "her number there is not yet a person");
    assert_eq!(signed_in.amr, ["pwd", "otp"]);
    assert!(signed_in.userinfo.is_none());
    let unclaimed = hospital.sign_in(&hospital.party(None), false).await.expect("two factors");
    assert_eq!((unclaimed.claimed_id, unclaimed.person), (None, None), "found by issuer and subject");
}

/// Proves: LOC-05.
#[tokio::test]
async fn one_factor_is_too_weak_and_an_outage_is_the_hospitals_not_psc() {
    let hospital = Hospital::set().await;
    let party = hospital.party(None);
    assert_eq!(hospital.sign_in(&party, true).await.err(), Some(Refusal::LoginWeak));
    assert!(hospital.sign_in(&party, false).await.is_ok());
    assert!(party.logout_url("t", "http://127.0.0.1:20080/", "s").await.is_some());
    hospital.control("PUT", "faults", json!({"down": true})).await;
    let cold = hospital.party(None);
    assert_eq!(cold.begin(STRUCTURE_BACK, false).await.err(), Some(Refusal::LoginUnavailable));
    assert_eq!(cold.logout_url("t", "http://127.0.0.1:20080/", "s").await, None, "its addresses were never known");
    let person = rules::IdNat::parse("899790000048").expect("an IdNat");
    let asked = party.ask_phone(&person, identity::oidc::Channel2::Mobile, "42").await;
    assert_eq!(asked.err(), Some(Refusal::PhoneNotAsked), "only PSC rings telephones");
}

/// Proves: PSC-36.
#[tokio::test]
async fn psc_tells_the_end_of_a_session_and_only_honest_notices_are_believed() {
    let (heard, mut notices) = mpsc::unbounded_channel::<String>();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let uri = format!("http://{}/psc/backchannel-logout", listener.local_addr().expect("an address"));
    let hear = move |body: String| {
        let heard = heard.clone();
        async move { drop(heard.send(body.trim_start_matches("logout_token=").to_owned())) }
    };
    let router = Router::new().route("/psc/backchannel-logout", post(hear));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let of_sim = |config: &mut sandbox::psc::SimConfig| {
        let web = config.clients.iter_mut().find(|client| client.id == "pli-web").expect("shipped");
        web.backchannel_logout_uri = Some(uri);
    };
    let stage = Stage::built(of_sim, |_| {}).await;
    let party = stage.party();
    for (defect, believed) in
        [(None, true), (Some("bad_sig"), false), (Some("with_nonce"), false), (Some("no_events"), false), (Some("replay"), true)]
    {
        if let Some(defect) = defect {
            stage.faults(json!({"logout_token": defect})).await;
        }
        let signed_in = stage.sign_in(&party, BACK, "P01", json!({})).await.expect("Claire TILLEUL");
        let sid = signed_in.sid.expect("a session");
        stage.control("POST", &format!("sessions/{sid}/logout"), None).await;
        let notice = party.logout_notice(&notices.recv().await.expect("told")).await;
        assert_eq!(notice.is_ok(), believed, "{defect:?}");
        if let Ok(notice) = notice {
            assert_eq!((notice.sid.as_deref(), notice.iat), (Some(sid.as_str()), stage.clock.now()));
            if defect == Some("replay") {
                let again = party.logout_notice(&notices.recv().await.expect("told twice")).await.expect("as good as the first");
                assert_eq!(again.jti, notice.jti, "the store tells them apart by their jti");
            }
        }
    }
}
