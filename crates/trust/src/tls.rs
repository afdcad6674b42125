//! TLS configurations (rustls): servers for operators and for people, the client of the courier. LPS-01, TRU-22, TRU-24, TRU-31.

use std::sync::Arc;

use rustls::{ClientConfig, ServerConfig};

/// Certificate chain (leaf and intermediates) and key of one of our servers, PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    pub chain_pem: Vec<u8>,
    pub key_pem: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
#[error("tls: {0}")]
pub struct TlsError(pub String);

/// Port 25: asks for a client certificate, finishes the handshake whatever it is; the chain is judged afterwards (TRU-24).
pub fn operator_server(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let _ = identity;
    todo!()
}

/// 143, 587, 993, 465: no client certificate asked.
pub fn people_server(identity: &Identity) -> Result<Arc<ServerConfig>, TlsError> {
    let _ = identity;
    todo!()
}

/// The courier: presents our certificate, finishes the handshake whatever the server shows; the chain is judged afterwards (TRU-31, -32).
pub fn operator_client(identity: &Identity) -> Result<Arc<ClientConfig>, TlsError> {
    let _ = identity;
    todo!()
}
