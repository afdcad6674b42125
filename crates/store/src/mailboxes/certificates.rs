//! Certificates of machines that open an APP mailbox, by their normalised name (DN).
//!
//! Requirements: BAL-01, PSC-A. Facts only: whether a certificate is good is the `trust` room's to say, which also normalises its name.

use rules::journal::{Act, Entry};
use rules::mailbox::{Kind, MailboxId};
use rules::{Address, Author, Channel, Moment, Refusal};
use serde_json::json;

use crate::engine::{Tx, params};
use crate::words::{from_json, json as text};
use crate::{Error, Result, Store};

/// One machine's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub dn: String,
    pub added: Moment,
    pub author: Author,
}

struct Args {
    address: Address,
    dn: String,
    author: Author,
    channel: Channel,
    now: Moment,
}

impl Store {
    /// This certificate opens the APP mailbox from now on.
    pub async fn add_certificate(&self, address: &Address, dn: &str, author: Author, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = Args { address: address.clone(), dn: dn.to_owned(), author, channel, now };
        self.write(args, |tx, args| Box::pin(add(tx, args))).await
    }

    /// It opens it no more. The journal keeps both.
    pub async fn remove_certificate(&self, address: &Address, dn: &str, author: Author, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let args = Args { address: address.clone(), dn: dn.to_owned(), author, channel, now };
        self.write(args, |tx, args| Box::pin(remove(tx, args))).await
    }

    pub async fn certificates(&self, address: &Address) -> Result<Vec<Certificate>> {
        self.read_facts(address.clone(), |tx, address| Box::pin(certificates(tx, address))).await
    }
}

async fn app(tx: &mut Tx<'_>, address: &Address) -> Result<MailboxId> {
    let id = tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?;
    if tx.hold(id).await?.kind == Kind::App { Ok(id) } else { Err(Error::Refused(Refusal::NotForThisKind)) }
}

async fn add(tx: &mut Tx<'_>, args: &Args) -> Result<()> {
    let id = app(tx, &args.address).await?;
    let author = text(&args.author)?;
    let sql = "INSERT INTO app_certificate (mailbox, dn, added, author) VALUES ($1, $2, $3, $4) ON CONFLICT (mailbox, dn) DO NOTHING";
    if tx.exec(sql, params![id.0, &args.dn, args.now, &author]).await? == 0 {
        return Err(Error::Refused(Refusal::AlreadyThere));
    }
    journal(tx, id, Act::CertificateAdded, args).await
}

async fn remove(tx: &mut Tx<'_>, args: &Args) -> Result<()> {
    let id = app(tx, &args.address).await?;
    if tx.exec("DELETE FROM app_certificate WHERE mailbox = $1 AND dn = $2", params![id.0, &args.dn]).await? == 0 {
        return Err(Error::Refused(Refusal::NotThere));
    }
    journal(tx, id, Act::CertificateRemoved, args).await
}

async fn journal(tx: &mut Tx<'_>, id: MailboxId, act: Act, args: &Args) -> Result<()> {
    let (author, facts) = (args.author.clone(), json!({ "dn": args.dn }));
    let line = Entry { at: args.now, author, act, object: args.address.to_string(), channel: args.channel, facts };
    tx.journal(id, &line).await
}

async fn certificates(tx: &mut Tx<'_>, address: &Address) -> Result<Vec<Certificate>> {
    let id = tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?;
    let rows = tx.rows("SELECT dn, added, author FROM app_certificate WHERE mailbox = $1 ORDER BY added, dn", params![id.0]).await?;
    let read =
        |mut row: crate::engine::Row| Ok(Certificate { dn: row.take()?, added: row.take()?, author: from_json(&row.take::<String>()?)? });
    rows.into_iter().map(read).collect()
}
