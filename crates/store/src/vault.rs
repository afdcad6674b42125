//! Keys: one for all (KEK, from a file), one per mailbox (DEK, wrapped by it), one per message (wrapped by its mailbox's).
//!
//! Requirements: invariant 12 (health data encrypted at rest per mailbox). AES-256-GCM-SIV; the associated data says whose it is and what it is,
//! so that no ciphertext can stand in for another. A message's key encrypts its body and its glance once, whatever the number of recipients;
//! only the 32-byte key is wrapped per mailbox, bound to the message's number. Nonces and keys come from the `Entropy` given.

use std::collections::HashMap;
use std::sync::Arc;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use parking_lot::Mutex;
use rules::Entropy;
use rules::mailbox::MailboxId;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Error, Result};

const NONCE: usize = 12;
/// Unwrapped keys kept; beyond, the cache starts anew.
const KEPT: usize = 20_000;

type Secret = Zeroizing<[u8; 32]>;

/// The key-encryption key, and the mailbox keys it has unwrapped.
pub(crate) struct Vault {
    kek: Secret,
    entropy: Entropy,
    kept: Mutex<HashMap<MailboxId, Arc<MailboxKey>>>,
}

/// The data key of one mailbox.
pub(crate) struct MailboxKey {
    mailbox: MailboxId,
    key: Secret,
    entropy: Entropy,
}

/// The key of one message: used for its two parts only, hence the fixed nonces.
pub(crate) struct MessageKey(Secret);

/// The parts of a message that its key encrypts.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Body = 1,
    Glance = 2,
}

impl Vault {
    pub(crate) fn new(kek: [u8; 32], entropy: Entropy) -> Self {
        Self { kek: Zeroizing::new(kek), entropy, kept: Mutex::default() }
    }

    /// Draws the key of a new mailbox; returns it wrapped.
    pub(crate) fn draw(&self, mailbox: MailboxId) -> Result<Vec<u8>> {
        let key: Secret = Zeroizing::new(self.entropy.bytes());
        seal(&self.kek, &self.entropy, &about(mailbox, "mailbox key", 0), key.as_slice())
    }

    pub(crate) fn kept(&self, mailbox: MailboxId) -> Option<Arc<MailboxKey>> {
        self.kept.lock().get(&mailbox).cloned()
    }

    /// Its wrapped key is gone: this node forgets it too.
    pub(crate) fn forget(&self, mailbox: MailboxId) {
        self.kept.lock().remove(&mailbox);
    }

    pub(crate) fn unwrap(&self, mailbox: MailboxId, wrapped: &[u8]) -> Result<Arc<MailboxKey>> {
        let key = secret(unseal(&self.kek, &about(mailbox, "mailbox key", 0), wrapped)?)?;
        let key = Arc::new(MailboxKey { mailbox, key, entropy: self.entropy.clone() });
        let mut kept = self.kept.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(mailbox, Arc::clone(&key));
        Ok(key)
    }
}

impl MailboxKey {
    /// Encrypts a small fact of the mailbox; `what` and `row` are bound to it.
    pub(crate) fn seal(&self, what: &str, row: i64, plain: &[u8]) -> Result<Vec<u8>> {
        seal(&self.key, &self.entropy, &about(self.mailbox, what, row), plain)
    }

    pub(crate) fn open(&self, what: &str, row: i64, sealed: &[u8]) -> Result<Vec<u8>> {
        unseal(&self.key, &about(self.mailbox, what, row), sealed)
    }

    /// Wraps the key of a message for this mailbox, bound to the number the message has there.
    pub(crate) fn wrap(&self, message: i64, key: &MessageKey) -> Result<Vec<u8>> {
        self.seal("message key", message, key.0.as_slice())
    }

    pub(crate) fn unwrap(&self, message: i64, wrapped: &[u8]) -> Result<MessageKey> {
        secret(self.open("message key", message, wrapped)?).map(MessageKey)
    }

    /// Keyed hash: finds equal texts of this mailbox without keeping them (Message-ID, names of folders).
    pub(crate) fn hash(&self, what: &str, text: &str) -> [u8; 32] {
        // A key of the hash's own, so that no ciphertext and no hash ever share one.
        let own = mac(self.key.as_slice(), &[b"keyed hash", what.as_bytes()]);
        mac(&own, &[text.as_bytes()])
    }
}

