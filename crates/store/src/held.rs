//! A mailbox held by a transaction: its counters, its state, and the head of its journal chain.
//!
//! Read once (and locked, on PostgreSQL), counted in memory, written back once at the end of the command. It is the only place that
//! numbers messages, folders and modseq, and the only one that appends to a chain (invariants 4 and 5).

use std::sync::Arc;

use rules::Moment;
use rules::journal::{Entry, chain_hash};
use rules::mailbox::{Kind, MailboxId, State};

use crate::engine::{Tx, params};
use crate::vault::MailboxKey;
use crate::words::{kind_of, state_of, state_word};
use crate::{Error, Result};

/// Counters of one mailbox, as this transaction will leave them.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) id: MailboxId,
    pub(crate) address: String,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    pub(crate) state_since: Moment,
    pub(crate) revision: i64,
    modseq: i64,
    stepped: bool,
    next_message: i64,
    next_folder: i64,
    uid_validity: i64,
    head_seq: i64,
    head_hash: [u8; 32],
    changed: bool,
}

impl Held {
    /// One modseq a command: every change it makes carries the same.
    pub(crate) fn modseq(&mut self) -> i64 {
        if !self.stepped {
            self.stepped = true;
            self.changed = true;
            self.modseq += 1;
        }
        self.modseq
    }

    pub(crate) fn number_message(&mut self) -> i64 {
        self.changed = true;
        self.next_message += 1;
        self.next_message - 1
    }

    pub(crate) fn number_folder(&mut self) -> i64 {
        self.changed = true;
        self.next_folder += 1;
        self.next_folder - 1
    }

    /// Never the same twice in a mailbox, and never smaller than one given before (RFC 3501 §2.3.1.1).
    pub(crate) fn draw_uid_validity(&mut self, now: Moment) -> i64 {
        self.changed = true;
        self.uid_validity = (self.uid_validity + 1).max(now.secs().clamp(1, i64::from(u32::MAX) / 2));
        self.uid_validity
    }

    /// The rights moved: every open session must be decided anew (PSC-39).
    pub(crate) fn bump_revision(&mut self) {
        self.changed = true;
        self.revision += 1;
    }

    pub(crate) fn set_state(&mut self, state: State, since: Moment) {
        if self.state != state {
            self.changed = true;
            (self.state, self.state_since) = (state, since);
        }
    }
}

impl Tx<'_> {
    /// Holds a mailbox until the end of the command. Several are held in the order of their numbers, so that commands cannot wait for each other in a ring.
    pub(crate) async fn hold(&mut self, id: MailboxId) -> Result<&mut Held> {
        if let Some(place) = self.held.iter().position(|h| h.id == id) {
            return Ok(&mut self.held[place]);
        }
        let sql = "SELECT address, kind, state, state_since, revision, modseq, next_message, next_folder, uid_validity, head_seq, head_hash
                   FROM mailbox WHERE id = $1 FOR UPDATE";
        let mut row = self.row(sql, params![id.0]).await?.ok_or(Error::NotFound("mailbox"))?;
        self.held.push(Held {
            id,
            address: row.take()?,
            kind: kind_of(&row.take::<String>()?)?,
            state: state_of(&row.take::<String>()?)?,
            state_since: row.take()?,
            revision: row.take()?,
            modseq: row.take()?,
            stepped: false,
            next_message: row.take()?,
            next_folder: row.take()?,
            uid_validity: row.take()?,
            head_seq: row.take()?,
            head_hash: row.take::<Vec<u8>>()?.try_into().map_err(|_| Error::Internal("a chain head is not a hash".to_owned()))?,
            changed: false,
        });
        let last = self.held.len() - 1;
        Ok(&mut self.held[last])
    }

    /// The data key of a mailbox.
    pub(crate) async fn key(&mut self, id: MailboxId) -> Result<Arc<MailboxKey>> {
        if let Some(key) = self.context.vault.kept(id) {
            return Ok(key);
        }
        let mut row = self.row("SELECT dek FROM mailbox WHERE id = $1", params![id.0]).await?.ok_or(Error::NotFound("mailbox"))?;
        self.context.vault.unwrap(id, &row.take::<Vec<u8>>()?)
    }

    /// Appends a line to a chain (a mailbox's, or the register's: 0). Requirements: CAB-08, CAB-16, DEL-03.
    pub(crate) async fn journal(&mut self, chain: MailboxId, entry: &Entry) -> Result<()> {
        let author = serde_json::to_string(&entry.author).map_err(|e| Error::Internal(format!("author: {e}")))?;
        let facts = if entry.facts.is_null() { String::new() } else { entry.facts.to_string() };
        let (act, channel) = (entry.act.as_str(), entry.channel.as_str());
        let held = self.hold(chain).await?;
        held.changed = true;
        held.head_seq += 1;
        held.head_hash = chain_hash(&held.head_hash, chain.0, held.head_seq, entry.at, &author, act, &entry.object, channel, &facts);
        let (seq, hash) = (held.head_seq, held.head_hash);
        self.exec(
            "INSERT INTO journal (chain, seq, at, author, act, object, channel, facts, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            params![chain.0, seq, entry.at, &author, act, &entry.object, channel, &facts, &hash],
        )
        .await?;
        self.note_use(chain, entry).await?;
        self.announce(chain, seq, entry).await
    }

    /// Writes back what the command counted.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        for held in std::mem::take(&mut self.held) {
            if held.changed {
                self.exec(
                    "UPDATE mailbox SET state = $1, state_since = $2, revision = $3, modseq = $4, next_message = $5, next_folder = $6,
                     uid_validity = $7, head_seq = $8, head_hash = $9 WHERE id = $10",
                    params![
                        state_word(held.state),
                        held.state_since,
                        held.revision,
                        held.modseq,
                        held.next_message,
                        held.next_folder,
                        held.uid_validity,
                        held.head_seq,
                        &held.head_hash,
                        held.id.0,
                    ],
                )
                .await?;
            }
        }
        Ok(())
    }
}
