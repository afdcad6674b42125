//! `GET /boites/{address}/export`: every letter of a mailbox as one ZIP file, folder by folder, one `.eml` a letter.
//!
//! Requirements: CAB-13, CAB-16, TRU-55, TRU-58. Only the people of the mailbox; journalled, and each batch again as letters that left for a
//! person. Nothing is gathered first: letters are read in batches of some megabytes and leave as fast as the browser takes them.

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use rules::access::Access;
use rules::journal::Act;
use rules::{Channel, Clock};
use serde_json::json;
use store::Store;
use store::folders::Folder;
use store::mail::{Stored, Want};
use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::room::Inside;
use crate::App;
use crate::frame::Fault;
use crate::keyboard::Member;

/// Letters looked at in one go, without their bytes.
const LISTED: usize = 500;
/// Bytes of letters in memory at once (one letter may be larger).
const BATCH: u64 = 4 * 1024 * 1024;
/// Pieces that wait for the browser.
const WAITING: usize = 4;

pub(super) async fn export(State(app): State<App>, member: Member, Path(address): Path<String>) -> Result<Response, Fault> {
    let inside = Inside::enter(&app, &member, &address).await?;
    let folders = app.store.folders(&inside.access).await?;
    let letters: u64 = folders.iter().map(|folder| u64::from(folder.messages)).sum();
    let facts = json!({ "messages": letters });
    app.store.note_act(&inside.access, Act::MailboxExported, facts, Channel::Webmail, inside.now).await?;
    let (pieces, leaving) = mpsc::channel(WAITING);
    let name = format!("attachment; filename=\"{}.zip\"", inside.mailbox.address.local());
    let packing = Packing { store: app.store.clone(), clock: app.clock.clone(), access: inside.access, pieces };
    tokio::spawn(packing.run(folders));
    let stream = futures_util::stream::unfold(leaving, |mut leaving| async move { leaving.recv().await.map(|piece| (piece, leaving)) });
    let headers = [(CONTENT_TYPE, "application/zip".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(stream)).into_response())
}

type Zip = ZipWriter<StreamWriter<Pipe>>;
type Piece = Result<Bytes, io::Error>;

/// What the archive writes, until it is taken to the browser.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The archive being made, as long as somebody takes it.
struct Packing {
    store: Store,
    clock: Clock,
    access: Access,
    pieces: mpsc::Sender<Piece>,
}

impl Packing {
    async fn run(self, folders: Vec<Folder>) {
        if let Err(error) = self.pack(folders).await {
            // A file cut short tells the browser; the reason stays with us.
            tracing::warn!(%error, "an export was not finished");
            drop(self.pieces.send(Err(error)).await);
        }
    }

    async fn pack(&self, folders: Vec<Folder>) -> io::Result<()> {
        let pipe = Pipe::default();
        let mut zip = ZipWriter::new_stream(pipe.clone());
        for folder in folders {
            let opened = self.store.open_folder(&self.access, &folder.name).await.map_err(io::Error::other)?;
            let name = folder_name(&folder.name);
            for uids in opened.uids.chunks(LISTED) {
                for batch in self.batches(&folder, uids).await? {
                    let letters = self.read(&folder, &batch, true).await?;
                    let name = name.clone();
                    zip = blocking(move || add(zip, &name, letters)).await?;
                    self.send(pipe.take()).await?;
                }
            }
        }
        blocking(move || zip.finish().map(drop).map_err(io::Error::other)).await?;
        self.send(pipe.take()).await
    }

    async fn read(&self, folder: &Folder, uids: &[u32], bytes: bool) -> io::Result<Vec<Stored>> {
        let want = Want { bytes, to_person: bytes, ..Want::default() };
        let read = self.store.read(&self.access, folder.id, uids, want, Channel::Webmail, self.clock.now());
        read.await.map_err(io::Error::other)
    }

    /// Cuts a list of letters where a batch would grow too large.
    async fn batches(&self, folder: &Folder, uids: &[u32]) -> io::Result<Vec<Vec<u32>>> {
        let (mut batches, mut weight) = (Vec::<Vec<u32>>::new(), BATCH);
        for letter in self.read(folder, uids, false).await? {
            weight += u64::from(letter.size);
            if weight > BATCH {
                (weight, _) = (u64::from(letter.size), batches.push(Vec::new()));
            }
            if let Some(batch) = batches.last_mut() {
                batch.push(letter.uid);
            }
        }
        Ok(batches)
    }

    async fn send(&self, piece: Vec<u8>) -> io::Result<()> {
        if piece.is_empty() {
            return Ok(());
        }
        self.pieces.send(Ok(piece.into())).await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// Compression works on a thread of its own: other pages do not wait for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn add(mut zip: Zip, folder: &str, letters: Vec<Stored>) -> io::Result<Zip> {
    for letter in letters {
        let day = letter.internal_date.paris().strftime("%Y-%m-%d").to_string();
        zip.start_file(format!("{folder}/{day}-{:06}.eml", letter.uid), SimpleFileOptions::default()).map_err(io::Error::other)?;
        zip.write_all(&letter.bytes.unwrap_or_default())?;
    }
    Ok(zip)
}

/// A folder's name as a path inside the archive: no step up, no root, no sign that a file system refuses.
fn folder_name(name: &str) -> String {
    let part = |part: &str| {
        let part: String = part.chars().map(|c| if c.is_control() || "\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
        match part.trim_matches([' ', '.']) {
            "" => "_".to_owned(),
            kept => kept.to_owned(),
        }
    };
    name.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_never_leaves_the_archive_it_is_in() {
        assert_eq!(folder_name("INBOX"), "INBOX");
        assert_eq!(folder_name("Patients/2026"), "Patients/2026");
        assert_eq!(folder_name("../../etc"), "_/_/etc");
        assert_eq!(folder_name("/racine"), "_/racine");
        assert_eq!(folder_name("a\\b:c\u{7}"), "a_b_c_");
    }
}
