//! The discovery document: what is taken from it, and what makes it refused.
//!
//! OpenID Connect Discovery §3, RFC 8705 §5. Requirements: PSC-02, PSC-03, PSC-04, SIM-02. `acr_values_supported` and the delivery modes of CIBA are
//! not even read: PSC publishes wrong ones.

use reqwest::Url;
use rules::Moment;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::prove::Preset;
use crate::provider::http::private;

/// The two issuers of PSC, each with its login page, which lives on another host.
const LOGIN_PAGES: [(&str, &str); 2] = [
    ("https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet", "https://wallet.bas.psc.esante.gouv.fr/auth"),
    ("https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet", "https://wallet.esw.esante.gouv.fr/auth"),
];

/// The addresses of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Endpoints {
    pub jwks: String,
    /// Where browsers are sent; may be on another host (PSC-02).
    pub authorization: Option<String>,
    pub logout: Option<String>,
    #[serde(flatten)]
    pub called: Called,
    /// The same for those who show a certificate (RFC 8705 §5).
    pub with_certificate: Called,
}

/// The endpoints that we call with our credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Called {
    pub token: Option<String>,
    pub introspection: Option<String>,
    pub userinfo: Option<String>,
    pub ciba: Option<String>,
}

/// The last good document, kept in memory and, when a place was given, on disk.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Copy {
    pub issuer: String,
    pub read_at: Moment,
    pub endpoints: Endpoints,
}

/// Why a document is refused (an alarm, not an outage).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unfit {
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
    authorization_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    #[serde(flatten)]
    called: Aliases,
    #[serde(default)]
    mtls_endpoint_aliases: Aliases,
    #[serde(default)]
    pli_simulator: bool,
}

#[derive(Default, Deserialize)]
struct Aliases {
    token_endpoint: Option<String>,
    introspection_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    backchannel_authentication_endpoint: Option<String>,
}

impl From<Aliases> for Called {
    fn from(read: Aliases) -> Self {
        Self {
            token: read.token_endpoint,
            introspection: read.introspection_endpoint,
            userinfo: read.userinfo_endpoint,
            ciba: read.backchannel_authentication_endpoint,
        }
    }
}

impl Called {
    fn all(&self) -> impl Iterator<Item = &str> {
        [&self.token, &self.introspection, &self.userinfo, &self.ciba].into_iter().flatten().map(String::as_str)
    }

    /// This one, and the other where this one says nothing.
    fn or(&self, other: &Self) -> Self {
        let first = |one: &Option<String>, two: &Option<String>| one.clone().or_else(|| two.clone());
        Self {
            token: first(&self.token, &other.token),
            introspection: first(&self.introspection, &other.introspection),
            userinfo: first(&self.userinfo, &other.userinfo),
            ciba: first(&self.ciba, &other.ciba),
        }
    }
}

impl Endpoints {
    /// The paths of the issuer's software, when no document can be had; `None` when only the document could tell.
    pub fn beforehand(source: &Source) -> Option<Self> {
        if !source.is_psc {
            return None;
        }
        let issuer = &source.issuer;
        let at = |name: &str| format!("{issuer}/protocol/openid-connect/{name}");
        let called = Called {
            token: Some(at("token")),
            introspection: Some(at("token/introspect")),
            userinfo: Some(at("userinfo")),
            ciba: Some(at("ext/ciba/auth")),
        };
        let authorization = LOGIN_PAGES.iter().find(|(known, _)| known == issuer).map(|(_, page)| (*page).to_owned());
        Some(Self { jwks: at("certs"), authorization, logout: Some(at("logout")), with_certificate: called.clone(), called })
    }

    /// Where to call, with a certificate or without.
    pub fn called(&self, certificate: bool) -> &Called {
        if certificate { &self.with_certificate } else { &self.called }
    }

    /// Requirements: PSC-02, SIM-02.
    pub fn read(reply: &[u8], source: &Source) -> Result<Self, Unfit> {
        let document: Document = serde_json::from_slice(reply).map_err(|_| Unfit::Json)?;
        if document.issuer != source.issuer {
            return Err(Unfit::Issuer);
        }
        if document.pli_simulator && source.preset == Preset::Prod {
            return Err(Unfit::Simulator);
        }
        let called = Called::from(document.called);
        let needed = called.token.is_some() && (called.introspection.is_some() || !source.is_psc);
        if !needed {
            return Err(Unfit::Json);
        }
        let found = Self {
            jwks: document.jwks_uri,
            authorization: document.authorization_endpoint,
            logout: document.end_session_endpoint,
            with_certificate: Called::from(document.mtls_endpoint_aliases).or(&called),
            called,
        };
        let revocation = document.revocation_endpoint.is_none_or(|url| same_origin(&url, &source.issuer));
        if revocation && found.are_at(&source.issuer) { Ok(found) } else { Err(Unfit::Origin) }
    }

