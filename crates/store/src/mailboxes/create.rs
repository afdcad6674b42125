//! A mailbox begins: its row, its key, its first movements, its standard folders.
//!
//! Requirements: BAL-01, BAL-06, CAB-01, CAB-03, CAB-04, CAB-05, CGU-03, LPS-41, TRU-51 (an address is never given twice, not even after its mailbox closed).

use std::collections::BTreeSet;

use rules::mailbox::{Bearer, Kind, MailboxId, Wanted, may_create};
use rules::movement::{Change, attestation, by_staff};
use rules::register::{Person, Structure};
use rules::{Address, Author, Channel, Domain, Moment, Refusal};

use super::NewMailbox;
use super::movements::{Made, canonical, write_movement};
use crate::door::OPERATOR;
use crate::engine::{Tx, params};
use crate::folders::SpecialUse;
use crate::words::json;
use crate::{Error, Result, Store};

struct Args {
    new: NewMailbox,
    agreed: bool,
    author: Author,
    channel: Channel,
    now: Moment,
}

/// `INBOX` and the four of LPS-41; their numbers are the same in every mailbox.
const STANDARD: [(&str, Option<SpecialUse>); 5] = [
    ("INBOX", None),
    ("Sent", Some(SpecialUse::Sent)),
    ("Drafts", Some(SpecialUse::Drafts)),
    ("Trash", Some(SpecialUse::Trash)),
    ("Archive", Some(SpecialUse::Archive)),
];

impl Store {
    /// A mailbox that somebody asks for today: `rules::mailbox::may_create` decides on the register as it is in this very transaction.
    /// `agreed`: a person who opens her own agreed to the owner's contract (CGU-03); it is kept with the movement.
    pub async fn create_mailbox(&self, new: NewMailbox, agreed: bool, author: Author, channel: Channel, now: Moment) -> Result<MailboxId> {
        self.context.note(now);
        let args = Args { new, agreed, author, channel, now };
        self.write(args, |tx, args| {
            Box::pin(async move {
                let new = known(tx, &args.new).await?;
                judge(tx, &new, args.now).await?;
                create(tx, &new, args, true).await
            })
        })
        .await
    }

    /// Addresses proposed for the cabinet of this practice, the best first: fit by the naming rule and never used (CAB-04, TRU-51). None when
    /// the practice is called after a person and nothing else: its people choose a word.
    pub async fn propose_cabinet_names(&self, structure: &Structure, people: &[Person], domain: &Domain) -> Result<Vec<Address>> {
        let people: Vec<&Person> = people.iter().collect();
        let mut refused = BTreeSet::new();
        // Each round learns which of the names proposed are taken; there are eleven to choose from.
        loop {
            let name = structure.sign.as_deref().filter(|sign| !sign.is_empty()).unwrap_or(&structure.name);
            let proposed = self.context.naming.propose(name, &people, |local| refused.contains(local));
            let addresses: Vec<Address> = proposed.iter().filter_map(|local| Address::parse(&format!("{local}@{domain}")).ok()).collect();
            let known = refused.len();
            for address in &addresses {
                if self.mailbox(address).await?.is_some() {
                    refused.insert(address.local().to_owned());
                }
            }
            if refused.len() == known {
                return Ok(addresses);
            }
        }
    }

    /// A mailbox that exists elsewhere, with its past (migration, synthetic data): it was judged when it began, and its holder may be gone since.
    pub async fn import_mailbox(&self, new: NewMailbox, author: Author, channel: Channel, now: Moment) -> Result<MailboxId> {
        self.context.note(now);
        self.write(Args { new, agreed: false, author, channel, now }, |tx, args| {
            Box::pin(async move {
                let new = known(tx, &args.new).await?;
                create(tx, &new, args, false).await
            })
        })
        .await
    }
}

/// The same mailbox, naming persons and structure as the register does (BAL-06).
async fn known(tx: &mut Tx<'_>, new: &NewMailbox) -> Result<NewMailbox> {
    let mut new = new.clone();
    if let Some(person) = new.bearer_person() {
        *person = tx.person(person).await?.map_or_else(|| person.clone(), |known| known.idnat);
    }
    for change in &mut new.first {
        let person = match change.person() {
            Some(person) => tx.person(person).await?,
            None => None,
        };
        *change = canonical(change, person.as_ref());
    }
    for structure in new.structures() {
        if let Some(found) = tx.find_structure(structure).await? {
            *structure = found.id;
        }
    }
    Ok(new)
}

impl NewMailbox {
    fn bearer_person(&mut self) -> Option<&mut rules::IdNat> {
        if let Bearer::Person { idnat, .. } = &mut self.bearer { Some(idnat) } else { None }
    }

    fn structures(&mut self) -> impl Iterator<Item = &mut String> {
        let bearer = if let Bearer::Structure { structure } = &mut self.bearer { Some(structure) } else { None };
        bearer.into_iter().chain(&mut self.structure)
    }
}

