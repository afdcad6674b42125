//! When each person last did something in a mailbox, and through which door.
//!
//! Requirements: TRU-54. Written with the act itself, at most once a minute for one person and one mailbox; the journal holds every act.

use rules::journal::{Act, Entry};
use rules::mailbox::MailboxId;
use rules::{Author, Channel, IdNat, Moment};

use crate::Result;
use crate::engine::{Tx, params};
use crate::words::channel_of;

impl Tx<'_> {
    /// An act by a person who has a capacity in the mailbox is a use of it; a refusal is not.
    pub(crate) async fn note_use(&mut self, mailbox: MailboxId, entry: &Entry) -> Result<()> {
        let Author::Person { id, capacity: Some(_) } = &entry.author else { return Ok(()) };
        if entry.act == Act::AccessRefused || !self.context.use_is_due(mailbox, id, entry.at) {
            return Ok(());
        }
        let sql = "INSERT INTO last_use (mailbox, person, channel, at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (mailbox, person) DO UPDATE SET channel = excluded.channel, at = excluded.at WHERE last_use.at < excluded.at";
        self.exec(sql, params![mailbox.0, id.as_str(), entry.channel.as_str(), entry.at]).await?;
        Ok(())
    }

    pub(crate) async fn last_use(&mut self, mailbox: MailboxId, person: &IdNat) -> Result<Option<(Moment, Channel)>> {
        let sql = "SELECT at, channel FROM last_use WHERE mailbox = $1 AND person = $2";
        let row = self.row(sql, params![mailbox.0, person.as_str()]).await?;
        row.map(|mut row| Ok((row.take()?, channel_of(&row.take::<String>()?)?))).transpose()
    }
}
