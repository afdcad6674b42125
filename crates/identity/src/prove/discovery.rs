//! Where PSC's endpoints are: its own document, the last good copy of it, or the addresses known beforehand.
//!
//! Requirements: PSC-01, PSC-02, PSC-03. A document that names another issuer, or sends our secrets elsewhere, is refused as a whole.

use std::path::PathBuf;
use std::time::Duration;

use parking_lot::Mutex;
use reqwest::Url;
use rules::Moment;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::config::{Preset, PscConfig};
use super::http::Http;

const FRESH: Duration = Duration::from_secs(6 * 3600);
const GOOD: Duration = Duration::from_secs(7 * 86_400);
/// After a failed reading the next one waits, so that logins do not pay for it each time.
const AGAIN: Duration = Duration::from_secs(60);
/// Of the three seconds a login may take.
const BUDGET: Duration = Duration::from_secs(1);

/// The endpoints that token checks need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Endpoints {
    pub jwks: String,
    pub introspection: String,
}

/// Why a document is refused (an alarm, not an outage).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    #[error("it is not the expected JSON")]
    Json,
    #[error("it names another issuer")]
    Issuer,
    #[error("it sends us to another origin than the issuer's")]
    Origin,
    #[error("it is a simulator's, and this is production")]
    Simulator,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
    introspection_endpoint: String,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    backchannel_authentication_endpoint: Option<String>,
    #[serde(default)]
    pli_simulator: bool,
}

/// The last good document, kept in memory and, when a place was given, on disk.
#[derive(Clone, Serialize, Deserialize)]
struct Copy {
    issuer: String,
    read_at: Moment,
    endpoints: Endpoints,
}

#[derive(Default)]
pub(super) struct Discovery {
    state: Mutex<State>,
    one_reader: tokio::sync::Mutex<()>,
    place: Option<PathBuf>,
}

#[derive(Default)]
struct State {
    good: Option<Copy>,
    disk_read: bool,
    tried_at: Option<Moment>,
    unfit: Option<Unfit>,
}

impl Discovery {
    pub fn kept_in(place: Option<PathBuf>) -> Self {
        Self { place, ..Self::default() }
    }

    /// Never fails: at worst the addresses that the issuer's software is known to have.
    ///
    /// Requirements: PSC-01.
    pub async fn endpoints(&self, config: &PscConfig, http: &Http, now: Moment, deadline: Instant) -> Endpoints {
        if let Some(fresh) = self.known(now, FRESH) {
            return fresh;
        }
        if !self.tried_lately(now) {
            let _one = self.one_reader.lock().await;
            if self.known(now, FRESH).is_none() && !self.tried_lately(now) {
                self.read(config, http, now, deadline.min(Instant::now() + BUDGET)).await;
            }
        }
        self.known(now, GOOD).unwrap_or_else(|| Endpoints::beforehand(&config.issuer))
    }

    /// The last document was refused.
    pub fn unfit(&self) -> Option<Unfit> {
        self.state.lock().unfit
    }

    async fn read(&self, config: &PscConfig, http: &Http, now: Moment, deadline: Instant) {
        self.state.lock().tried_at = Some(now);
        self.recall(config).await;
        let reply = match http.get(&config.discovery_url, deadline).await {
            Ok(reply) => reply,
            Err(failure) => {
                tracing::warn!(%failure, "the discovery document of Pro Santé Connect could not be read");
                return;
            }
        };
        match Endpoints::read(&reply, config) {
            Ok(endpoints) => {
                let copy = Copy { issuer: config.issuer.clone(), read_at: now, endpoints };
                self.keep(&copy).await;
                let mut state = self.state.lock();
                (state.good, state.unfit, state.tried_at) = (Some(copy), None, None);
            }
            Err(unfit) => {
                tracing::error!(%unfit, "the discovery document of Pro Santé Connect is refused");
                self.state.lock().unfit = Some(unfit);
            }
        }
    }

    fn known(&self, now: Moment, age: Duration) -> Option<Endpoints> {
        self.state.lock().good.as_ref().filter(|copy| now.since(copy.read_at) < age).map(|copy| copy.endpoints.clone())
    }

    fn tried_lately(&self, now: Moment) -> bool {
        self.state.lock().tried_at.is_some_and(|tried| now.since(tried) < AGAIN)
    }

