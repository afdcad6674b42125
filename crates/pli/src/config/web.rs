//! The pages and the API, and we as a client of Pro Santé Connect. Requirements: PSC-09.

use std::path::PathBuf;

use serde::Deserialize;

/// The pages and the API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Where people reach them, without a final slash, e.g. `https://mss.pli.mssante.fr`.
    pub base_url: String,
    /// Other origins of the same pages, e.g. `http://localhost:20080` beside `http://127.0.0.1:20080`.
    #[serde(default)]
    pub other_origins: Vec<String>,
    /// What people call the operator.
    pub operator_name: String,
    /// Our software number in `X-MSS-NIL`.
    #[serde(default)]
    pub nil: String,
    pub client: WebClient,
}

/// We as a client of Pro Santé Connect (PSC-09): which means of proof, with which files.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "auth", rename_all = "snake_case", deny_unknown_fields)]
pub enum WebClient {
    ClientSecretBasic {
        client_id: String,
        secret_file: PathBuf,
    },
    ClientSecretPost {
        client_id: String,
        secret_file: PathBuf,
    },
    PrivateKeyJwt {
        client_id: String,
        key_file: PathBuf,
        kid: Option<String>,
        #[serde(default)]
        alg: JwtAlg,
    },
    TlsClientAuth {
        client_id: String,
        chain_file: PathBuf,
        key_file: PathBuf,
    },
}

impl WebClient {
    pub(super) fn files(&mut self) -> Vec<&mut PathBuf> {
        match self {
            Self::ClientSecretBasic { secret_file, .. } | Self::ClientSecretPost { secret_file, .. } => vec![secret_file],
            Self::PrivateKeyJwt { key_file, .. } => vec![key_file],
            Self::TlsClientAuth { chain_file, key_file, .. } => vec![chain_file, key_file],
        }
    }
}

/// How a `private_key_jwt` is signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum JwtAlg {
    #[default]
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "ES256")]
    Es256,
}
