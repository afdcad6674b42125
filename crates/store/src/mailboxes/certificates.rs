//! Certificates of machines that open an APP mailbox, by their normalised name (DN).
//!
//! Requirements: BAL-01, PSC-A, PSC-41, LPS-22. Facts only: whether a certificate is good is the `trust` room's to say, which also normalises its name.

use rules::journal::{Act, Entry};
use rules::mailbox::{Bearer, Kind, MailboxId, certificate_of_bearer, may_enter_certificate};
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

/// A certificate to enter beside an APP mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCertificate {
    /// Its name in normal form.
    pub dn: String,
    /// The structure it names (`OU`), `1`+FINESS or `3`+SIRET.
    pub structure: Option<String>,
    /// Who approves that it is another structure's than the bearer's.
    pub approved_by: Option<String>,
}

struct Args {
    address: Address,
    certificate: NewCertificate,
    author: Author,
    channel: Channel,
    now: Moment,
}

impl Store {
    /// This certificate opens the APP mailbox from now on.
    pub async fn add_certificate(
        &self,
        address: &Address,
        certificate: NewCertificate,
        author: Author,
        channel: Channel,
        now: Moment,
    ) -> Result<()> {
        self.context.note(now);
        let args = Args { address: address.clone(), certificate, author, channel, now };
        self.write(args, |tx, args| Box::pin(add(tx, args))).await
    }

    /// It opens it no more: its open sessions end at their next command. The journal keeps both.
    pub async fn remove_certificate(&self, address: &Address, dn: &str, author: Author, channel: Channel, now: Moment) -> Result<()> {
        self.context.note(now);
        let certificate = NewCertificate { dn: dn.to_owned(), structure: None, approved_by: None };
        let args = Args { address: address.clone(), certificate, author, channel, now };
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
    let NewCertificate { dn, structure, approved_by } = &args.certificate;
    let bearer = match tx.mailbox(id).await?.bearer {
        Bearer::Structure { structure } => tx.structure(&structure).await?,
        Bearer::Person { .. } => None,
    };
    may_enter_certificate(structure.as_deref(), bearer.as_ref(), approved_by.as_deref())?;
    // An approval that nothing asks for is not one.
    let approved_by = approved_by.as_deref().filter(|_| !certificate_of_bearer(structure.as_deref(), bearer.as_ref()));
    let author = text(&args.author)?;
    let sql = "INSERT INTO app_certificate (mailbox, dn, added, author) VALUES ($1, $2, $3, $4) ON CONFLICT (mailbox, dn) DO NOTHING";
    if tx.exec(sql, params![id.0, dn, args.now, &author]).await? == 0 {
        return Err(Error::Refused(Refusal::AlreadyThere));
    }
    moved(tx, id, Act::CertificateAdded, args, approved_by).await
}

async fn remove(tx: &mut Tx<'_>, args: &Args) -> Result<()> {
    let id = app(tx, &args.address).await?;
    if tx.exec("DELETE FROM app_certificate WHERE mailbox = $1 AND dn = $2", params![id.0, &args.certificate.dn]).await? == 0 {
        return Err(Error::Refused(Refusal::NotThere));
    }
    moved(tx, id, Act::CertificateRemoved, args, None).await
}

/// The rights of the mailbox moved: every open session is decided anew (PSC-39), and the journal says by whom.
async fn moved(tx: &mut Tx<'_>, id: MailboxId, act: Act, args: &Args, approved_by: Option<&str>) -> Result<()> {
    let held = tx.hold(id).await?;
    held.bump_revision();
    let revision = held.revision;
    tx.effects.moved.push((id, revision));
    let mut facts = json!({ "dn": args.certificate.dn });
    if let Some(name) = approved_by {
        facts["approved_by"] = name.trim().into();
    }
    let line = Entry { at: args.now, author: args.author.clone(), act, object: args.address.to_string(), channel: args.channel, facts };
    tx.journal(id, &line).await
}

impl Tx<'_> {
    /// Names of the certificates that open a mailbox.
    pub(crate) async fn certificates_of(&mut self, mailbox: MailboxId) -> Result<Vec<String>> {
        let rows = self.rows("SELECT dn FROM app_certificate WHERE mailbox = $1 ORDER BY dn", params![mailbox.0]).await?;
        rows.into_iter().map(|mut row| row.take()).collect()
    }

    /// The one mailbox that a certificate opens; none when it opens none, or several (LPS-22).
    pub(crate) async fn only_mailbox_of(&mut self, dn: &str) -> Result<Option<MailboxId>> {
        let sql = "SELECT c.mailbox FROM app_certificate c JOIN mailbox b ON b.id = c.mailbox
                   WHERE c.dn = $1 AND b.state NOT IN ('DEMANDEE', 'CLOSE') LIMIT 2";
        let mut rows = self.rows(sql, params![dn]).await?;
        match rows.as_mut_slice() {
            [only] => Ok(Some(MailboxId(only.take()?))),
            _ => Ok(None),
        }
    }
}

async fn certificates(tx: &mut Tx<'_>, address: &Address) -> Result<Vec<Certificate>> {
    let id = tx.mailbox_id(address).await?.ok_or(Error::NotFound("mailbox"))?;
    let rows = tx.rows("SELECT dn, added, author FROM app_certificate WHERE mailbox = $1 ORDER BY added, dn", params![id.0]).await?;
    let read =
        |mut row: crate::engine::Row| Ok(Certificate { dn: row.take()?, added: row.take()?, author: from_json(&row.take::<String>()?)? });
    rows.into_iter().map(read).collect()
}
