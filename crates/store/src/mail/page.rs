//! A page of a folder as a list shows it: newest first, with who opened what, and all the folders beside. One reading, one snapshot.
//!
//! Requirements: LPS-30, LPS-43, CAB-10, CAB-16. It never marks anything as read, and never gives the bytes of a message.

use std::collections::BTreeMap;

use rules::access::Access;
use rules::mailbox::MailboxId;
use rules::{IdNat, Moment};

use super::read::one;
use super::{Stored, Want};
use crate::engine::{Row, Tx, list, params};
use crate::folders::name::canonical;
use crate::folders::{Folder, FolderId};
use crate::{Error, Result, Store};

/// Which folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    Id(FolderId),
    Name(String),
}

/// Where in the folder a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Newest,
    /// The letters just older than this one.
    Before(u32),
    /// The letters just newer than this one.
    After(u32),
}

/// A page of a folder.
#[derive(Clone, Debug)]
pub struct Page {
    /// What people call the mailbox.
    pub label: String,
    pub folders: Vec<Folder>,
    pub folder: Folder,
    /// Newest first, with their glance.
    pub letters: Vec<Stored>,
    /// Who opened each letter, the first one first, by number of the message. Letters that nobody opened are absent.
    pub opened: BTreeMap<i64, Vec<Opened>>,
    pub older: bool,
    pub newer: bool,
}

/// Somebody who opened a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub person: IdNat,
    /// `Nadia SUREAU`; empty when the register does not know the person any more.
    pub name: String,
    /// The first time.
    pub at: Moment,
}

struct Args {
    access: Access,
    which: Which,
    place: Place,
    limit: i64,
    now: Moment,
}

impl Store {
    /// A page of `limit` letters (at most some hundreds).
    pub async fn mail_page(&self, access: &Access, which: &Which, place: Place, limit: u32, now: Moment) -> Result<Page> {
        self.context.note(now);
        let which = match which {
            Which::Id(id) => Which::Id(*id),
            Which::Name(name) => Which::Name(canonical(name)?),
        };
        let args = Args { access: access.clone(), which, place, limit: limit.into(), now };
        let (mut page, sealed) = self.read_facts(args, |tx, args| Box::pin(page(tx, args))).await?;
        for (mut stored, sealed) in sealed {
            if let Some(sealed) = sealed {
                stored.glance = self.open_sealed(sealed).await?.glance;
            }
            page.letters.push(stored);
        }
        Ok(page)
    }

    /// Who opened these messages (by their numbers in the mailbox), the first one first.
    pub async fn opened_by(&self, access: &Access, messages: &[i64], now: Moment) -> Result<BTreeMap<i64, Vec<Opened>>> {
        self.context.note(now);
        let args = (access.clone(), messages.to_vec(), now);
        self.read_facts(args, |tx, (access, messages, now)| {
            Box::pin(async move {
                let access = tx.guard(access, *now).await?;
                let sql = "SELECT m.number, o.person, o.at FROM opened_by o JOIN message m ON m.id = o.message
                           WHERE o.mailbox = $1 AND m.number IN_LIST($2) ORDER BY o.at, o.person";
                let rows = tx.rows(sql, params![access.mailbox().0, &list(messages.iter().copied())]).await?;
                openers(tx, rows).await
            })
        })
        .await
    }
}

type Sealed = Vec<(Stored, Option<crate::parcel::Sealed>)>;