    /// Everything that gets our secrets is at the issuer's origin; the door for certificates may have another port of the same host.
    pub fn are_at(&self, issuer: &str) -> bool {
        let plain = [self.jwks.as_str()].into_iter().chain(self.logout.as_deref()).chain(self.called.all());
        let page = self.authorization.as_deref().is_none_or(|page| private(page).is_ok());
        page && plain.into_iter().all(|url| same_origin(url, issuer)) && self.with_certificate.all().all(|url| same_host(url, issuer))
    }
}

fn same_origin(url: &str, issuer: &str) -> bool {
    both(url, issuer, |url, issuer| url.origin() == issuer.origin())
}

fn same_host(url: &str, issuer: &str) -> bool {
    both(url, issuer, |url, issuer| url.host_str() == issuer.host_str() && (url.scheme() == "https" || url.origin() == issuer.origin()))
}

fn both(url: &str, issuer: &str, same: impl Fn(&Url, &Url) -> bool) -> bool {
    match (Url::parse(url), Url::parse(issuer)) {
        (Ok(url), Ok(issuer)) => url.username().is_empty() && url.password().is_none() && same(&url, &issuer),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://auth.bas.psc.test/auth/realms/esante-wallet";

    fn source(preset: Preset) -> Source {
        Source { issuer: ISSUER.into(), discovery_url: format!("{ISSUER}/.well-known/wallet-openid-configuration"), preset, is_psc: true }
    }

    fn read(change: impl Fn(&mut Value), preset: Preset) -> Result<Endpoints, Unfit> {
        let mut document = json!({
            "issuer": ISSUER, "jwks_uri": format!("{ISSUER}/certs"), "introspection_endpoint": format!("{ISSUER}/introspect"),
            "token_endpoint": format!("{ISSUER}/token"), "authorization_endpoint": "https://wallet.bas.psc.test/auth", "acr_values_supported": ["0", "0"],
            "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        });
        change(&mut document);
        Endpoints::read(document.to_string().as_bytes(), &source(preset))
    }

    /// Proves: PSC-02, PSC-03.
    #[test]
    fn the_login_page_may_live_elsewhere_but_what_gets_our_secrets_may_not() {
        let found = read(|_| {}, Preset::Bas).expect("a good document");
        assert_eq!(found.authorization.as_deref(), Some("https://wallet.bas.psc.test/auth"));
        for endpoint in [
            "jwks_uri",
            "introspection_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "end_session_endpoint",
            "revocation_endpoint",
            "backchannel_authentication_endpoint",
        ] {
            for foreign in [
                "https://auth.bas.psc.test.evil.test/x",
                "https://auth.bas.psc.test:8443/x",
                "http://auth.bas.psc.test/x",
                "https://auth.bas.psc.test@evil.test/x",
                "https://me:pw@auth.bas.psc.test/x",
            ] {
                assert_eq!(read(|d| d[endpoint] = foreign.into(), Preset::Bas), Err(Unfit::Origin), "{endpoint} {foreign}");
            }
        }
        assert_eq!(read(|d| d["authorization_endpoint"] = "http://wallet.bas.psc.test/auth".into(), Preset::Bas), Err(Unfit::Origin));
    }

    /// Proves: PSC-04.
    #[test]
    fn who_shows_a_certificate_uses_the_doors_made_for_it_on_the_same_host() {
        let aliased = |alias: &str| read(|d| d["mtls_endpoint_aliases"] = json!({"token_endpoint": alias}), Preset::Bas);
        let found = aliased("https://auth.bas.psc.test:8443/token").expect("a good document");
        assert_eq!(found.called(true).token.as_deref(), Some("https://auth.bas.psc.test:8443/token"));
        assert_eq!(found.called(false).token, Some(format!("{ISSUER}/token")));
        assert_eq!(found.called(true).introspection, found.called(false).introspection, "no alias: the common door");
        for foreign in ["https://mtls.bas.psc.test/token", "http://auth.bas.psc.test:8443/token"] {
            assert_eq!(aliased(foreign), Err(Unfit::Origin), "{foreign}");
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

    /// Proves: PSC-01.
    #[test]
    fn the_addresses_of_psc_are_known_beforehand_and_those_of_others_are_not() {
        let known = |issuer: &str, is_psc| {
            Endpoints::beforehand(&Source { issuer: issuer.into(), discovery_url: String::new(), preset: Preset::Prod, is_psc })
        };
        let prod = known("https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet", true).expect("known");
        assert_eq!(prod.authorization.as_deref(), Some("https://wallet.esw.esante.gouv.fr/auth"));
        assert!(prod.are_at("https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"));
        assert_eq!(known(ISSUER, true).expect("known").authorization, None);
        assert_eq!(known(ISSUER, false), None);
    }

    /// Proves: PSC-01.
    #[test]
    fn a_document_is_kept_and_read_again_as_it_was() {
        let endpoints = read(|_| {}, Preset::Bas).expect("a good document");
        let copy = Copy { issuer: ISSUER.into(), read_at: Moment::from_secs(1_800_000_000), endpoints };
        let text = serde_json::to_string(&copy).expect("JSON");
        let again: Copy = serde_json::from_str(&text).expect("a copy");
        assert_eq!((again.endpoints, again.read_at), (copy.endpoints, copy.read_at));
    }
}
