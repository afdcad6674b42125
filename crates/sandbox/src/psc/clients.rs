//! The programs that psc-sim knows: names, secrets, keys, return addresses.
//!
//! Requirements: SIM-04. These secrets and keys are published on purpose. How a program proves itself is in `caller`.

use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;

/// Public half of the test keys in `keys/lps-jwt-public-test-key-*.pem`.
const LPS_JWT_KEYS: &str = include_str!("../../keys/lps-jwt.jwks.json");
/// Subject of the certificate with which `lps-mtls` proves itself.
pub const LPS_MTLS_DN: &str = "CN=lps-mtls.editeur.test,OU=1990000028,O=EDITEUR DE DEMONSTRATION,ST=Ille-et-Vilaine (35),C=FR";

/// A program registered at the simulator; also one entry of `--clients FILE` (a JSON array).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    pub id: String,
    /// What people call it; the id when the file has none.
    #[serde(default)]
    pub name: String,
    /// Empty: the program has no secret, and cannot prove itself by one.
    #[serde(default)]
    pub secret: String,
    /// Exact addresses; `:*` stands for any port.
    #[serde(default)]
    pub redirects: Vec<String>,
    /// Where logout may lead to; same form.
    #[serde(default)]
    pub post_logout: Vec<String>,
    /// Where the end of a session is told (OIDC Back-Channel Logout 1.0); plain HTTP.
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    /// Public keys of `private_key_jwt`.
    #[serde(default)]
    pub jwks: Option<JwkSet>,
    /// Subject of the certificate of `tls_client_auth`, most specific first.
    #[serde(default)]
    pub tls_client_auth_subject_dn: Option<String>,
}

impl Client {
    pub fn new(id: &str, secret: &str, redirects: &[&str], post_logout: &[&str]) -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|&t| t.to_owned()).collect();
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            secret: secret.to_owned(),
            redirects: owned(redirects),
            post_logout: owned(post_logout),
            backchannel_logout_uri: None,
            jwks: None,
            tls_client_auth_subject_dn: None,
        }
    }

    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    #[must_use]
    pub fn with_backchannel_logout(mut self, uri: &str) -> Self {
        self.backchannel_logout_uri = Some(uri.to_owned());
        self
    }

    #[must_use]
    pub fn with_keys(mut self, jwks: JwkSet) -> Self {
        self.jwks = Some(jwks);
        self
    }

    #[must_use]
    pub fn with_subject_dn(mut self, dn: &str) -> Self {
        self.tls_client_auth_subject_dn = Some(dn.to_owned());
        self
    }

    pub(crate) fn may_return_to(&self, uri: &str) -> bool {
        self.redirects.iter().any(|pattern| matches(pattern, uri))
    }

    pub(crate) fn may_leave_to(&self, uri: &str) -> bool {
        self.post_logout.iter().any(|pattern| matches(pattern, uri))
    }
}

/// The pages of both operators, the operators' introspection, and a vendor's program under its three ways to prove itself.
pub fn shipped() -> Vec<Client> {
    let web = |id: &str| {
        Client::new(
            id,
            &format!("{id}-secret"),
            &["http://127.0.0.1:*/psc/retour", "http://localhost:*/psc/retour"],
            &["http://127.0.0.1:*/", "http://localhost:*/"],
        )
    };
    let vendor =
        |id: &str, secret: &str| Client::new(id, secret, &["http://127.0.0.1:*/cb", "http://localhost:*/cb"], &["http://127.0.0.1:*/"]);
    let keys = serde_json::from_str(LPS_JWT_KEYS).expect("the shipped keys are read by a test");
    vec![
        web("pli-web").called("Pli, messagerie de santé"),
        web("pli-web-voisin").called("Voisin, messagerie de santé"),
        Client::new("pli-introspect", "pli-introspect-secret", &[], &[]).called("Pli (contrôle des jetons)"),
        vendor("lps-demo", "lps-demo-secret").called("Logiciel de cabinet (démonstration)"),
        vendor("lps-jwt", "").called("Logiciel de cabinet à clé signée").with_keys(keys),
        vendor("lps-mtls", "").called("Logiciel de cabinet à certificat").with_subject_dn(LPS_MTLS_DN),
    ]
}

/// Reads `--clients FILE`.
pub fn read(json: &str) -> Result<Vec<Client>, serde_json::Error> {
    let mut clients: Vec<Client> = serde_json::from_str(json)?;
    for client in clients.iter_mut().filter(|client| client.name.is_empty()) {
        client.name.clone_from(&client.id);
    }
    Ok(clients)
}

fn matches(pattern: &str, uri: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == uri };
    let port = uri.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    port.is_some_and(|port| !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_return_address_is_free() {
        let clients = shipped();
        let client = clients.iter().find(|client| client.id == "lps-demo").expect("shipped");
        assert!(client.may_return_to("http://127.0.0.1:8123/cb"));
        for foreign in
            ["http://127.0.0.1:8123/cb/", "http://127.0.0.1:/cb", "http://127.0.0.1:1@evil.test/cb", "http://127.0.0.1:123456/cb"]
        {
            assert!(!client.may_return_to(foreign), "{foreign}");
        }
    }

    /// Proves: SIM-04.
    #[test]
    fn the_clients_of_the_sandbox_are_shipped_and_a_file_adds_others() {
        let ids: Vec<String> = shipped().into_iter().map(|client| client.id).collect();
        assert_eq!(ids, ["pli-web", "pli-web-voisin", "pli-introspect", "lps-demo", "lps-jwt", "lps-mtls"]);
        let web = &shipped()[0];
        assert!(web.may_return_to("http://127.0.0.1:20080/psc/retour") && web.may_return_to("http://localhost:20080/psc/retour"));
        let read = read(r#"[{"id": "mon-lps", "secret": "s", "redirects": ["http://127.0.0.1:9000/cb"]}]"#).expect("one client");
        assert_eq!((read[0].name.as_str(), read[0].may_return_to("http://127.0.0.1:9000/cb")), ("mon-lps", true));
        assert!(super::read(r#"[{"id": "mon-lps", "sekret": "s"}]"#).is_err(), "a misspelt key is never believed");
    }
}