async fn judge(tx: &mut Tx<'_>, new: &NewMailbox, now: Moment) -> Result<()> {
    let owner = match owner(new) {
        Some(idnat) => Some(tx.person(&idnat).await?.ok_or(Error::Refused(Refusal::PersonUnknown))?),
        None => None,
    };
    let place = match &new.bearer {
        Bearer::Structure { structure } => Some(structure),
        Bearer::Person { .. } => new.structure.as_ref(),
    };
    let structure = match place {
        Some(id) => tx.structure(id).await?,
        None => None,
    };
    let situation = if let Bearer::Person { situation, .. } = &new.bearer { situation.as_deref() } else { None };
    let wanted = Wanted { address: &new.address, kind: new.kind, owner: owner.as_ref(), structure: structure.as_ref(), situation };
    may_create(&wanted, &tx.context.naming, now).map_err(Error::Refused)
}

async fn create(tx: &mut Tx<'_>, new: &NewMailbox, args: &Args, judged: bool) -> Result<MailboxId> {
    if tx.mailbox_id(&new.address).await?.is_some() {
        return Err(Error::Refused(Refusal::AddressTaken));
    }
    let id = insert(tx, new, args.now).await?.ok_or(Error::Refused(Refusal::AddressTaken))?;
    let opened = Change::Opened { owner: owner(new) };
    let made = |change, attested| Made { change, reason: None, attested, author: &args.author, channel: args.channel, now: args.now };
    if judged {
        attestation(&opened, &args.author, args.agreed)?;
    }
    write_movement(tx, id, &made(&opened, args.agreed)).await?;
    for change in &new.first {
        if judged {
            let person = match change.person() {
                Some(person) => tx.person(person).await?,
                None => None,
            };
            by_staff(&tx.mailbox(id).await?, change, person.as_ref(), args.now)?;
        }
        write_movement(tx, id, &made(change, false)).await?;
        if judged {
            let mailbox = tx.mailbox(id).await?;
            tx.notify_of(&mailbox, change, &args.author, args.now).await?;
        }
    }
    for (name, special) in STANDARD {
        tx.insert_folder(id, name, special, true, args.now).await?;
    }
    Ok(id)
}

/// Its row, with a key of its own.
async fn insert(tx: &mut Tx<'_>, new: &NewMailbox, now: Moment) -> Result<Option<MailboxId>> {
    let sql = "INSERT INTO mailbox (address, kind, bearer, label, structure, created, state, state_since, revision, modseq, next_message,
                 next_folder, uid_validity, head_seq, head_hash, dek)
               VALUES ($1, $2, $3, $4, $5, $6, 'DEMANDEE', $7, 1, 0, 1, 1, 0, 0, $8, $9) ON CONFLICT (address) DO NOTHING RETURNING id";
    let (bearer, none): (_, &[u8]) = (json(&new.bearer)?, &[]);
    let structure = new.structure.as_deref();
    let zero = [0u8; 32];
    let values = params![new.address.as_str(), new.kind.as_str(), &bearer, &new.label, structure, now, now, &zero, none];
    let Some(mut row) = tx.row(sql, values).await? else { return Ok(None) };
    let id = MailboxId(row.take()?);
    let dek = tx.context.vault.draw(id)?;
    // Kept at once: if an earlier attempt at this number was undone, its key must not be found in its place.
    tx.context.vault.unwrap(id, &dek)?;
    tx.exec("UPDATE mailbox SET dek = $1 WHERE id = $2", params![&dek, id.0]).await?;
    Ok(Some(id))
}

fn owner(new: &NewMailbox) -> Option<rules::IdNat> {
    match (&new.bearer, new.kind) {
        (Bearer::Person { idnat, .. }, Kind::Per | Kind::Cab) => Some(idnat.clone()),
        _ => None,
    }
}

/// The operator's own row, made at the first start: its key proves at every later start that the key-encryption key is the right one.
pub(crate) async fn operator(tx: &mut Tx<'_>) -> Result<()> {
    if tx.row("SELECT id FROM mailbox WHERE id = $1", params![OPERATOR.0]).await?.is_none() {
        let dek = tx.context.vault.draw(OPERATOR)?;
        let sql = "INSERT INTO mailbox (id, address, kind, bearer, label, created, state, state_since, revision, modseq, next_message,
                     next_folder, uid_validity, head_seq, head_hash, dek)
                   VALUES ($1, '', 'APP', '{\"structure\":\"\"}', '', 0, 'CLOSE', 0, 1, 0, 1, 1, 0, 0, $2, $3) ON CONFLICT (id) DO NOTHING";
        tx.exec(sql, params![OPERATOR.0, &[0u8; 32], &dek]).await?;
    }
    tx.key(OPERATOR).await.map_err(|_| Error::Internal("the key-encryption key is not the one this store was made with".to_owned()))?;
    Ok(())
}