    /// Takes the copy from the disk, once.
    async fn recall(&self, config: &PscConfig) {
        let Some(place) = &self.place else { return };
        if std::mem::replace(&mut self.state.lock().disk_read, true) {
            return;
        }
        let Ok(bytes) = tokio::fs::read(place).await else { return };
        match serde_json::from_slice::<Copy>(&bytes) {
            Ok(copy) if copy.issuer == config.issuer && copy.endpoints.are_at(&config.issuer) => {
                self.state.lock().good.get_or_insert(copy);
            }
            _ => tracing::warn!("the copy of the discovery document is of no use: ignored"),
        }
    }

    async fn keep(&self, copy: &Copy) {
        let Some(place) = &self.place else { return };
        let beside = place.with_extension("new");
        let Ok(bytes) = serde_json::to_vec(copy) else { return };
        let kept = async {
            tokio::fs::write(&beside, bytes).await?;
            tokio::fs::rename(&beside, place).await
        };
        if let Err(fault) = kept.await {
            tracing::warn!(%fault, "the copy of the discovery document could not be written");
        }
    }
}

impl Endpoints {
    /// The paths of the issuer's software, when no document can be had.
    fn beforehand(issuer: &str) -> Self {
        let at = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
        Self { jwks: at("certs"), introspection: at("token/introspect") }
    }

    /// Requirements: PSC-02, SIM-02.
    fn read(reply: &[u8], config: &PscConfig) -> Result<Self, Unfit> {
        let document: Document = serde_json::from_slice(reply).map_err(|_| Unfit::Json)?;
        if document.issuer != config.issuer {
            return Err(Unfit::Issuer);
        }
        if document.pli_simulator && config.preset == Preset::Prod {
            return Err(Unfit::Simulator);
        }
        let others = [
            &document.token_endpoint,
            &document.userinfo_endpoint,
            &document.end_session_endpoint,
            &document.revocation_endpoint,
            &document.backchannel_authentication_endpoint,
        ];
        let found = Self { jwks: document.jwks_uri, introspection: document.introspection_endpoint };
        let all_there = others.into_iter().flatten().all(|url| same_origin(url, &config.issuer)) && found.are_at(&config.issuer);
        if all_there { Ok(found) } else { Err(Unfit::Origin) }
    }

    fn are_at(&self, issuer: &str) -> bool {
        same_origin(&self.jwks, issuer) && same_origin(&self.introspection, issuer)
    }
}

fn same_origin(url: &str, issuer: &str) -> bool {
    match (Url::parse(url), Url::parse(issuer)) {
        (Ok(url), Ok(issuer)) => url.origin() == issuer.origin() && url.username().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://auth.bas.psc.test/auth/realms/esante-wallet";

    fn config(preset: Preset) -> PscConfig {
        PscConfig {
            issuer: ISSUER.into(),
            discovery_url: format!("{ISSUER}/.well-known/wallet-openid-configuration"),
            client_id: "pli".into(),
            client_secret: "secret".into(),
            min_acr: "eidas1".into(),
            azp_allowed: None,
            preset,
        }
    }

    fn read(change: impl Fn(&mut Value), preset: Preset) -> Result<Endpoints, Unfit> {
        let mut document = json!({
            "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/certs"), "introspection_endpoint": format!("{ISSUER}/introspect"),
            "token_endpoint": format!("{ISSUER}/token"), "authorization_endpoint": "https://wallet.bas.psc.test/auth", "acr_values_supported": ["0", "0"],
        });
        change(&mut document);
        Endpoints::read(document.to_string().as_bytes(), &config(preset))
    }

    /// Proves: PSC-02, PSC-03.
    #[test]
    fn the_login_page_may_live_elsewhere_but_what_gets_our_secrets_may_not() {
        assert!(read(|_| {}, Preset::Bas).is_ok());
        for endpoint in ["jwks_uri", "introspection_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"] {
            for foreign in ["https://auth.bas.psc.test.evil.test/x", "https://auth.bas.psc.test:8443/x", "http://auth.bas.psc.test/x"] {
                assert_eq!(read(|d| d[endpoint] = foreign.into(), Preset::Bas), Err(Unfit::Origin), "{endpoint} {foreign}");
            }
        }
    }

    /// Proves: PSC-02.
    #[test]
    fn another_issuer_is_refused_even_by_a_slash() {
        assert_eq!(read(|d| d["issuer"] = format!("{ISSUER}/").into(), Preset::Bas), Err(Unfit::Issuer));
    }

    /// Proves: SIM-02.
    #[test]
    fn a_simulator_is_refused_in_production() {
        assert_eq!(read(|d| d["pli_simulator"] = true.into(), Preset::Prod), Err(Unfit::Simulator));
        assert!(read(|d| d["pli_simulator"] = true.into(), Preset::Sim).is_ok());
    }
}