impl MessageKey {
    pub(crate) fn draw(entropy: &Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes()))
    }

    pub(crate) fn seal(&self, part: Part, plain: &[u8]) -> Result<Vec<u8>> {
        let payload = Payload { msg: plain, aad: &[part as u8] };
        cipher(&self.0).encrypt(&part.nonce(), payload).map_err(|_| Error::Internal("cannot encrypt".to_owned()))
    }

    pub(crate) fn open(&self, part: Part, sealed: &[u8]) -> Result<Vec<u8>> {
        let payload = Payload { msg: sealed, aad: &[part as u8] };
        cipher(&self.0).decrypt(&part.nonce(), payload).map_err(|_| torn())
    }
}

impl Part {
    fn nonce(self) -> Nonce {
        let mut nonce = [0; NONCE];
        nonce[0] = self as u8;
        nonce.into()
    }
}

fn about(mailbox: MailboxId, what: &str, row: i64) -> Vec<u8> {
    let mut about = Vec::with_capacity(16 + what.len());
    about.extend_from_slice(&mailbox.0.to_be_bytes());
    about.extend_from_slice(&row.to_be_bytes());
    about.extend_from_slice(what.as_bytes());
    about
}

fn cipher(key: &Secret) -> Aes256GcmSiv {
    Aes256GcmSiv::new((&**key).into())
}

/// `nonce ‖ ciphertext`.
fn seal(key: &Secret, entropy: &Entropy, about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = entropy.bytes();
    let payload = Payload { msg: plain, aad: about };
    let mut sealed = nonce.to_vec();
    let ciphertext = cipher(key).encrypt(&nonce.into(), payload).map_err(|_| Error::Internal("cannot encrypt".to_owned()))?;
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

fn unseal(key: &Secret, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>().ok_or_else(torn)?;
    cipher(key).decrypt(&(*nonce).into(), Payload { msg: ciphertext, aad: about }).map_err(|_| torn())
}

fn secret(bytes: Vec<u8>) -> Result<Secret> {
    let bytes = Zeroizing::new(bytes);
    <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| torn())
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn torn() -> Error {
    Error::Internal("a sealed fact does not open: wrong key, or it was altered".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(vault: &Vault, mailbox: i64) -> Arc<MailboxKey> {
        let wrapped = vault.draw(MailboxId(mailbox)).unwrap();
        vault.unwrap(MailboxId(mailbox), &wrapped).unwrap()
    }

    #[test]
    fn a_sealed_fact_opens_only_where_it_belongs() {
        let vault = Vault::new([7; 32], Entropy::seeded(1));
        let (mine, other) = (key(&vault, 1), key(&vault, 2));
        let sealed = mine.seal("folder", 3, b"Dossiers").unwrap();
        assert_eq!(mine.open("folder", 3, &sealed).unwrap(), b"Dossiers");
        assert!(mine.open("folder", 4, &sealed).is_err(), "another row");
        assert!(mine.open("queue", 3, &sealed).is_err(), "another kind of fact");
        assert!(other.open("folder", 3, &sealed).is_err(), "another mailbox");
        let mut altered = sealed.clone();
        *altered.last_mut().unwrap() ^= 1;
        assert!(mine.open("folder", 3, &altered).is_err());
        assert!(mine.open("folder", 3, &[]).is_err());
    }

    #[test]
    fn the_key_of_a_mailbox_opens_with_the_right_kek_only() {
        let vault = Vault::new([7; 32], Entropy::seeded(1));
        let wrapped = vault.draw(MailboxId(1)).unwrap();
        assert!(vault.unwrap(MailboxId(2), &wrapped).is_err());
        assert!(Vault::new([8; 32], Entropy::seeded(1)).unwrap(MailboxId(1), &wrapped).is_err());
    }

    #[test]
    fn parts_of_a_message_cannot_be_exchanged() {
        let key = MessageKey::draw(&Entropy::seeded(1));
        let body = key.seal(Part::Body, b"Bonjour").unwrap();
        assert_eq!(key.open(Part::Body, &body).unwrap(), b"Bonjour");
        assert!(key.open(Part::Glance, &body).is_err());
    }

    #[test]
    fn a_keyed_hash_says_nothing_across_mailboxes() {
        let vault = Vault::new([7; 32], Entropy::seeded(1));
        let (mine, other) = (key(&vault, 1), key(&vault, 2));
        assert_eq!(mine.hash("message-id", "a@b"), mine.hash("message-id", "a@b"));
        assert_ne!(mine.hash("message-id", "a@b"), other.hash("message-id", "a@b"));
        assert_ne!(mine.hash("message-id", "a@b"), mine.hash("folder", "a@b"));
    }
}
