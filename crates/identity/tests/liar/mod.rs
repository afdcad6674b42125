//! A provider that says whatever it is told to: every defect that an honest simulator would not sign.
#![allow(dead_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::oidc::{Begun, ClientAuth, Party, PartyConfig, PartyKind, Return, SignedIn};
use identity::prove::Preset;
use parking_lot::Mutex;
use rules::{Clock, Entropy, Moment, Refusal};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

pub const BACK: &str = "http://127.0.0.1:20080/psc/retour";
const ACCESS: &str = "an-opaque-access-token";

pub struct Liar {
    pub issuer: String,
    pub clock: Clock,
    now: Arc<AtomicI64>,
    key: EcdsaKeyPair,
    says: Arc<Mutex<Says>>,
}

#[derive(Default)]
pub struct Says {
    pub down: bool,
    pub document: Value,
    pub keys: Value,
    pub tokens: Value,
    pub userinfo: Value,
    pub userinfo_status: Option<u16>,
}

impl Liar {
    pub async fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}/realm", listener.local_addr().expect("an address"));
        let now = Arc::new(AtomicI64::new(Moment::from_secs(1_800_000_000).micros()));
        let shown = now.clone();
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = key.public_key().as_ref().to_vec();
        let at = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
        let says = Says {
            document: json!({
                "issuer": issuer, "authorization_endpoint": "http://127.0.0.1:1/auth", "token_endpoint": at("token"), "userinfo_endpoint": at("userinfo"),
                "introspection_endpoint": at("token/introspect"), "jwks_uri": at("certs"), "end_session_endpoint": at("logout"),
            }),
            keys: json!({"keys": [{"kid": "k1", "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "x": b64(&point[1..33]), "y": b64(&point[33..])}]}),
            userinfo: json!({"sub": "f:x:899790000014", "SubjectNameID": "899790000014"}),
            ..Says::default()
        };
        let says = Arc::new(Mutex::new(says));
        let door = |what: fn(&Says) -> (u16, Value)| {
            let says = says.clone();
            move || {
                let says = says.clone();
                async move { answer(&says.lock(), what) }
            }
        };
        let router = Router::new()
            .route("/realm/discovery", get(door(|says| (200, says.document.clone()))))
            .route("/realm/protocol/openid-connect/certs", get(door(|says| (200, says.keys.clone()))))
            .route("/realm/protocol/openid-connect/token", post(door(|says| (200, says.tokens.clone()))))
            .route(
                "/realm/protocol/openid-connect/userinfo",
                get(door(|says| (says.userinfo_status.unwrap_or(200), says.userinfo.clone()))),
            );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { issuer, clock: Clock::new(move || Moment::from_micros(shown.load(Ordering::SeqCst))), now, key, says }
    }

    pub fn say(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.says.lock());
    }

    pub fn advance(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub fn config(&self) -> PartyConfig {
        PartyConfig {
            issuer: self.issuer.clone(),
            discovery_url: format!("{}/discovery", self.issuer),
            authorization_override: None,
            client_id: "pli-web".into(),
            auth: ClientAuth::Basic("s".into()),
            scope: "openid scope_all".into(),
            acr_values: Some("eidas1".into()),
            min_acr: "eidas1".into(),
            preset: Preset::Sim,
            kind: PartyKind::Psc,
            idp_hint: None,
        }
    }

    pub fn party(&self) -> Party {
        Party::new(self.config(), self.clock.clone(), Entropy::seeded(1), None).expect("it serves")
    }

    /// Claims that are all right for a login that sent this nonce.
    pub fn claims(&self, nonce: &str) -> Map<String, Value> {
        let now = self.clock.now().secs();
        let claims = json!({
            "iss": self.issuer, "aud": "pli-web", "azp": "pli-web", "typ": "ID", "sub": "f:x:899790000014", "SubjectNameID": "899790000014",
            "nonce": nonce, "acr": "eidas1", "iat": now, "exp": now + 120, "auth_time": now,
        });
        claims.as_object().cloned().expect("an object")
    }

    /// Claims of a good notice.
    pub fn notice(&self) -> Map<String, Value> {
        let claims = json!({
            "iss": self.issuer, "aud": "pli-web", "typ": "Logout", "iat": self.clock.now().secs(), "jti": "j1", "sid": "s1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        claims.as_object().cloned().expect("an object")
    }

    pub fn signed(&self, claims: &Map<String, Value>) -> String {
        self.signed_as("ES256", claims)
    }

    /// `none`: without a signature. `HS256`: with the public key as the secret.
    pub fn signed_as(&self, alg: &str, claims: &Map<String, Value>) -> String {
        let part = |value: &Value| b64(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&json!({"alg": alg, "typ": "JWT", "kid": "k1"})), part(&Value::Object(claims.clone())));
        let signature = match alg {
            "none" => Vec::new(),
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.public_key().as_ref());
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            }
            _ => self.key.sign(&SystemRandom::new(), message.as_bytes()).expect("a signature").as_ref().to_vec(),
        };
        format!("{message}.{}", b64(&signature))
    }

    /// The end of a login in which this ID token is given.
    pub async fn finish(&self, party: &Party, begun: &Begun, id_token: &str) -> Result<SignedIn, Refusal> {
        self.say(|says| says.tokens = json!({"access_token": ACCESS, "token_type": "Bearer", "id_token": id_token}));
        let verifier = begun.verifier.expose_secret();
        party.finish(Return { code: "c", iss: None, nonce: &begun.nonce, verifier, redirect_uri: BACK }).await
    }
}

fn answer(says: &Says, what: fn(&Says) -> (u16, Value)) -> Response {
    if says.down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let (status, body) = what(says);
    (StatusCode::from_u16(status).expect("a status"), Json(body)).into_response()
}

pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
