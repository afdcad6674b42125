//! The browser that is known already: one cookie, good for as long as the session lives (4 h, 30 min without use).
//!
//! Requirements: SIM-03 (session 4 h / 30 min idle), SIM-05. The cookie's name holds the port, because 127.0.0.1 is one site for all ports.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

use super::state::{Form, Memory};

/// The session of this browser.
pub(super) struct Known {
    pub sid: String,
    pub idnat: String,
    acr: String,
}

impl Known {
    /// May this request be answered without asking the person again?
    pub fn suffices(&self, fields: &Form) -> bool {
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let asked_again = field("prompt").split(' ').any(|prompt| matches!(prompt, "login" | "select_account"));
        let level = |acr: &str| acr.strip_prefix("eidas").and_then(|n| n.parse::<u8>().ok());
        let wanted = field("acr_values").split(' ').filter_map(level).min().unwrap_or(0);
        !asked_again && level(&self.acr).unwrap_or(0) >= wanted
    }
}

/// Who this browser is, if its session lives.
pub(super) fn known(sim: &Memory, headers: &HeaderMap) -> Option<Known> {
    let name = cookie_name(sim);
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    let secret = cookies.filter_map(|pair| pair.trim().split_once('=')).find(|(found, _)| *found == name)?.1;
    let (sid, idnat, acr) = sim.book.lock().of_browser(secret, sim.clock.now())?;
    Some(Known { sid, idnat, acr })
}

/// Binds a session to the browser that gets this cookie.
pub(super) fn remember(sim: &Memory, sid: &str) -> String {
    let secret = hex::encode(sim.entropy.bytes::<32>());
    sim.book.lock().remember_browser(sid, &secret);
    format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax", cookie_name(sim))
}

/// The cookie that makes a browser forget.
pub(super) fn forget(sim: &Memory) -> String {
    format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", cookie_name(sim))
}

fn cookie_name(sim: &Memory) -> String {
    let port = sim.login_page.rsplit(':').next().unwrap_or_default();
    format!("psc-sim-{port}")
}
