//! The directory leaves the house: mailboxes of the store as cards, cards as the national text files.
//!
//! Requirements: ANN-A, ANN-52, ANN-54, ANN-55, ANN-G. What is shown is decided by `rules::publish::card` alone; this crate collects its facts
//! and writes its answer down. It may not look at who enters a mailbox, nor add to a card.
//!
//! | file | gives |
//! |---|---|
//! | `cards` | the published mailboxes of one domain, from the store |
//! | `mssante` | `Extraction_Correspondance_MSSante`: 31 columns |
//! | `archive` | one text in a ZIP of the same name |

mod archive;
mod cards;
mod mssante;

use std::collections::BTreeSet;

use rules::mailbox::Kind;
use rules::{Address, Domain, Moment};
use store::Store;

pub use cards::cards;
pub use mssante::{COLUMNS, base_name, text};

/// How an extraction is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Kinds of mailboxes that are written; all four by default.
    pub kinds: BTreeSet<Kind>,
    /// A separator after the last column too, for consumers that still expect it (ANN-54).
    pub trailing_separator: bool,
    /// Mailboxes whose bearer asked to be shown nowhere (ANN-11).
    pub red_list: BTreeSet<Address>,
}

impl Default for Options {
    fn default() -> Self {
        let kinds = [Kind::Per, Kind::Org, Kind::App, Kind::Cab].into();
        Self { kinds, trailing_separator: false, red_list: BTreeSet::new() }
    }
}

/// An extraction ready to be offered.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// `Extraction_Correspondance_MSSante_202611220300.zip`
    pub name: String,
    /// The ZIP, with one text of the same base name.
    pub bytes: Vec<u8>,
    /// Mailboxes in it.
    pub rows: usize,
}

/// What can go wrong; never the reader's fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("archive: {0}")]
    Archive(String),
}

pub type Result<T> = std::result::Result<T, Error>;

/// The extraction of one domain as it stands at `at`, which is also the time of generation in its name. Same facts, same moment: same bytes.
pub async fn extract(store: &Store, domain: &Domain, options: &Options, at: Moment) -> Result<Extraction> {
    let cards = cards(store, domain, options, at).await?;
    let base = base_name(at);
    let bytes = archive::zip(&format!("{base}.txt"), text(&cards, options).as_bytes(), at)?;
    tracing::info!(%domain, rows = cards.len(), "extraction of the directory");
    Ok(Extraction { name: format!("{base}.zip"), bytes, rows: cards.len() })
}
