//! Migrations: numbered SQL files of each engine, applied once, in order, each in its own transaction.
//!
//! A database written by a newer Pli is refused rather than guessed at. Never reads or writes facts.

use rusqlite::Connection;
use tokio_postgres::Client;

use crate::{Error, Result};

struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sqlite: include_str!("../../migrations/sqlite/0001_first.sql"),
        postgres: include_str!("../../migrations/postgres/0001_first.sql"),
    },
    Migration {
        version: 2,
        sqlite: include_str!("../../migrations/sqlite/0002_rooms.sql"),
        postgres: include_str!("../../migrations/postgres/0002_rooms.sql"),
    },
    Migration {
        version: 3,
        sqlite: include_str!("../../migrations/sqlite/0003_accounts.sql"),
        postgres: include_str!("../../migrations/postgres/0003_accounts.sql"),
    },
    Migration {
        version: 4,
        sqlite: include_str!("../../migrations/sqlite/0004_search.sql"),
        postgres: include_str!("../../migrations/postgres/0004_search.sql"),
    },
    Migration {
        version: 5,
        sqlite: include_str!("../../migrations/sqlite/0005_notices.sql"),
        postgres: include_str!("../../migrations/postgres/0005_notices.sql"),
    },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)";
const LATEST: &str = "SELECT COALESCE(MAX(version), 0) FROM schema_version";

pub(super) fn sqlite(connection: &mut Connection) -> Result<()> {
    let failed = |e: rusqlite::Error| Error::Internal(format!("migration: {e}"));
    let change = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    change.execute_batch(TABLE).map_err(failed)?;
    let version = change.query_row(LATEST, [], |row| row.get(0)).map_err(failed)?;
    for migration in after(version)? {
        change.execute_batch(migration.sqlite).map_err(failed)?;
        change.execute("INSERT INTO schema_version (version) VALUES ($1)", [migration.version]).map_err(failed)?;
    }
    change.commit().map_err(failed)
}

/// Several nodes may start at once: the first one to take the lock migrates, the others find it done.
pub(super) async fn postgres(client: &mut Client, schema: &str) -> Result<()> {
    let failed = |e: tokio_postgres::Error| Error::Internal(format!("migration: {e}"));
    let change = client.transaction().await.map_err(failed)?;
    change.execute("SELECT pg_advisory_xact_lock(hashtext($1))", &[&format!("pli {schema}")]).await.map_err(failed)?;
    change
        .batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET LOCAL search_path TO {schema}; {TABLE}"))
        .await
        .map_err(failed)?;
    let version = change.query_one(LATEST, &[]).await.map_err(failed)?.get(0);
    for migration in after(version)? {
        change.batch_execute(migration.postgres).await.map_err(failed)?;
        change.execute("INSERT INTO schema_version (version) VALUES ($1)", &[&migration.version]).await.map_err(failed)?;
    }
    change.commit().await.map_err(failed)
}

fn after(version: i64) -> Result<impl Iterator<Item = &'static Migration>> {
    let newest = MIGRATIONS.last().map_or(0, |m| m.version);
    if version > newest {
        return Err(Error::Internal(format!("this database has version {version}, newer than this program knows ({newest})")));
    }
    Ok(MIGRATIONS.iter().filter(move |m| m.version > version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_a_newer_program_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        sqlite(&mut connection).unwrap();
        sqlite(&mut connection).expect("a second start finds nothing to do");
        connection.execute("INSERT INTO schema_version (version) VALUES (999)", []).unwrap();
        let Err(Error::Internal(text)) = sqlite(&mut connection) else { panic!("accepted") };
        assert!(text.contains("999"), "{text}");
    }
}
