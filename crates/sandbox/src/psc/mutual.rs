//! The address that asks programs for a certificate (RFC 8705): TLS, the certificate optional, its authority known.
//!
//! Requirements: SIM-03 (client auth by subject DN), PSC-09. Asks and verifies only; whose certificate it is, `caller` says.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpListener;
use trust::tls::Identity;

use super::SimError;

/// A listener, and how it speaks TLS.
pub struct Mutual {
    pub listener: TcpListener,
    pub(super) tls: Arc<rustls::ServerConfig>,
}

impl Mutual {
    /// Shows `identity`; believes client certificates under `anchors_pem`, and lets those in who show none.
    pub fn new(listener: TcpListener, identity: &Identity, anchors_pem: &[u8]) -> Result<Self, SimError> {
        let wrong = |fault: &dyn std::fmt::Display| SimError::Tls(fault.to_string());
        let mut anchors = RootCertStore::empty();
        for anchor in CertificateDer::pem_slice_iter(anchors_pem) {
            anchors.add(anchor.map_err(|f| wrong(&f))?).map_err(|f| wrong(&f))?;
        }
        let provider = Arc::new(default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(anchors), provider.clone()).allow_unauthenticated().build();
        let chain = CertificateDer::pem_slice_iter(&identity.chain_pem).collect::<Result<Vec<_>, _>>().map_err(|f| wrong(&f))?;
        let key = PrivateKeyDer::from_pem_slice(&identity.key_pem).map_err(|f| wrong(&f))?;
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|f| wrong(&f))?
            .with_client_cert_verifier(verifier.map_err(|f| wrong(&f))?)
            .with_single_cert(chain, key)
            .map_err(|f| wrong(&f))?;
        Ok(Self { listener, tls: Arc::new(config) })
    }
}
