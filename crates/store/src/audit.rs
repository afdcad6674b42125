//! The store examined: what is counted twice must agree, what is referred to must exist and open.
//!
//! Requirements: invariants 3, 5, 10, 11, 12. Every store test ends with it; `pli check` may run it on a live store. It repairs nothing.

use rules::mailbox::MailboxId;
use rules::movement::standing;

use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::mail::body_of;
use crate::parcel::Sealed;
use crate::words::state_word;
use crate::{Result, Store};

/// Messages opened in one go.
const PAGE: i64 = 100;

/// Questions whose answer must be empty; each row names a mailbox and what is wrong in it.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "a folder does not count its messages",
        "SELECT f.mailbox, f.id FROM folder f LEFT JOIN
           (SELECT p.mailbox, p.folder, COUNT(*) AS messages, CAST(SUM(1 - p.flags % 2) AS BIGINT) AS unseen, CAST(SUM(m.size) AS BIGINT) AS size
            FROM placement p JOIN message m ON m.mailbox = p.mailbox AND m.id = p.message GROUP BY p.mailbox, p.folder) c
           ON c.mailbox = f.mailbox AND c.folder = f.id
         WHERE f.messages <> COALESCE(c.messages, 0) OR f.unseen <> COALESCE(c.unseen, 0) OR f.size <> COALESCE(c.size, 0)",
    ),
    (
        "a folder would give a UID again",
        "SELECT f.mailbox, f.id FROM folder f
         WHERE f.uid_next <= (SELECT COALESCE(MAX(uid), 0) FROM placement p WHERE p.mailbox = f.mailbox AND p.folder = f.id)
            OR f.uid_next <= (SELECT COALESCE(MAX(uid), 0) FROM tombstone t WHERE t.mailbox = f.mailbox AND t.folder = f.id)",
    ),
    (
        "a folder is behind its messages, or ahead of its mailbox",
        "SELECT f.mailbox, f.id FROM folder f JOIN mailbox b ON b.id = f.mailbox
         WHERE f.modseq > b.modseq
            OR f.modseq < (SELECT COALESCE(MAX(modseq), 0) FROM placement p WHERE p.mailbox = f.mailbox AND p.folder = f.id)
            OR f.modseq < (SELECT COALESCE(MAX(modseq), 0) FROM tombstone t WHERE t.mailbox = f.mailbox AND t.folder = f.id)",
    ),
    (
        "a UID is both there and gone",
        "SELECT p.mailbox, p.uid FROM placement p JOIN tombstone t ON t.mailbox = p.mailbox AND t.folder = p.folder AND t.uid = p.uid",
    ),
    (
        "a placement without message or folder",
        "SELECT p.mailbox, p.message FROM placement p LEFT JOIN message m ON m.mailbox = p.mailbox AND m.id = p.message
           LEFT JOIN folder f ON f.mailbox = p.mailbox AND f.id = p.folder WHERE m.id IS NULL OR f.id IS NULL",
    ),
    (
        "a message that nothing needs",
        "SELECT m.mailbox, m.id FROM message m
         WHERE m.placements = 0 AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.mailbox = m.mailbox AND q.message = m.id AND q.ended IS NULL)",
    ),
    (
        "a queue row waits without its message",
        "SELECT q.mailbox, q.id FROM queue q LEFT JOIN message m ON m.mailbox = q.mailbox AND m.id = q.message
         WHERE q.ended IS NULL AND m.id IS NULL",
    ),
    (
        "a body without message, or a message with two bodies",
        "SELECT b.mailbox, b.message FROM body b LEFT JOIN message m ON m.mailbox = b.mailbox AND m.id = b.message
         WHERE m.id IS NULL OR m.blob IS NOT NULL",
    ),
    (
        "a message does not count its folders",
        "SELECT m.mailbox, m.id FROM message m LEFT JOIN (SELECT message, COUNT(*) AS times FROM placement GROUP BY message) c ON c.message = m.id
         WHERE m.placements <> COALESCE(c.times, 0)",
    ),
    (
        "a message number would be given again",
        "SELECT b.id, b.next_message FROM mailbox b JOIN (SELECT mailbox, MAX(number) AS top FROM message GROUP BY mailbox) m ON m.mailbox = b.id
         WHERE b.next_message <= m.top",
    ),
    (
        "words are kept of a message that is gone",
        "SELECT s.mailbox, s.message FROM search_message s LEFT JOIN message m ON m.mailbox = s.mailbox AND m.id = s.message WHERE m.id IS NULL",
    ),
    (
        "a word is kept that its message does not tell",
        "SELECT t.mailbox, t.message FROM search_term t LEFT JOIN search_message s ON s.mailbox = t.mailbox AND s.message = t.message
         WHERE s.message IS NULL",
    ),
    (
        "somebody used a mailbox whose movements never name her",
        "SELECT u.mailbox, u.at FROM last_use u LEFT JOIN movement_person n ON n.person = u.person AND n.mailbox = u.mailbox
         WHERE n.person IS NULL",
    ),
    (
        "a machine opens a mailbox that is no APP",
        "SELECT c.mailbox, c.added FROM app_certificate c JOIN mailbox b ON b.id = c.mailbox WHERE b.kind <> 'APP'",
    ),
    (
        "an object is doomed and still needed",
        "SELECT m.mailbox, m.id FROM message m JOIN doomed_blob d ON d.name = m.blob",
    ),
];

