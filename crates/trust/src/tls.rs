//! TLS configurations (rustls): servers for operators and for people, the client of the courier.
//!
//! Requirements: LPS-01, LPS-02, LPS-21, TRU-22, TRU-24, TRU-31, TRU-34. Between operators the handshake ends whatever certificate is shown (possession of
//! its key is always proved); `Snapshot::judge` decides afterwards, so that a refusal can say why. Nothing here decides about trust.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::server::ServerSessionMemoryCache;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureAlgorithm, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use x509_parser::public_key::PublicKey;

/// Sessions that one server remembers; each holds the peer's chain (some 4 KiB).
const SESSIONS: usize = 256;
/// Smallest RSA key of a server (LPS-02).
const RSA_BITS: usize = 2_048;

/// Certificate chain (leaf and intermediates) and key of one of our servers, PEM.
#[derive(Clone)]
pub struct Identity {
    pub chain_pem: Vec<u8>,
    pub key_pem: Vec<u8>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

#[derive(Debug, thiserror::Error)]
#[error("tls: {0}")]
pub struct TlsError(pub String);

impl From<rustls::Error> for TlsError {
    fn from(error: rustls::Error) -> Self {
        Self(error.to_string())
    }
}

/// Port 25: asks for a client certificate, finishes the handshake whatever it is; the chain is judged afterwards (TRU-24).
pub fn operator_server(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = provider();
    let verifier = Arc::new(AnyPeer { algorithms: provider.signature_verification_algorithms });
    let (chain, key) = read(identity, &provider)?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(VERSIONS)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)?;
    Ok(finish(config))
}

/// 143, 587, 993, 465: no client certificate asked.
pub fn people_server(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = provider();
    let (chain, key) = read(identity, &provider)?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(VERSIONS)?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(finish(config))
}

/// 143, 587, 993, 465 under the name of APP access: asks for a client certificate as port 25 does; the chain is judged afterwards (LPS-20).
pub fn machine_server(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    operator_server(identity)
}

/// The doors of 143, 587, 993 and 465: people by the ordinary name, machines by theirs. Which one a client means, it says in its first words
/// (SNI), so that people's programs are never asked for a certificate (LPS-21).
#[derive(Clone, Debug)]
pub struct Doors {
    people: Arc<ServerConfig>,
    machines: Option<(Arc<str>, Arc<ServerConfig>)>,
}

/// Which of the two doors a client came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    People,
    Machines,
}

impl Doors {
    pub fn new(people: Arc<ServerConfig>) -> Self {
        Self { people, machines: None }
    }

    /// With a door for machines, under this host name.
    #[must_use]
    pub fn with_machines(self, name: &str, config: Arc<ServerConfig>) -> Self {
        Self { machines: Some((name.to_ascii_lowercase().into(), config)), ..self }
    }

    /// The configuration for a client that asks for this host name; none, or any other name, is the people's.
    ///
    /// Requirements: LPS-21.
    pub fn choose(&self, server_name: Option<&str>) -> (Through, Arc<ServerConfig>) {
        match &self.machines {
            Some((name, config)) if server_name.is_some_and(|asked| asked.eq_ignore_ascii_case(name)) => {
                (Through::Machines, Arc::clone(config))
            }
            _ => (Through::People, Arc::clone(&self.people)),
        }
    }
}

/// The courier: presents our certificate, finishes the handshake whatever the server shows; the chain is judged afterwards (TRU-31, -32).
pub fn operator_client(identity: &Identity) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider();
    let verifier = Arc::new(AnyPeer { algorithms: provider.signature_verification_algorithms });
    let (chain, key) = read(identity, &provider)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(VERSIONS)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(chain, key)?;
    // Each connection shows its chain anew: a peer that swapped its certificate is judged by the new one.
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// An ordinary client, as an LPS is one: verifies chain, dates and host name against the given authorities (PEM), shows no certificate.
pub fn people_client(authorities_pem: &[u8]) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = provider();
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_slice_iter(authorities_pem) {
        roots.add(cert.map_err(|e| TlsError(format!("authority: {e}")))?)?;
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().map_err(|e| TlsError(e.to_string()))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(VERSIONS)?
        .with_webpki_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

static VERSIONS: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

/// The suites and groups of LPS-01, and nothing else.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1],
        ..default_provider()
    })
}

fn finish(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
    config.send_tls13_tickets = 1;
    Arc::new(config)
}

/// Reads an identity, and refuses one that would leave clients outside (LPS-01, LPS-02).
fn read(identity: &Identity, provider: &CryptoProvider) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let chain = CertificateDer::pem_slice_iter(&identity.chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| TlsError(format!("certificat illisible : {e}")))?;
    let leaf = chain.first().ok_or_else(|| TlsError("aucun certificat dans le fichier".to_owned()))?;
    rsa_or_nothing(leaf)?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key_pem).map_err(|e| TlsError(format!("clé illisible : {e}")))?;
    let signing = provider.key_provider.load_private_key(key.clone_key())?;
    if signing.algorithm() != SignatureAlgorithm::RSA {
        return Err(no_rsa());
    }
    rustls::sign::CertifiedKey::new(chain.clone(), signing)
        .keys_match()
        .map_err(|_| TlsError("la clé n'est pas celle du certificat".to_owned()))?;
    Ok((chain, key))
}

fn rsa_or_nothing(leaf: &CertificateDer<'_>) -> Result<(), TlsError> {
    let (_, cert) = x509_parser::parse_x509_certificate(leaf).map_err(|e| TlsError(format!("certificat illisible : {e}")))?;
    match cert.public_key().parsed() {
        Ok(PublicKey::RSA(key)) if key.key_size() >= RSA_BITS => Ok(()),
        Ok(PublicKey::RSA(_)) => Err(TlsError("la clé RSA du certificat a moins de 2048 bits (LPS-02)".to_owned())),
        _ => Err(no_rsa()),
    }
}

fn no_rsa() -> TlsError {
    TlsError("le certificat n'est pas RSA : les clients LPS ne pourront pas se connecter (LPS-01)".to_owned())
}

/// Lets any chain through, or none; the signature of the handshake is always checked, so the peer holds the key of what it shows.
#[derive(Debug)]
struct AnyPeer {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for AnyPeer {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ServerCertVerifier for AnyPeer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