async fn page(tx: &mut Tx<'_>, args: &Args) -> Result<(Page, Sealed)> {
    let access = tx.guard(&args.access, args.now).await?;
    let mailbox = access.mailbox();
    let folders = tx.folders(mailbox).await?;
    let wanted = |folder: &&Folder| match &args.which {
        Which::Id(id) => folder.id == *id,
        Which::Name(name) => folder.name == *name,
    };
    let folder = folders.iter().find(wanted).cloned().ok_or(Error::NotFound("folder"))?;
    let mut row = tx.row("SELECT label FROM mailbox WHERE id = $1", params![mailbox.0]).await?.ok_or(Error::NotFound("mailbox"))?;
    let label = row.take()?;
    let (side, bound, order) = match args.place {
        Place::Newest => ("<", i64::MAX, "DESC"),
        Place::Before(uid) => ("<", uid.into(), "DESC"),
        Place::After(uid) => (">", uid.into(), "ASC"),
    };
    let sql = format!(
        "SELECT p.message, p.uid, m.number, p.flags, p.keywords, p.modseq, m.internal_date, m.size, m.shift, m.secret, m.glance
         FROM placement p JOIN message m ON m.mailbox = p.mailbox AND m.id = p.message
         WHERE p.mailbox = $1 AND p.folder = $2 AND p.uid {side} $3 ORDER BY p.uid {order} LIMIT $4"
    );
    let mut rows = tx.rows(&sql, params![mailbox.0, folder.id.0, bound, args.limit + 1]).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count > args.limit);
    rows.truncate(usize::try_from(args.limit).unwrap_or(usize::MAX));
    let (mut messages, mut sealed) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for mut row in rows {
        messages.push(row.take::<i64>()?);
        let found = one(tx, &access, row, Want { glance: true, ..Want::default() }).await?;
        sealed.push((found.stored, found.sealed));
    }
    if order == "ASC" {
        sealed.reverse();
    }
    let (first, last) = (sealed.first().map(|s| s.0.uid), sealed.last().map(|s| s.0.uid));
    let (older, newer) = match args.place {
        Place::Newest => (more, false),
        Place::Before(_) => (more, beyond(tx, mailbox, folder.id, ">", first).await?),
        Place::After(_) => (beyond(tx, mailbox, folder.id, "<", last).await?, more),
    };
    let sql = "SELECT m.number, o.person, o.at FROM opened_by o JOIN message m ON m.id = o.message
               WHERE o.mailbox = $1 AND o.message IN_LIST($2) ORDER BY o.at, o.person";
    let rows = tx.rows(sql, params![mailbox.0, &list(messages)]).await?;
    let opened = openers(tx, rows).await?;
    Ok((Page { label, folders, folder, letters: Vec::new(), opened, older, newer }, sealed))
}

/// Is there a letter on that side of this one? Of an empty page: is there a letter at all?
async fn beyond(tx: &mut Tx<'_>, mailbox: MailboxId, folder: FolderId, side: &str, uid: Option<u32>) -> Result<bool> {
    let side = if uid.is_some() { side } else { ">" };
    let sql = format!("SELECT uid FROM placement WHERE mailbox = $1 AND folder = $2 AND uid {side} $3 LIMIT 1");
    Ok(tx.row(&sql, params![mailbox.0, folder.0, uid.unwrap_or(0)]).await?.is_some())
}

async fn openers(tx: &mut Tx<'_>, rows: Vec<Row>) -> Result<BTreeMap<i64, Vec<Opened>>> {
    let mut names: BTreeMap<String, (IdNat, String)> = BTreeMap::new();
    let mut opened: BTreeMap<i64, Vec<Opened>> = BTreeMap::new();
    for mut row in rows {
        let (number, id, at): (i64, String, Moment) = (row.take()?, row.take()?, row.take()?);
        // A machine, by the DN of its certificate: the journal says it; pages name people.
        if id.contains('=') {
            continue;
        }
        if !names.contains_key(&id) {
            let person: IdNat = crate::words::parse(&id)?;
            let name = tx.person(&person).await?.map_or_else(String::new, |person| person.name());
            names.insert(id.clone(), (person, name));
        }
        if let Some((person, name)) = names.get(&id) {
            opened.entry(number).or_default().push(Opened { person: person.clone(), name: name.clone(), at });
        }
    }
    Ok(opened)
}
