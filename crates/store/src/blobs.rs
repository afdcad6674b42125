//! Bodies too large for a row: objects in a local folder or in S3, always encrypted before they come here.
//!
//! Requirements: invariant 10: an object is written and synced before the row that names it. Objects are named at random, written once,
//! never changed, and removed after the commit that removed their last row.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use rules::Entropy;

use crate::{Blobs, Error, Result};

/// Where the objects of one operator are.
#[derive(Clone)]
pub(crate) struct Objects {
    store: Arc<dyn ObjectStore>,
}

impl Objects {
    pub(crate) fn open(config: &Blobs) -> Result<Self> {
        let store: Arc<dyn ObjectStore> = match config {
            Blobs::Local { dir } => Arc::new(local(dir)?),
            Blobs::S3 { url } => Arc::new(AmazonS3Builder::from_env().with_url(url).build().map_err(|e| ours(&e))?),
        };
        Ok(Self { store })
    }

    /// Writes one object; durable when it returns. Returns its name.
    pub(crate) async fn put(&self, entropy: &Entropy, data: Vec<u8>) -> Result<String> {
        let name = hex::encode(entropy.bytes::<16>());
        self.store.put(&place(&name), data.into()).await.map_err(|e| ours(&e))?;
        Ok(name)
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Bytes> {
        let found = self.store.get(&place(name)).await.map_err(|e| ours(&e))?;
        found.bytes().await.map_err(|e| ours(&e))
    }

    /// Removes an object; one that is already gone is fine.
    pub(crate) async fn remove(&self, name: &str) -> Result<()> {
        match self.store.delete(&place(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(ours(&error)),
        }
    }
}

fn local(dir: &Path) -> Result<LocalFileSystem> {
    std::fs::create_dir_all(dir).map_err(|e| Error::Internal(format!("blob folder: {e}")))?;
    // Without it accepted mail dies with the power.
    Ok(LocalFileSystem::new_with_prefix(dir).map_err(|e| ours(&e))?.with_fsync(true))
}

/// Two levels, so that no folder grows too large.
fn place(name: &str) -> object_store::path::Path {
    let (head, _) = name.split_at(name.len().min(2));
    object_store::path::Path::from_iter([head, name])
}

fn ours(error: &object_store::Error) -> Error {
    Error::Internal(format!("blob: {error}"))
}
