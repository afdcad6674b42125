//! The calls received, for tests that count them. Paths and statuses only: no query, no body, no token.
//!
//! Requirements: SIM-07 (`GET /sim/requests`).

use std::collections::VecDeque;

use rules::Moment;
use serde_json::{Value, json};

/// Calls remembered; older ones are only counted.
const KEPT: usize = 500;

struct Call {
    at: Moment,
    method: String,
    path: String,
    endpoint: Option<&'static str>,
    client: Option<String>,
    /// `None`: the connection was closed without an answer.
    status: Option<u16>,
}

#[derive(Default)]
pub(super) struct Requests {
    total: u64,
    introspections: u64,
    calls: VecDeque<Call>,
}

impl Requests {
    pub fn note(
        &mut self,
        at: Moment,
        method: &str,
        path: &str,
        endpoint: Option<&'static str>,
        client: Option<String>,
        status: Option<u16>,
    ) {
        self.total += 1;
        self.introspections += u64::from(endpoint == Some("introspect"));
        if self.calls.len() == KEPT {
            self.calls.pop_front();
        }
        let path = path.chars().take(200).collect();
        self.calls.push_back(Call { at, method: method.to_owned(), path, endpoint, client, status });
    }

    pub fn shown(&self) -> Value {
        let call = |c: &Call| json!({"at": c.at.to_string(), "method": c.method, "path": c.path, "endpoint": c.endpoint, "client": c.client, "status": c.status});
        json!({"total": self.total, "introspections": self.introspections, "requests": self.calls.iter().map(call).collect::<Vec<_>>()})
    }
}
