//! The programs that psc-sim knows: secrets, return addresses, and how they prove themselves.
//!
//! Requirements: SIM-03 (client auth), SIM-04. These secrets are published on purpose.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A program registered at the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub secret: String,
    /// Exact addresses; `:*` stands for any port.
    pub redirects: Vec<String>,
    /// Where logout may lead to; same form.
    pub post_logout: Vec<String>,
}

impl Client {
    pub fn new(id: &str, secret: &str, redirects: &[&str], post_logout: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|&t| t.to_owned()).collect();
        Self { id: id.to_owned(), secret: secret.to_owned(), redirects: owned(redirects), post_logout: owned(post_logout) }
    }

    pub(super) fn may_return_to(&self, uri: &str) -> bool {
        self.redirects.iter().any(|pattern| matches(pattern, uri))
    }

    pub(super) fn may_leave_to(&self, uri: &str) -> bool {
        self.post_logout.iter().any(|pattern| matches(pattern, uri))
    }
}

/// The operator's pages, the operator's introspection, and a vendor's program.
pub fn shipped() -> Vec<Client> {
    vec![
        Client::new("pli-web", "pli-web-secret", &["http://127.0.0.1:*/psc/retour"], &["http://127.0.0.1:*/"]),
        Client::new("pli-introspect", "pli-introspect-secret", &[], &[]),
        Client::new("lps-demo", "lps-demo-secret", &["http://127.0.0.1:*/cb"], &["http://127.0.0.1:*/"]),
    ]
}

fn matches(pattern: &str, uri: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == uri };
    let port = uri.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    port.is_some_and(|port| !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Who calls, by HTTP Basic or by `client_id` and `client_secret` of the form; `None`: unknown or wrong secret (401).
pub(super) fn authenticate<'a>(clients: &'a [Client], headers: &HeaderMap, form: &super::state::Form) -> Option<&'a Client> {
    let posted = || Some((form.get("client_id")?.clone(), form.get("client_secret")?.clone()));
    let (id, secret) = basic(headers).or_else(posted)?;
    clients.iter().find(|client| client.id == id && client.secret == secret)
}

/// Name and secret of HTTP Basic.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    let decoded = Some(credentials).filter(|_| scheme.eq_ignore_ascii_case("basic")).and_then(|c| STANDARD.decode(c).ok())?;
    let (id, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_return_address_is_free() {
        let client = &shipped()[2];
        assert!(client.may_return_to("http://127.0.0.1:8123/cb"));
        for foreign in
            ["http://127.0.0.1:8123/cb/", "http://127.0.0.1:/cb", "http://127.0.0.1:1@evil.test/cb", "http://127.0.0.1:123456/cb"]
        {
            assert!(!client.may_return_to(foreign), "{foreign}");
        }
    }
}
