//! Pages that follow what happens: a stream of marks (SSE); the page reloads itself when the mark is no longer its own.
//!
//! Requirements: SIM-06 (live by SSE). Says only that something changed, never what.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sha2::{Digest, Sha256};

use super::state::Memory;

/// What changes by the clock alone is seen within this.
const TICK: Duration = Duration::from_secs(1);

/// The mark of a text that a page depends on.
pub(super) fn mark(of: &str) -> String {
    hex::encode(&Sha256::digest(of.as_bytes())[..8])
}

/// Sends the current mark, then each new one, until the simulator stops.
pub(super) fn follow(sim: Arc<Memory>, current: impl Fn(&Memory) -> String + Clone + Send + Sync + 'static) -> Response {
    let start = (sim.bell.subscribe(), sim.closing.clone(), String::new());
    let marks = stream::unfold(start, move |(mut bell, mut closing, last)| {
        let (sim, current) = (sim.clone(), current.clone());
        async move {
            loop {
                let mark = current(&sim);
                if mark != last {
                    return Some((Ok::<_, Infallible>(Event::default().data(&mark)), (bell, closing, mark)));
                }
                tokio::select! {
                    _ = closing.wait_for(|closing| *closing) => return None,
                    _ = bell.changed() => {}
                    () = tokio::time::sleep(TICK) => {}
                }
            }
        }
    });
    Sse::new(marks).keep_alive(KeepAlive::default()).into_response()
}
