//! What is drawn, hashed and sealed for accounts. Sealing uses the operator's own key (vault), bound to the kind of fact and to its row.
//!
//! Requirements: PSC-37, STF-04, LOC-06; invariant 12. A secret of 256 random bits needs no slow hash; passwords are not kept here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rules::Entropy;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::Result;
use crate::door::OPERATOR;
use crate::engine::Tx;

/// 256 random bits as 43 characters that may stand in a cookie or in an address.
pub(super) fn draw(entropy: &Entropy) -> String {
    URL_SAFE_NO_PAD.encode(entropy.bytes::<32>())
}

/// What is kept of a secret that is only ever compared.
pub(super) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// The number a sealed fact is bound to when its row has none yet: the beginning of the row's hash.
pub(super) fn place(hash: &[u8; 32]) -> i64 {
    let (first, _) = hash.split_first_chunk::<8>().expect("32 bytes hold 8");
    i64::from_be_bytes(*first)
}

impl Tx<'_> {
    /// Seals a secret that must be read again.
    pub(super) async fn seal(&mut self, what: &str, row: i64, secret: &SecretString) -> Result<Vec<u8>> {
        self.key(OPERATOR).await?.seal(what, row, secret.expose_secret().as_bytes())
    }

    pub(super) async fn unseal(&mut self, what: &str, row: i64, sealed: &[u8]) -> Result<SecretString> {
        let plain = self.key(OPERATOR).await?.open(what, row, sealed)?;
        let text = String::from_utf8(plain).map_err(|_| crate::Error::Internal(format!("a sealed {what} is not a text")))?;
        Ok(SecretString::from(text))
    }
}
