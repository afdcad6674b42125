//! Distinguished names in their normal form (TRU-17): a sequence of (attribute, value) from C to CN.

/// A normalised DN. Equal when the sequences match, whatever their order (TRU-17).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dn {
    /// Normal text, for the journal and for equality.
    text: String,
}

impl Dn {
    /// The normal text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
