//! Who may act on a mailbox, decided inside the transaction that acts. The only caller of [`rules::access::open`] and of its sister for machines.
//!
//! Requirements: PSC-39, PSC-41, LPS-22, LPS-31, CAB-10, DEL-08. A right is never believed because it was good at login: each command sees that the
//! mailbox has not moved since, and decides anew when it has.

use rules::access::{Access, Holder};
use rules::mailbox::{Mailbox, MailboxId, State};
use rules::movement::Movement;
use rules::register::Person;
use rules::terms::Terms;
use rules::{Address, IdNat, Moment, Refusal};

use crate::engine::{Row, Tx, params};
use crate::words::{from_json, kind_of, parse};
use crate::{Error, Result};

/// Columns of a mailbox, in the order `mailbox_of` takes them.
pub(crate) const MAILBOX: &str = "id, address, kind, bearer, label, structure, created, revision";

pub(crate) fn mailbox_of(row: &mut Row) -> Result<Mailbox> {
    Ok(Mailbox {
        id: MailboxId(row.take()?),
        address: parse(&row.take::<String>()?)?,
        kind: kind_of(&row.take::<String>()?)?,
        bearer: from_json(&row.take::<String>()?)?,
        label: row.take()?,
        structure: row.take()?,
        created: row.take()?,
        revision: row.take()?,
        movements: Vec::new(),
    })
}

