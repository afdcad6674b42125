//! Erasing the whole of an operator's facts: a demo that begins anew, a test that ends. Nothing else ever calls it.

use tokio_postgres::{Config, NoTls};

use crate::{Engine, Error, Result};

impl Engine {
    /// Removes everything this engine holds, if anything. No store may be open on it.
    pub async fn erase(&self) -> Result<()> {
        match self {
            Self::Sqlite { path } => erase_files(path),
            Self::Postgres { url, schema } => erase_schema(url, schema).await,
        }
    }
}

/// The database and its two companions.
fn erase_files(path: &std::path::Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::Internal(format!("erase: {error}"))),
            _ => {}
        }
    }
    Ok(())
}

async fn erase_schema(url: &str, schema: &str) -> Result<()> {
    let ours = |error: tokio_postgres::Error| Error::Internal(format!("PostgreSQL: {error}"));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if schema.is_empty() || !schema.bytes().all(plain) {
        return Err(Error::Internal(format!("schema name {schema:?}: only a-z, 0-9 and _")));
    }
    let config: Config = url.parse().map_err(|e| Error::Internal(format!("PostgreSQL address: {e}")))?;
    let (client, connection) = config.connect(NoTls).await.map_err(ours)?;
    let running = tokio::spawn(connection);
    let done = client.batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await.map_err(ours);
    drop(client);
    // The connection ends with its client; what matters is whether the statement was carried out.
    let _ = running.await;
    done
}
