//! LIST, STATUS and SELECT: what the folders of a mailbox look like now. Reads only. Requirements: LPS-30.

use rules::access::Access;

use super::name::canonical;
use super::{Folder, Opened};
use crate::engine::{Tx, params};
use crate::mail::flag;
use crate::{Error, Result, Store};

impl Store {
    pub async fn folders(&self, access: &Access) -> Result<Vec<Folder>> {
        self.read_facts(access.clone(), |tx, access| {
            Box::pin(async move {
                tx.guard(access, tx.context.last_moment()).await?;
                tx.folders(access.mailbox()).await
            })
        })
        .await
    }

    pub async fn folder(&self, access: &Access, name: &str) -> Result<Folder> {
        let args = (access.clone(), canonical(name)?);
        self.read_facts(args, |tx, (access, name)| Box::pin(folder(tx, access, name))).await
    }

    pub async fn open_folder(&self, access: &Access, name: &str) -> Result<Opened> {
        let args = (access.clone(), canonical(name)?);
        self.read_facts(args, |tx, (access, name)| Box::pin(open(tx, access, name))).await
    }
}

async fn folder(tx: &mut Tx<'_>, access: &Access, name: &str) -> Result<Folder> {
    tx.guard(access, tx.context.last_moment()).await?;
    tx.folder_named(access.mailbox(), name).await?.ok_or(Error::NotFound("folder"))
}

async fn open(tx: &mut Tx<'_>, access: &Access, name: &str) -> Result<Opened> {
    let folder = folder(tx, access, name).await?;
    let sql = "SELECT uid, flags, keywords FROM placement WHERE mailbox = $1 AND folder = $2 ORDER BY uid";
    let rows = tx.rows(sql, params![access.mailbox().0, folder.id.0]).await?;
    let mut opened = Opened { uids: Vec::with_capacity(rows.len()), first_unseen_uid: None, keywords: Vec::new(), folder };
    let mut known = std::collections::BTreeSet::new();
    for mut row in rows {
        let (uid, flags, keywords): (u32, u8, String) = (row.take()?, row.take()?, row.take()?);
        opened.uids.push(uid);
        if flags & flag::SEEN == 0 {
            opened.first_unseen_uid.get_or_insert(uid);
        }
        if !keywords.is_empty() && !known.contains(&keywords) {
            known.insert(keywords);
        }
    }
    let words: std::collections::BTreeSet<&str> = known.iter().flat_map(|k| k.split(' ')).collect();
    opened.keywords = words.into_iter().map(str::to_owned).collect();
    Ok(opened)
}
