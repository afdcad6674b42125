//! One transaction, on either engine, with the mailboxes it holds and what is to be told after its commit.

use std::borrow::Cow;

use deadpool_postgres::Transaction;
use rules::mailbox::MailboxId;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::value::{Param, Row, Value};
use crate::context::Context;
use crate::held::Held;
use crate::{Error, Result};

/// A transaction open on one of the engines.
pub(crate) struct Tx<'a> {
    engine: Engine<'a>,
    pub(crate) context: &'a Context,
    pub(crate) held: Vec<Held>,
    pub(crate) effects: Effects,
    /// The engine asked to begin again: deadlock or serialization failure.
    pub(super) again: bool,
    writes: bool,
}

enum Engine<'a> {
    Sqlite(&'a mut rusqlite::Connection),
    Postgres(&'a Transaction<'a>),
}

/// What others must learn once the transaction is durable.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Mailboxes whose messages, flags or folders changed.
    pub(crate) woken: Vec<MailboxId>,
    /// Mailboxes whose rights moved, with their new revision.
    pub(crate) moved: Vec<(MailboxId, i64)>,
    /// Rows were added to the queue, or their date changed.
    pub(crate) queue: bool,
    /// Sessions that their provider said are over ([`crate::feed::mark`]).
    pub(crate) over: Vec<String>,
    /// Events wait for webhooks.
    pub(crate) webhooks: bool,
    /// Letters of our own wait to be written.
    pub(crate) notices: bool,
    /// Objects that lost their last row.
    pub(crate) doomed: bool,
}

impl<'a> Tx<'a> {
    pub(super) fn sqlite(connection: &'a mut rusqlite::Connection, context: &'a Context, writes: bool) -> Self {
        Self { engine: Engine::Sqlite(connection), context, held: Vec::new(), effects: Effects::default(), again: false, writes }
    }

    pub(super) fn postgres(transaction: &'a Transaction<'a>, context: &'a Context, writes: bool) -> Self {
        Self { engine: Engine::Postgres(transaction), context, held: Vec::new(), effects: Effects::default(), again: false, writes }
    }

    /// This transaction may write, and locks what it decides on.
    pub(crate) fn writes(&self) -> bool {
        self.writes
    }

    /// Runs a statement; the number of rows it touched.
    pub(crate) async fn exec(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(&for_sqlite(sql)).map_err(|e| local(sql, &e))?;
                let touched = statement.execute(rusqlite::params_from_iter(params)).map_err(|e| local(sql, &e))?;
                Ok(touched as u64)
            }
            Engine::Postgres(transaction) => {
                let done = async {
                    let statement = transaction.prepare_cached(&for_postgres(sql)).await?;
                    transaction.execute(&statement, &refs(params)).await
                };
                done.await.map_err(|e| remote(sql, &e, &mut self.again))
            }
        }
    }

    /// All rows of a query (or of a statement with `RETURNING`).
    pub(crate) async fn rows(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(&for_sqlite(sql)).map_err(|e| local(sql, &e))?;
                let width = statement.column_count();
                let mut found = statement.query(rusqlite::params_from_iter(params)).map_err(|e| local(sql, &e))?;
                let mut rows = Vec::new();
                while let Some(row) = found.next().map_err(|e| local(sql, &e))? {
                    let values = (0..width).map(|i| row.get::<_, Value>(i)).collect::<rusqlite::Result<Vec<_>>>();
                    rows.push(Row::new(values.map_err(|e| local(sql, &e))?));
                }
                Ok(rows)
            }
            Engine::Postgres(transaction) => {
                let done = async {
                    let statement = transaction.prepare_cached(&for_postgres(sql)).await?;
                    let found = transaction.query(&statement, &refs(params)).await?;
                    let values = |row: &tokio_postgres::Row| (0..row.len()).map(|i| row.try_get(i)).collect::<std::result::Result<_, _>>();
                    found.iter().map(|row| values(row).map(Row::new)).collect::<std::result::Result<Vec<_>, tokio_postgres::Error>>()
                };
                done.await.map_err(|e| remote(sql, &e, &mut self.again))
            }
        }
    }

    /// The first row, if any.
    pub(crate) async fn row(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// The row that must be there.
    pub(crate) async fn one(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Row> {
        self.row(sql, params).await?.ok_or_else(|| Error::Internal(format!("no row: {sql}")))
    }
}

/// Integers as the JSON list that `IN_LIST` takes.
pub(crate) fn list(numbers: impl IntoIterator<Item = i64>) -> String {
    use std::fmt::Write;
    let mut text = String::from("[");
    for number in numbers {
        if text.len() > 1 {
            text.push(',');
        }
        let _ = write!(text, "{number}");
    }
    text.push(']');
    text
}

fn for_sqlite(sql: &str) -> Cow<'_, str> {
    if !sql.contains("FOR UPDATE") && !sql.contains("IN_LIST(") {
        return Cow::Borrowed(sql);
    }
    let text = sql.replace(" FOR UPDATE SKIP LOCKED", "").replace(" FOR UPDATE", "");
    Cow::Owned(replace_list(&text, |n| format!("IN (SELECT value FROM json_each({n}))")))
}

fn for_postgres(sql: &str) -> Cow<'_, str> {
    if !sql.contains("IN_LIST(") {
        return Cow::Borrowed(sql);
    }
    Cow::Owned(replace_list(sql, |n| {
        format!("= ANY (ARRAY(SELECT CAST(v AS BIGINT) FROM json_array_elements_text(CAST({n} AS json)) AS v))")
    }))
}

/// Replaces `IN_LIST($n)` by what `with` makes of `$n`.
fn replace_list(sql: &str, with: impl Fn(&str) -> String) -> String {
    let mut parts = sql.split("IN_LIST(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(')').unwrap_or((part, ""));
        text.push_str(&with(number));
        text.push_str(rest);
    }
    text
}

fn refs<'p>(params: &'p [Param<'p>]) -> Vec<&'p (dyn ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ToSql + Sync)).collect()
}

fn local(sql: &str, error: &rusqlite::Error) -> Error {
    Error::Internal(format!("{error} in: {sql}"))
}

/// The error without the values: PostgreSQL's detail may repeat them, its message does not.
fn remote(sql: &str, error: &tokio_postgres::Error, again: &mut bool) -> Error {
    *again |= wants_again(error);
    let message = error.as_db_error().map_or_else(|| error.to_string(), |db| db.message().to_owned());
    Error::Internal(format!("{message} in: {sql}"))
}

pub(super) fn wants_again(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_differences_are_translated_for_each_engine() {
        let sql = "SELECT a FROM t WHERE b IN_LIST($1) AND c = $2 FOR UPDATE SKIP LOCKED";
        assert_eq!(for_sqlite(sql), "SELECT a FROM t WHERE b IN (SELECT value FROM json_each($1)) AND c = $2");
        assert!(for_postgres(sql).starts_with("SELECT a FROM t WHERE b = ANY (ARRAY("));
        assert!(for_postgres(sql).ends_with("AND c = $2 FOR UPDATE SKIP LOCKED"));
        assert_eq!(list([3, 1]), "[3,1]");
        assert_eq!(list([]), "[]");
    }
}
