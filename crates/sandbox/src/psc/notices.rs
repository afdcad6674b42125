//! Back-channel logout: when a session ends, every program that was in it is told by a signed token.
//!
//! Requirements: SIM-03 (logout), PSC-36. OpenID Connect Back-Channel Logout 1.0 §2.4–2.5. Plain HTTP, as everything the demo serves on loopback; a program that
//! does not answer within a second is not waited for.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::state::Memory;
use super::token;

/// How long the end of a session waits for those who are told.
const PATIENCE: Duration = Duration::from_secs(1);

/// Ends a session and tells its programs; false when there was none.
pub(super) async fn end_session(sim: &Arc<Memory>, sid: &str) -> bool {
    let Some((idnat, clients)) = sim.book.lock().end(sid) else { return false };
    sim.ring();
    let mut told = JoinSet::new();
    for client in clients.iter().filter_map(|id| sim.client(id)) {
        let Some(uri) = client.backchannel_logout_uri.clone() else { continue };
        let defect = sim.faults.lock().take("logout_token", Some(&client.id), None);
        let defect = defect.as_ref().and_then(Value::as_str).unwrap_or_default();
        let notice = token::logout(sim, &idnat, sid, &client.id, defect);
        let times = if defect == "replay" { 2 } else { 1 };
        let name = client.id.clone();
        told.spawn(async move {
            for _ in 0..times {
                match tokio::time::timeout(PATIENCE, post(&uri, &notice)).await {
                    Ok(Ok(status)) if status.is_success() => tracing::debug!(client = name, "told of a logout"),
                    Ok(Ok(status)) => tracing::info!(client = name, %status, "refused a logout notice"),
                    Ok(Err(fault)) => tracing::info!(client = name, fault, "could not be told of a logout"),
                    Err(_) => tracing::info!(client = name, "does not answer a logout notice"),
                }
            }
        });
    }
    // Who logs out may rely on the programs knowing it, unless one of them hangs.
    while told.join_next().await.is_some() {}
    true
}

async fn post(uri: &str, notice: &str) -> Result<axum::http::StatusCode, String> {
    let at: Uri = uri.parse().map_err(|_| "the address cannot be read".to_owned())?;
    let authority = at.authority().filter(|_| at.scheme_str() == Some("http")).ok_or("only http:// can be told")?;
    let words = |fault: &dyn std::fmt::Display| fault.to_string();
    let stream = TcpStream::connect((authority.host(), authority.port_u16().unwrap_or(80))).await.map_err(|f| words(&f))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|f| words(&f))?;
    let driver = tokio::spawn(connection);
    let request = Request::builder()
        .method(Method::POST)
        .uri(at.path_and_query().map_or("/", |path| path.as_str()))
        .header(HOST, authority.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        // A compact token holds only letters, digits, `-`, `_` and `.`: nothing to escape.
        .body(Body::from(format!("logout_token={notice}")))
        .map_err(|f| words(&f))?;
    let answered = sender.send_request(request).await.map_err(|f| words(&f));
    driver.abort();
    answered.map(|response| response.status())
}
