//! A structure's own login, as an OpenID Connect provider of its own: for the hospital's secretaries who have no RPPS number.
//!
//! | file | plays |
//! |---|---|
//! | `idp.rs` | start, discovery, keys, control (`/sim`) |
//! | `idp/login.rs` | authorization endpoint and login page |
//! | `idp/tokens.rs` | code, PKCE and nonce; ID token, userinfo, logout |
//!
//! Requirements: SIM-10, SIM-01, SIM-02. Logs in with two factors (`amr` of the persona, `pwd` and `otp`), or weakly with the password alone. Switches of
//! `/sim/faults`: `weak` (every login is weak), `unknown_sub` (a person that nobody bound), `down` (503). The client `pli` proves itself by PKCE, and by its secret when it sends one.

mod login;
mod tokens;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use rules::{Clock, Entropy};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::keys::KeyRing;
use crate::pages;
use crate::personas::{Persona, Personas};
use crate::psc::{Client, SimError, allowed};

/// Path of the issuer under its origin.
const REALM: &str = "/realms/ch-valclair";
/// Key of the structure in the file of personas.
const STRUCTURE: &str = "S01";
/// `acr` of two factors, and of one.
const ACR_STRONG: &str = "urn:ch-valclair:2fa";
const ACR_WEAK: &str = "urn:ch-valclair:pwd";
/// The program that may ask who somebody is, and its secret; published on purpose.
pub const CLIENT_ID: &str = "pli";
pub const CLIENT_SECRET: &str = "pli-structure-secret";
const BODY_LIMIT: usize = 64 * 1024;

/// What the provider is given.
pub struct IdpConfig {
    /// base+93 in the demo. Port 0 allowed.
    pub listener: TcpListener,
    pub personas: Arc<Personas>,
    pub clock: Clock,
    pub entropy: Entropy,
    /// Serves a laboratory network (`--lab`).
    pub lab: bool,
}

/// The running provider; [`StructureIdp::stop`] ends it.
pub struct StructureIdp {
    issuer: String,
    control: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

/// What the provider remembers.
struct Memory {
    issuer: String,
    client: Client,
    personas: Arc<Personas>,
    clock: Clock,
    entropy: Entropy,
    keys: KeyRing,
    switches: Mutex<Switches>,
    pending: Mutex<HashMap<String, tokens::Asked>>,
    codes: Mutex<HashMap<String, tokens::Granted>>,
    access: Mutex<HashMap<String, tokens::Access>>,
}

/// The faults that can be played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Switches {
    weak: bool,
    unknown_sub: bool,
    down: bool,
}

impl Memory {
    fn random(&self) -> String {
        hex::encode(self.entropy.bytes::<24>())
    }

    /// The people of this structure who log in here.
    fn people(&self) -> impl Iterator<Item = &Persona> {
        self.personas.all().iter().filter(|p| p.local.as_ref().is_some_and(|local| local.structure == STRUCTURE))
    }
}

impl StructureIdp {
    /// Starts serving; returns as soon as it answers.
    pub async fn start(config: IdpConfig) -> Result<Self, SimError> {
        let at = allowed(&config.listener, config.lab)?;
        let origin = format!("http://{at}");
        let redirects = ["http://127.0.0.1:*/structure/retour", "http://localhost:*/structure/retour"];
        let memory = Memory {
            issuer: format!("{origin}{REALM}"),
            client: Client::new(CLIENT_ID, CLIENT_SECRET, &redirects, &["http://127.0.0.1:*/", "http://localhost:*/"])
                .called("Pli, messagerie de santé"),
            personas: config.personas,
            clock: config.clock,
            entropy: config.entropy,
            keys: KeyRing::shipped().ok_or(SimError::Keys)?,
            switches: Mutex::default(),
            pending: Mutex::default(),
            codes: Mutex::default(),
            access: Mutex::default(),
        };
        let issuer = memory.issuer.clone();
        let router = router(Arc::new(memory));
        let (stop, mut stopped) = watch::channel(false);
        let ended = async move {
            // A sender that is gone ends the server too.
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let server = tokio::spawn(async move {
            if let Err(fault) = axum::serve(config.listener, router).with_graceful_shutdown(ended).await {
                tracing::error!(%fault, "the structure's login ended badly");
            }
        });
        Ok(Self { issuer, control: format!("{origin}/sim"), stop, server })
    }

    /// `http://127.0.0.1:20093/realms/ch-valclair`
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// `http://127.0.0.1:20093/sim`
    pub fn control(&self) -> &str {
        &self.control
    }

    /// Accepts nothing more and frees the port; answers under way have a second.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let abort = self.server.abort_handle();
        if tokio::time::timeout(std::time::Duration::from_secs(1), self.server).await.is_err() {
            abort.abort();
        }
    }
}

fn router(idp: Arc<Memory>) -> Router {
    let connect = Router::new()
        .route("/auth", get(login::authorize))
        .route("/token", post(tokens::token))
        .route("/userinfo", get(tokens::userinfo).post(tokens::userinfo))
        .route("/certs", get(certs))
        .route("/logout", get(tokens::logout))
        .route_layer(from_fn_with_state(idp.clone(), may_be_down));
    let control = Router::new()
        .route("/sim/login", post(login::by_program))
        .route("/sim/faults", get(faults).put(set_faults).delete(clear_faults))
        .route_layer(from_fn(guarded));
    Router::new()
        .route(&format!("{REALM}/.well-known/openid-configuration"), get(discovery))
        .nest(&format!("{REALM}/protocol/openid-connect"), connect)
        .route("/connexion", post(login::by_person))
        .layer(from_fn(pages::same_site))
        .merge(control)
        .merge(pages::assets())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(uncached))
        .with_state(idp)
}

async fn uncached(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn may_be_down(State(idp): State<Arc<Memory>>, request: Request, next: Next) -> Response {
    if idp.switches.lock().down {
        return pages::message(
            StatusCode::SERVICE_UNAVAILABLE,
            "Service indisponible",
            "Panne demandée au simulateur. Réessayez plus tard.",
        );
    }
    next.run(request).await
}

async fn guarded(request: Request, next: Next) -> Response {
    if request.headers().get("x-pli-sim").is_some_and(|value| value == "1") {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, Json(json!({"error": "the header `X-Pli-Sim: 1` is missing"}))).into_response()
    }
}

async fn discovery(State(idp): State<Arc<Memory>>) -> Response {
    if idp.switches.lock().down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let at = |name: &str| format!("{}/protocol/openid-connect/{name}", idp.issuer);
    Json(json!({
        "issuer": idp.issuer,
        "authorization_endpoint": at("auth"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("certs"),
        "end_session_endpoint": at("logout"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "scopes_supported": ["openid", "profile", "email"],
        "acr_values_supported": [ACR_STRONG, ACR_WEAK],
        "pli_simulator": true,
    }))
    .into_response()
}

async fn certs(State(idp): State<Arc<Memory>>) -> Json<Value> {
    Json(idp.keys.published(false))
}

async fn faults(State(idp): State<Arc<Memory>>) -> Json<Switches> {
    Json(*idp.switches.lock())
}

/// Replaces the whole set.
async fn set_faults(State(idp): State<Arc<Memory>>, Json(wanted): Json<Switches>) -> Json<Switches> {
    *idp.switches.lock() = wanted;
    Json(wanted)
}

async fn clear_faults(State(idp): State<Arc<Memory>>) -> StatusCode {
    *idp.switches.lock() = Switches::default();
    StatusCode::NO_CONTENT
}
