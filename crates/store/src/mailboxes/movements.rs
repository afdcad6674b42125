//! One movement, written after `rules` said yes on the facts of the very same transaction.
//!
//! Requirements: CAB-06, CAB-08, CAB-12, CAB-15, CAB-17, DEL-02, DEL-03, DEL-08, DEL-14; invariant 3. Append-only. Bumps the revision, so that open sessions are
//! decided anew (PSC-39), and keeps `state`, a cache of the fold of the movements.

use rules::access::Access;
use rules::journal::Entry;
use rules::mailbox::{Kind, Mailbox, MailboxId};
use rules::movement::{Change, attestation, by_person, evidence, not_during_vacancy, standing};
use rules::register::Person;
use rules::{Address, Author, Channel, IdNat, Moment, Refusal};
use serde_json::json;

use crate::engine::{Tx, params};
use crate::{Error, Result, Store, words};

type Decide = dyn Fn(&Mailbox, Option<&Person>) -> std::result::Result<(), Refusal> + Send + Sync;

struct Args {
    address: Address,
    change: Change,
    reason: Option<String>,
    attested: bool,
    author: Author,
    channel: Channel,
    now: Moment,
    decide: Box<Decide>,
    /// Made elsewhere before: nobody is written to about it.
    imported: bool,
}

/// A movement about to be written.
pub(crate) struct Made<'a> {
    pub(crate) change: &'a Change,
    pub(crate) reason: Option<&'a str>,
    pub(crate) attested: bool,
    pub(crate) author: &'a Author,
    pub(crate) channel: Channel,
    pub(crate) now: Moment,
}

impl Store {
    /// Writes one movement after `decide` (a function of `rules`) said yes on the facts of this very transaction.
    /// `decide` gets the mailbox with its movements, and the person the change is about (if any). `attested`: the author declared that the
    /// person let in is entitled and bound by secrecy; `reason`: staff's evidence when it acts in the place of the people of the mailbox.
    #[allow(clippy::too_many_arguments)]
    pub async fn move_mailbox<F>(
        &self,
        address: &Address,
        change: Change,
        reason: Option<String>,
        attested: bool,
        author: Author,
        channel: Channel,
        now: Moment,
        decide: F,
    ) -> Result<Mailbox>
    where
        F: Fn(&Mailbox, Option<&Person>) -> std::result::Result<(), rules::Refusal> + Send + Sync + 'static,
    {
        let decide = Box::new(decide);
        self.make(Args { address: address.clone(), change, reason, attested, author, channel, now, decide, imported: false }).await
    }

    /// As [`Self::move_mailbox`], of the past of a mailbox that existed elsewhere (migration, synthetic data): nobody is written to about it.
    #[allow(clippy::too_many_arguments)]
    pub async fn import_movement<F>(
        &self,
        address: &Address,
        change: Change,
        reason: Option<String>,
        author: Author,
        channel: Channel,
        now: Moment,
        decide: F,
    ) -> Result<Mailbox>
    where
        F: Fn(&Mailbox, Option<&Person>) -> std::result::Result<(), rules::Refusal> + Send + Sync + 'static,
    {
        let decide = Box::new(decide);
        self.make(Args { address: address.clone(), change, reason, attested: true, author, channel, now, decide, imported: true }).await
    }

    async fn make(&self, args: Args) -> Result<Mailbox> {
        self.context.note(args.now);
        self.write(args, |tx, args| Box::pin(make(tx, args))).await
    }

    /// A movement that the holder of an access asks: her own right decides, on the facts of this very transaction.
    pub async fn move_as(
        &self,
        access: &Access,
        change: Change,
        reason: Option<String>,
        attested: bool,
        channel: Channel,
        now: Moment,
    ) -> Result<Mailbox> {
        let (held, asked) = (access.clone(), change.clone());
        let decide = move |mailbox: &Mailbox, person: Option<&Person>| by_person(&held, mailbox, &asked, person, now);
        self.move_mailbox(access.address(), change, reason, attested, access.author(), channel, now, decide).await
    }
}

