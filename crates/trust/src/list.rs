//! The white list: its format (`xml`, `entries`), its signature (`c14n`, `signature`) and how the laboratory writes one (`write`, `sign`).
//!
//! Requirements: TRU-04 to TRU-08. A list is read from the very tree whose signature was verified; nothing in here installs it or looks at a clock.

mod algorithms;
pub mod c14n;
mod entries;
mod sign;
mod signature;
mod write;
pub mod xml;

pub(crate) use entries::read;
pub use entries::{Aside, Declared, Read, Record};
pub use sign::sign;
pub use signature::{Expected, Signed, check};
pub use write::{Entry, write};

/// Namespace of the list.
pub const NAMESPACE: &str = "https://listeblanche.mssante.fr/schema";
/// Namespace of XML signatures.
pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Largest list read, bytes (TRU-02).
pub const LARGEST: usize = 32 * 1024 * 1024;

/// Why a list is refused: a stable code of TRU-38, and a detail for the administrator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Fault {
    pub code: &'static str,
    pub detail: String,
}

impl Fault {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// The file is not XML of the expected form.
pub const XML: &str = "LB-XML";
/// No signature, or not exactly one at the expected place.
pub const UNSIGNED: &str = "LB-SIG-ABSENTE";
/// An algorithm, a transform or a part that is not in the table of trust-space §3.
pub const ALGORITHM: &str = "LB-SIG-ALGO";
/// The signer's certificate does not lead to a configured anchor.
pub const CHAIN: &str = "LB-SIG-CHAINE";
/// The signer is not the one expected, or its certificate is not good today.
pub const SIGNER: &str = "LB-SIG-SIGNATAIRE";
/// The content is not the one that was signed.
pub const DIGEST: &str = "LB-SIG-CONDENSAT";
/// The signature's value is wrong.
pub const VALUE: &str = "LB-SIG-VALEUR";
/// Older than the one in force, or same date and other content.
pub const OLDER: &str = "LB-ANCIENNE";
/// More than 24 hours in the future.
pub const FUTURE: &str = "LB-FUTURE";
/// Held: far fewer domains, or one of ours gone.
pub const SHRUNK: &str = "LB-REDUITE";
