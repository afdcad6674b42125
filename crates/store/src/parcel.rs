//! A message as it is kept: compressed (zstd level 1), then encrypted under a key of its own. Made and opened outside of any transaction.
//!
//! Requirements: invariants 11 (bytes immutable, returned bit for bit) and 12 (encrypted at rest).

use bytes::{Bytes, BytesMut};

use crate::vault::{MessageKey, Part};
use crate::{Error, Result, Store};

/// Bodies above this many bytes after compression become objects.
const IN_ROW: usize = 64 * 1024;
/// Work on more bytes than this leaves the async threads.
const HEAVY: usize = 256 * 1024;
const LEVEL: i32 = 1;

/// A message ready to be written into any number of mailboxes.
pub(crate) struct Parcel {
    pub(crate) key: MessageKey,
    /// Bytes of the message, without the Delivered-To line of a copy.
    pub(crate) size: u32,
    pub(crate) body: Body,
    pub(crate) glance: Vec<u8>,
}

/// Where an encrypted body is.
#[derive(Debug)]
pub(crate) enum Body {
    Row(Vec<u8>),
    Object(String),
}

/// An encrypted message as a transaction read it, with what opens it.
pub(crate) struct Sealed {
    pub(crate) key: MessageKey,
    pub(crate) body: Option<Body>,
    pub(crate) glance: Option<Vec<u8>>,
    /// Size of the message without its prefix.
    pub(crate) size: u32,
    /// The Delivered-To line of this copy.
    pub(crate) prefix: String,
}

/// A message opened: its bytes and its glance, as asked.
pub(crate) struct Plain {
    pub(crate) bytes: Option<Bytes>,
    pub(crate) glance: Option<Bytes>,
}

impl Store {
    /// Compresses, encrypts, and writes the object if one is needed.
    pub(crate) async fn pack(&self, bytes: &Bytes, glance: &Bytes) -> Result<Parcel> {
        let size = u32::try_from(bytes.len()).map_err(|_| Error::Internal("message over 4 GiB".to_owned()))?;
        let key = MessageKey::draw(&self.context.entropy);
        let (sealed, key) = aside(bytes.len(), {
            let (bytes, glance) = (bytes.clone(), glance.clone());
            move || {
                let body = key.seal(Part::Body, &compress(&bytes)?)?;
                let glance = key.seal(Part::Glance, &compress(&glance)?)?;
                Ok(((body, glance), key))
            }
        })
        .await?;
        let (body, glance) = sealed;
        let body = if body.len() <= IN_ROW { Body::Row(body) } else { Body::Object(self.objects.put(&self.context.entropy, body).await?) };
        Ok(Parcel { key, size, body, glance })
    }

    /// Takes back the object of a parcel that no row names: its command failed.
    pub(crate) async fn unpack(&self, object: Option<String>) {
        if let Some(name) = object
            && let Err(error) = self.objects.remove(&name).await
        {
            tracing::warn!(%error, "an object without a row is left behind");
        }
    }

    /// Decrypts, decompresses, and puts the Delivered-To line on top.
    pub(crate) async fn open_sealed(&self, sealed: Sealed) -> Result<Plain> {
        let Sealed { key, body, glance, size, prefix } = sealed;
        let body = match body {
            None => None,
            Some(Body::Row(data)) => Some(Bytes::from(data)),
            Some(Body::Object(name)) => Some(self.objects.get(&name).await?),
        };
        aside(body.as_ref().map_or(0, |_| size as usize), move || {
            let glance = glance.map(|g| decompress(&key.open(Part::Glance, &g)?, None, "").map(Bytes::from)).transpose()?;
            let bytes = body.map(|b| decompress(&key.open(Part::Body, &b)?, Some(size as usize), &prefix).map(Bytes::from)).transpose()?;
            Ok(Plain { bytes, glance })
        })
        .await
    }
}

impl Parcel {
    /// The name of its object, if it has one.
    pub(crate) fn object(&self) -> Option<String> {
        match &self.body {
            Body::Row(_) => None,
            Body::Object(name) => Some(name.clone()),
        }
    }
}

/// Does heavy work on a blocking thread, light work in place.
async fn aside<T: Send + 'static>(weight: usize, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    if weight < HEAVY {
        return work();
    }
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::Internal(format!("packing: {e}")))?
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(bytes, LEVEL).map_err(|e| Error::Internal(format!("compress: {e}")))
}

/// `size`: what must come out, when it is known; a glance is bounded by what zstd says of itself.
fn decompress(bytes: &[u8], size: Option<usize>, prefix: &str) -> Result<Vec<u8>> {
    let wrong = || Error::Internal("a stored message has not the size it had".to_owned());
    let declared = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().and_then(|n| usize::try_from(n).ok()).ok_or_else(wrong)?;
    if size.is_some_and(|size| size != declared) {
        return Err(wrong());
    }
    let plain = zstd::bulk::decompress(bytes, declared).map_err(|e| Error::Internal(format!("decompress: {e}")))?;
    if plain.len() != declared {
        return Err(wrong());
    }
    if prefix.is_empty() {
        return Ok(plain);
    }
    let mut whole = BytesMut::with_capacity(prefix.len() + plain.len());
    whole.extend_from_slice(prefix.as_bytes());
    whole.extend_from_slice(&plain);
    Ok(whole.into())
}
