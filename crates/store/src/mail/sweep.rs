//! Removes objects that lost their last row, after the commit that said so. Requirements: invariant 10: the row goes first, the object after.

use crate::engine::params;
use crate::{Result, Store};

/// Objects removed in one go.
const SOME: i64 = 500;

/// Begins a removal beside the caller; one that fails is taken up by the next.
pub(crate) fn begin(store: &Store) {
    let store = store.clone();
    tokio::spawn(async move {
        if let Err(error) = sweep(&store).await {
            tracing::debug!(%error, "objects without rows are left for later");
        }
    });
}

async fn sweep(store: &Store) -> Result<()> {
    let doomed = store.read_facts((), |tx, ()| {
        Box::pin(async move {
            let rows = tx.rows("SELECT name FROM doomed_blob ORDER BY name LIMIT $1", params![SOME]).await?;
            rows.into_iter().map(|mut row| row.take::<String>()).collect::<Result<Vec<_>>>()
        })
    });
    let doomed = doomed.await?;
    if doomed.is_empty() {
        return Ok(());
    }
    for name in &doomed {
        store.objects.remove(name).await?;
    }
    store
        .write(doomed, |tx, doomed| {
            Box::pin(async move {
                for name in doomed {
                    tx.exec("DELETE FROM doomed_blob WHERE name = $1", params![name]).await?;
                }
                Ok(())
            })
        })
        .await
}
