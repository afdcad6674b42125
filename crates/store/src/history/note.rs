//! A line for an act of a person that changes nothing in the store: her mailbox, or its history, left with her as a file.
//!
//! Requirements: CAB-16, TRU-58. Guarded as any act: without a right there is no line, and nothing leaves.

use rules::access::Access;
use rules::journal::{Act, Entry};
use rules::{Channel, Moment};

use crate::engine::Tx;
use crate::{Result, Store};

impl Store {
    /// Appends a line to the mailbox's own chain, by the person who holds this access, now. Durable before what it tells may leave.
    pub async fn note_act(&self, access: &Access, act: Act, facts: serde_json::Value, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = (access.clone(), act, facts, channel, now);
        self.write(args, |tx, (access, act, facts, channel, now)| Box::pin(note(tx, access, *act, facts, *channel, *now))).await
    }
}

async fn note(tx: &mut Tx<'_>, access: &Access, act: Act, facts: &serde_json::Value, channel: Channel, at: Moment) -> Result<()> {
    let access = tx.guard(access, at).await?;
    let line = Entry { at, author: access.author(), act, object: access.address().to_string(), channel, facts: facts.clone() };
    tx.journal(access.mailbox(), &line).await
}
