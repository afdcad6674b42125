//! The proof that one act stands in the journal: its line, the lines after it up to its day's head, the path of that head to the day's root.
//!
//! It needs no store: whoever kept the root of a day (an auditor, a colleague) checks it alone. Requirements: CAB-08, DEL-03, TRU-58, IND-40.
//! A link of the chain can only be computed again from the whole line, so the lines between are in the proof: they are acts of the same
//! mailbox, of the same day at most, and hold no content.

use serde::{Deserialize, Serialize};

use super::chain_hash;
use super::merkle::{self, Hash};
use crate::time::Moment;

/// A line as it was hashed: the texts as they are stored, not what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    pub seq: i64,
    /// Microseconds since 1970.
    pub at: Moment,
    pub author: String,
    pub act: String,
    pub object: String,
    pub channel: String,
    pub facts: String,
}

impl Raw {
    /// The hash of this line in its chain, after the one before it.
    pub fn hash(&self, previous: &Hash, chain: i64) -> Hash {
        chain_hash(previous, chain, self.seq, self.at, &self.author, &self.act, &self.object, &self.channel, &self.facts)
    }
}

/// A proof, as a file. Hashes are hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// `pli-journal-proof-1`.
    pub format: String,
    /// Address of the mailbox; absent for the register's chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<String>,
    pub chain: i64,
    /// Hash of the line before; zeros before the first.
    pub previous: String,
    /// The act.
    pub line: Raw,
    /// The lines after it, up to the head of its day.
    pub after: Vec<Raw>,
    /// The day whose root covers it, in Paris: `2026-11-21`.
    pub day: String,
    /// Place of the chain among all chains of that day, and how many there were.
    pub index: u64,
    pub chains: u64,
    /// Hashes to climb with, from the leaf up.
    pub path: Vec<String>,
    /// What they lead to: compare it with the root that somebody else kept.
    pub root: String,
}

/// The word of [`Proof::format`].
pub const FORMAT: &str = "pli-journal-proof-1";

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("ce n'est pas une preuve du journal que ce programme connaît")]
    Format,
    #[error("une empreinte n'a pas soixante-quatre chiffres hexadécimaux")]
    Hash,
    #[error("les lignes ne se suivent pas")]
    Gap,
    #[error("les lignes et le chemin ne mènent pas à la racine : quelque chose a été changé")]
    Root,
}

impl Proof {
    /// The hash of the line itself, and the root they lead to.
    pub fn check(&self) -> Result<(Hash, Hash), Fault> {
        if self.format != FORMAT {
            return Err(Fault::Format);
        }
        let line = self.line.hash(&read(&self.previous)?, self.chain);
        let (mut head, mut seq) = (line, self.line.seq);
        for next in &self.after {
            if next.seq != seq + 1 {
                return Err(Fault::Gap);
            }
            head = next.hash(&head, self.chain);
            seq = next.seq;
        }
        let path = self.path.iter().map(|hash| read(hash)).collect::<Result<Vec<_>, _>>()?;
        let climbed = merkle::climb(merkle::leaf(self.chain, seq, &head), self.index, self.chains, &path).ok_or(Fault::Root)?;
        if climbed == read(&self.root)? { Ok((line, climbed)) } else { Err(Fault::Root) }
    }
}

fn read(hexadecimal: &str) -> Result<Hash, Fault> {
    let mut hash = [0; 32];
    hex::decode_to_slice(hexadecimal, &mut hash).map_err(|_| Fault::Hash)?;
    Ok(hash)
}