impl Tx<'_> {
    pub(crate) async fn mailbox_id(&mut self, address: &Address) -> Result<Option<MailboxId>> {
        let row = self.row("SELECT id FROM mailbox WHERE address = $1", params![address.as_str()]).await?;
        row.map(|mut row| row.take().map(MailboxId)).transpose()
    }

    /// The mailbox with all its movements, as of this transaction.
    pub(crate) async fn mailbox(&mut self, id: MailboxId) -> Result<Mailbox> {
        let sql = format!("SELECT {MAILBOX} FROM mailbox WHERE id = $1");
        let mut row = self.row(&sql, params![id.0]).await?.ok_or(Error::NotFound("mailbox"))?;
        let mut mailbox = mailbox_of(&mut row)?;
        if let Some(held) = self.held.iter().find(|held| held.id == id) {
            mailbox.revision = held.revision;
        }
        let sql = "SELECT seq, at, author, change, reason, attested FROM movement WHERE mailbox = $1 ORDER BY seq";
        for mut row in self.rows(sql, params![id.0]).await? {
            mailbox.movements.push(Movement {
                seq: row.take()?,
                at: row.take()?,
                by: from_json(&row.take::<String>()?)?,
                change: from_json(&row.take::<String>()?)?,
                reason: row.take()?,
                attested: row.take()?,
            });
        }
        Ok(mailbox)
    }

    /// A person by national number, or by another number that finds the same person.
    pub(crate) async fn person(&mut self, idnat: &IdNat) -> Result<Option<Person>> {
        let sql = "SELECT body FROM person WHERE idnat = $1
                   UNION ALL SELECT p.body FROM person_alias a JOIN person p ON p.idnat = a.idnat WHERE a.alias = $1 LIMIT 1";
        let row = self.row(sql, params![idnat.as_str()]).await?;
        row.map(|mut row| from_json(&row.take::<String>()?)).transpose()
    }

    /// What this person accepted: the version in force if she did, otherwise the latest.
    pub(crate) async fn terms(&mut self, person: &IdNat, now: Moment) -> Result<Terms> {
        let current = self.terms_in_force(now).await?;
        let sql = "SELECT version, at FROM terms_acceptance WHERE person = $1
                   ORDER BY CASE WHEN version = $2 THEN 0 ELSE 1 END, at DESC, version DESC LIMIT 1";
        let latest = self.row(sql, params![person.as_str(), &current]).await?;
        let accepted = latest.map(|mut row| Ok::<_, Error>((row.take()?, row.take()?))).transpose()?;
        Ok(Terms { current, accepted, url: self.context.terms_url.clone() })
    }

    /// The decision, on the facts of this transaction. An unknown mailbox is read as far as a known one, and answers as one without right (PSC-25).
    pub(crate) async fn decide(
        &mut self,
        mailbox: Option<MailboxId>,
        person: &IdNat,
        now: Moment,
    ) -> Result<std::result::Result<Access, Refusal>> {
        let person = self.person(person).await?;
        // The operator's own row stands in for an unknown mailbox: the same readings, the same delay.
        let facts = self.mailbox(mailbox.unwrap_or(OPERATOR)).await;
        let Some(person) = person else { return Ok(Err(Refusal::PersonUnknown)) };
        let terms = self.terms(&person.idnat, now).await?;
        // Step 8 of PSC-21 comes before step 9: who is no professional today is told so, whatever the mailbox.
        if let Err(refusal) = person.admissible(now) {
            return Ok(Err(refusal));
        }
        if mailbox.is_none() {
            return Ok(Err(Refusal::NoRight));
        }
        let facts = facts?;
        Ok(rules::access::open(&facts, &person, &terms, not_before_the_last(&facts, now)))
    }

    /// The same for a machine, by the DN of its certificate. An unknown mailbox answers as one that this certificate does not open (LPS-22).
    pub(crate) async fn decide_machine(
        &mut self,
        mailbox: Option<MailboxId>,
        dn: &str,
        now: Moment,
    ) -> Result<std::result::Result<Access, Refusal>> {
        let facts = self.mailbox(mailbox.unwrap_or(OPERATOR)).await;
        let certificates = self.certificates_of(mailbox.unwrap_or(OPERATOR)).await?;
        if mailbox.is_none() {
            return Ok(Err(Refusal::CertificateRefused));
        }
        let facts = facts?;
        Ok(rules::access::open_machine(&facts, dn, &certificates, not_before_the_last(&facts, now)))
    }

    /// The decision anew, for whoever held this access.
    pub(crate) async fn decide_again(&mut self, access: &Access, now: Moment) -> Result<std::result::Result<Access, Refusal>> {
        match access.holder() {
            Holder::Person { id, .. } => self.decide(Some(access.mailbox()), id, now).await,
            Holder::Machine { dn } => self.decide_machine(Some(access.mailbox()), dn, now).await,
        }
    }

    /// Lets an access act in this transaction. Returns the access to act with: decided anew when the mailbox has moved.
    pub(crate) async fn guard(&mut self, access: &Access, now: Moment) -> Result<Access> {
        let id = access.mailbox();
        let revision = if self.writes() {
            self.hold(id).await?.revision
        } else {
            let row = self.row("SELECT revision FROM mailbox WHERE id = $1", params![id.0]).await?;
            row.ok_or(Error::NotFound("mailbox"))?.take()?
        };
        if revision == access.revision() && access.holds_at(now) {
            return Ok(access.clone());
        }
        match self.decide_again(access, now).await? {
            Ok(access) => Ok(access),
            Err(_) => Err(Error::Refused(Refusal::RightLost)),
        }
    }

    /// As [`Self::guard`], for an act that changes something: a mailbox that is being closed is only read (TRU-55).
    pub(crate) async fn guard_change(&mut self, access: &Access, now: Moment) -> Result<Access> {
        let access = self.guard(access, now).await?;
        if access.state() == State::Active { Ok(access) } else { Err(Error::NotAllowed("the mailbox is being closed")) }
    }
}

/// A caller that read its clock just before the last movement was written must not be judged as if that had not happened: the
/// access it would get carries the new revision, and nothing would make it be decided again.
fn not_before_the_last(mailbox: &Mailbox, now: Moment) -> Moment {
    mailbox.movements.iter().map(|movement| movement.at).fold(now, Moment::max)
}

/// The operator itself: the register's chain, and the messages it writes in its own name.
pub(crate) const OPERATOR: MailboxId = MailboxId(rules::journal::REGISTER_CHAIN);