async fn make(tx: &mut Tx<'_>, args: &Args) -> Result<Mailbox> {
    let id = tx.mailbox_id(&args.address).await?.ok_or(Error::NotFound("mailbox"))?;
    tx.hold(id).await?;
    let mailbox = tx.mailbox(id).await?;
    let person = match args.change.person() {
        Some(person) => tx.person(person).await?,
        None => None,
    };
    let owner = match standing(&mailbox.movements, args.now).owner() {
        Some(owner) => tx.person(owner).await?,
        None => None,
    };
    (args.decide)(&mailbox, person.as_ref())?;
    not_during_vacancy(&mailbox, owner.as_ref(), &args.change, args.now)?;
    attestation(&args.change, &args.author, args.attested)?;
    let reason = args.reason.as_deref();
    evidence(&args.change, &args.author, reason)?;
    let change = canonical(&args.change, person.as_ref());
    let made = Made { change: &change, reason, attested: args.attested, author: &args.author, channel: args.channel, now: args.now };
    write_movement(tx, id, &made).await?;
    if !args.imported {
        tx.notify_of(&mailbox, &change, &args.author, args.now).await?;
    }
    tx.mailbox(id).await
}

/// Appends the movement, its journal line, and what follows from it: revision, state, owner in the directory.
pub(crate) async fn write_movement(tx: &mut Tx<'_>, id: MailboxId, made: &Made<'_>) -> Result<()> {
    let mut row = tx.one("SELECT COALESCE(MAX(seq), 0) + 1 FROM movement WHERE mailbox = $1", params![id.0]).await?;
    let seq: i64 = row.take()?;
    let (author, change) = (words::json(made.author)?, words::json(made.change)?);
    tx.exec(
        "INSERT INTO movement (mailbox, seq, at, author, change, reason, attested) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id.0, seq, made.now, &author, &change, made.reason, made.attested],
    )
    .await?;
    if let Some(person) = made.change.person() {
        let sql = "INSERT INTO movement_person (person, mailbox) VALUES ($1, $2) ON CONFLICT (person, mailbox) DO NOTHING";
        tx.exec(sql, params![person.as_str(), id.0]).await?;
    }
    let mailbox = tx.mailbox(id).await?;
    let now_standing = standing(&mailbox.movements, made.now);
    let held = tx.hold(id).await?;
    if moves_rights(made.change) {
        held.bump_revision();
        held.set_state(now_standing.state(), now_standing.state_since());
        let revision = held.revision;
        tx.effects.moved.push((id, revision));
    } else {
        tx.effects.woken.push(id);
    }
    if let (Change::HandedOver { to }, Kind::Cab | Kind::Per) = (made.change, mailbox.kind) {
        let bearer = words::json(&rules::mailbox::Bearer::Person { idnat: to.clone(), situation: None })?;
        tx.exec("UPDATE mailbox SET bearer = $1 WHERE id = $2", params![&bearer, id.0]).await?;
    }
    tx.journal(id, &line(seq, &mailbox, made)).await
}

fn line(seq: i64, mailbox: &Mailbox, made: &Made<'_>) -> Entry {
    let facts = match made.change {
        Change::Delegated { from, until, .. } => {
            json!({ "movement": seq, "from": from.map(|m| m.to_string()), "until": until.map(|m| m.to_string()) })
        }
        _ => json!({ "movement": seq }),
    };
    let object = made.change.person().map_or_else(|| mailbox.address.to_string(), IdNat::to_string);
    Entry { at: made.now, author: made.author.clone(), act: made.change.act(), object, channel: made.channel, facts }
}

/// Word between people, which gives and takes no right: open sessions need not be decided anew.
fn moves_rights(change: &Change) -> bool {
    !matches!(change, Change::Accepted { .. } | Change::HandOverOffered { .. } | Change::HandOverDropped { .. })
}

/// The same change, naming the person by the number the register knows her under, not by an alias.
pub(crate) fn canonical(change: &Change, known: Option<&Person>) -> Change {
    let mut change = change.clone();
    if let (Some(known), Some(person)) = (known, change.person_mut()) {
        *person = known.idnat.clone();
    }
    change
}
