//! The listeners: who may come, which faults of the network are played, what is noted.
//!
//! Requirements: SIM-02 (loopback only, unless for a laboratory), SIM-03 (client certificates), SIM-07. A connection that must be refused is closed without an answer, which is why the loop is ours.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Request, Response, StatusCode};
use axum::routing::{get, post};
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::caller::Connection;
use super::state::Memory;
use super::{REALM, caller, ciba, control, discovery, grant, introspect, login, logout, userinfo};

/// How long an answer under way may last once the simulator stops.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// A connection that hangs is let go after this, so that a forgotten switch does not keep it for ever.
const HANG: Duration = Duration::from_secs(60);
/// A TLS handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);
const BODY_LIMIT: usize = 64 * 1024;

/// The switch `down` is `refuse`: the connection is closed without a word.
#[derive(Debug, thiserror::Error)]
#[error("refused on demand")]
struct Refused;

/// What the issuer answers: the endpoints of PSC and the control API.
pub(super) fn issuer_router(sim: Arc<Memory>) -> Router {
    let connect = Router::new()
        .route("/certs", get(discovery::keys))
        .route("/token", post(grant::token))
        .route("/token/introspect", post(introspect::introspect))
        .route("/revoke", post(introspect::revoke))
        .route("/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/ext/ciba/auth", post(ciba::authenticate))
        .route("/logout", get(logout::by_link).post(logout::by_form));
    Router::new()
        .route(&format!("{REALM}{}", discovery::SUFFIX), get(discovery::document))
        .nest(&format!("{REALM}/protocol/openid-connect"), connect)
        .merge(control::router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(sim)
}

/// What the login page's origin answers.
pub(super) fn login_router(sim: Arc<Memory>) -> Router {
    login::router().layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(sim)
}

/// One address that the simulator answers on.
pub(super) struct Door {
    pub listener: TcpListener,
    pub router: Router,
    /// With a client certificate asked for, when there is one.
    pub tls: Option<TlsAcceptor>,
}

/// Serves one listener until told to stop.
pub(super) async fn serve(door: Door, sim: Arc<Memory>, mut stopped: watch::Receiver<bool>) {
    let Door { listener, router, tls } = door;
    let mut connections = JoinSet::new();
    let told = stopped.clone();
    loop {
        let accepted = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, from)) if from.ip().is_loopback() || sim.lab => {
                let about = Connection { certificate: None, local: from.ip().is_loopback() };
                connections.spawn(connection(stream, tls.clone(), about, sim.clone(), router.clone(), told.clone()));
            }
            Ok(_) => {}
            Err(fault) => {
                tracing::warn!(%fault, "psc-sim: a connection could not be accepted");
                // Out of descriptors: others need the time to close.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    mut about: Connection,
    sim: Arc<Memory>,
    router: Router,
    stopped: watch::Receiver<bool>,
) {
    let Some(acceptor) = tls else { return conversation(stream, about, sim, router, stopped).await };
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
            about.certificate = shown.map(|der| Arc::from(der.as_ref()));
            conversation(stream, about, sim, router, stopped).await;
        }
        Ok(Err(fault)) => tracing::info!(%fault, "psc-sim: a TLS handshake failed"),
        Err(_) => tracing::info!("psc-sim: a TLS handshake took too long"),
    }
}

async fn conversation(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    about: Connection,
    sim: Arc<Memory>,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(about.clone());
        answer(sim.clone(), router.clone(), request)
    });
    let conversation = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(conversation);
    tokio::select! {
        // However a client leaves, there is nobody to tell.
        _ = conversation.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => conversation.as_mut().graceful_shutdown(),
    }
    if tokio::time::timeout(LAST_WORDS, conversation).await.is_err() {
        tracing::debug!("psc-sim: a connection was cut at the end");
    }
}

async fn answer(sim: Arc<Memory>, router: Router, request: Request<Incoming>) -> Result<Response<Body>, Refused> {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let endpoint = endpoint(&path);
    let client = caller::basic(request.headers()).map(|(id, _)| id);
    let played = match endpoint {
        Some(endpoint) => outage(&sim, endpoint, client.as_deref()).await,
        None => None,
    };
    let answered = match played {
        Some(outcome) => outcome,
        None => Ok(TowerToHyperService::new(router).call(request).await.unwrap_or_else(|never| match never {})),
    };
    if endpoint.is_some() {
        let status = answered.as_ref().ok().map(|response| response.status().as_u16());
        sim.requests.lock().note(sim.clock.now(), &method, &path, endpoint, client, status);
    }
    answered.map(uncached)
}

/// Plays `slow_ms`, then `down` or `introspection_down`.
async fn outage(sim: &Memory, endpoint: &'static str, client: Option<&str>) -> Option<Result<Response<Body>, Refused>> {
    let (slow, down) = {
        let mut faults = sim.faults.lock();
        let slow = faults.take("slow_ms", client, Some(endpoint)).and_then(|v| v.as_u64());
        let mut down = faults.take("down", client, Some(endpoint));
        if down.is_none() && endpoint == "introspect" {
            down = faults.take("introspection_down", client, Some(endpoint));
        }
        (slow, down)
    };
    if let Some(slow) = slow {
        tokio::time::sleep(Duration::from_millis(slow)).await;
    }
    match down? {
        Value::String(how) if how == "refuse" => Some(Err(Refused)),
        Value::String(how) if how == "hang" => {
            tokio::time::sleep(HANG).await;
            Some(Err(Refused))
        }
        Value::String(how) if how == "http500_html" => Some(Ok(page(StatusCode::INTERNAL_SERVER_ERROR))),
        _ => Some(Ok(page(StatusCode::SERVICE_UNAVAILABLE))),
    }
}

fn page(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::from(
        "<!doctype html><html lang=\"fr\"><title>Erreur</title><p>Service indisponible (panne demandée au simulateur).</html>",
    ));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn uncached(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Name of the endpoint in switches and in `/sim/requests`; `None` for what is not PSC's (control API, style sheet).
fn endpoint(path: &str) -> Option<&'static str> {
    if matches!(path, "/auth" | "/mire" | "/sim/login") {
        return Some("auth");
    }
    let rest = path.strip_prefix(REALM)?;
    Some(match rest.strip_prefix("/protocol/openid-connect/") {
        Some("certs") => "certs",
        Some("token") => "token",
        Some("token/introspect") => "introspect",
        Some("userinfo") => "userinfo",
        Some("logout") => "logout",
        Some("ext/ciba/auth") => "ciba",
        Some("revoke") => "revoke",
        _ => "discovery",
    })
}