impl Store {
    /// Faults, in words; empty when all is well. Opens every message: it takes as long as reading the whole store.
    pub async fn audit(&self) -> Result<Vec<String>> {
        let mut faults = self.read_facts((), |tx, ()| Box::pin(ask(tx))).await?;
        let mut after = 0;
        loop {
            let page = self.read_facts(after, |tx, after| Box::pin(page(tx, *after))).await?;
            let Some(last) = page.last() else { break };
            after = last.1;
            for (mailbox, message, sealed) in page {
                let opened = match sealed {
                    Ok(sealed) => self.open_sealed(sealed).await.map(|_| ()),
                    Err(error) => Err(error),
                };
                if let Err(error) = opened {
                    faults.push(format!("mailbox {}: message {message} does not open: {error}", mailbox.0));
                }
            }
        }
        faults.extend(self.verify_journal().await?.faults);
        Ok(faults)
    }
}

async fn ask(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (fault, question) in QUESTIONS {
        for mut row in tx.rows(question, &[]).await? {
            let (mailbox, what): (i64, i64) = (row.take()?, row.take()?);
            faults.push(format!("mailbox {mailbox}: {fault}: {what}"));
        }
    }
    for mut row in tx.rows("SELECT id, state, state_since FROM mailbox WHERE id <> $1", params![OPERATOR.0]).await? {
        let (id, state, since): (i64, String, i64) = (row.take()?, row.take()?, row.take()?);
        let mailbox = tx.mailbox(MailboxId(id)).await?;
        let last = mailbox.movements.last().map_or(mailbox.created, |movement| movement.at);
        let fold = standing(&mailbox.movements, last);
        if state_word(fold.state()) != state || fold.state_since().micros() != since {
            faults.push(format!("mailbox {id}: its state is kept as {state}, its movements say otherwise"));
        }
    }
    Ok(faults)
}

type Kept = (MailboxId, i64, Result<Sealed>);

async fn page(tx: &mut Tx<'_>, after: i64) -> Result<Vec<Kept>> {
    let sql = "SELECT m.mailbox, m.id, m.number, m.size, m.shift, m.secret, m.glance, m.blob, b.data FROM message m
               LEFT JOIN body b ON b.message = m.id
               WHERE m.id > $1 ORDER BY m.id LIMIT $2";
    let mut kept = Vec::new();
    for mut row in tx.rows(sql, params![after, PAGE]).await? {
        let (mailbox, id, number) = (MailboxId(row.take()?), row.take::<i64>()?, row.take()?);
        let (size, shift, secret, glance): (u32, u32, Vec<u8>, Vec<u8>) = (row.take()?, row.take()?, row.take()?, row.take()?);
        let body = body_of(&mut row);
        let key = tx.key(mailbox).await?.unwrap(number, &secret);
        let sealed = body
            .and_then(|body| Ok(Sealed { key: key?, body: Some(body), glance: Some(glance), size: size - shift, prefix: String::new() }));
        kept.push((mailbox, id, sealed));
    }
    Ok(kept)
}
