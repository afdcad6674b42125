//! The pages and the API: what they are given. Requirements: PSC-09.

use identity::oidc::{ClientAuth, KeyAlg, Party, PartyConfig, PartyKind};
use rules::Entropy;

use super::doors::Pages;
use super::{preset, read_secret};
use crate::config::{JwtAlg, Web, WebClient};
use crate::failure::{Failure, Outcome};
use crate::operator::Operator;

/// The router, when the configuration opens pages.
pub(super) fn router(
    operator: &Operator,
    psc: identity::Psc,
    throttle: identity::throttle::Throttle,
    entropy: Entropy,
) -> Outcome<Option<Pages>> {
    let Some(web) = &operator.config.web else { return Ok(None) };
    let Operator { config, store, trust, clock } = operator;
    let shared = web::Shared {
        store: store.clone(),
        trust: trust.clone(),
        party: party(operator, web, &psc, entropy.clone())?,
        psc,
        throttle,
        clock: clock.clone(),
        entropy,
        config: web::Config {
            base_url: web.base_url.trim_end_matches('/').to_owned(),
            trusted_origins: web.other_origins.clone(),
            domain: operator.domain().clone(),
            domains: config.domains.clone(),
            operator_name: web.operator_name.clone(),
            sandbox: config.is_sandbox(),
            nil: web.nil.clone(),
            max_message: config.limits.submission_bytes,
        },
        entered: web::keyboard::Entered::default(),
    };
    Ok(Some(Pages { router: web::router(shared), tls: web.base_url.starts_with("https://") }))
}

/// We as a client of Pro Santé Connect, with the proof that the configuration chose.
fn party(operator: &Operator, web: &Web, psc: &identity::Psc, entropy: Entropy) -> Outcome<Party> {
    let config = &operator.config;
    let (issuer, discovery_url) = config.psc_addresses();
    let read =
        |path: &std::path::Path| std::fs::read(path).map_err(|error| Failure::configuration(format!("{} : {error}", path.display())));
    let (client_id, auth) = match &web.client {
        WebClient::ClientSecretBasic { client_id, secret_file } => (client_id, ClientAuth::Basic(read_secret(secret_file)?)),
        WebClient::ClientSecretPost { client_id, secret_file } => (client_id, ClientAuth::Post(read_secret(secret_file)?)),
        WebClient::PrivateKeyJwt { client_id, key_file, kid, alg } => {
            let alg = match alg {
                JwtAlg::Rs256 => KeyAlg::RS256,
                JwtAlg::Es256 => KeyAlg::ES256,
            };
            (client_id, ClientAuth::PrivateKeyJwt { key_pem: read_secret(key_file)?, kid: kid.clone(), alg })
        }
        WebClient::TlsClientAuth { client_id, chain_file, key_file } => {
            (client_id, ClientAuth::Tls { chain_pem: read(chain_file)?, key_pem: read_secret(key_file)? })
        }
    };
    let settings = PartyConfig {
        issuer,
        discovery_url,
        authorization_override: None,
        client_id: client_id.clone(),
        auth,
        scope: "openid scope_all".to_owned(),
        acr_values: Some("eidas1".to_owned()),
        min_acr: config.psc.min_acr.clone(),
        preset: preset(config),
        kind: PartyKind::Psc,
        idp_hint: None,
    };
    Party::beside(psc, settings, operator.clock.clone(), entropy).map_err(|why| Failure::configuration(format!("web.client : {why}")))
}
