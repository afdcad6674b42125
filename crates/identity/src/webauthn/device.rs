//! What the authenticator says: for which site, who was there, how often it signed, and at registration which key it made.
//!
//! W3C Web Authentication §6.1. Requirements: LOC-05. Every byte is accounted for: nothing may stand behind what is read.

use std::io::Cursor;

use ciborium::Value;
use sha2::{Digest, Sha256};

use super::key::PublicKey;
use super::{Checked, Defect, Site};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENDED: u8 = 0x80;

const HEAD: usize = 37;
const LIMIT: usize = 16 * 1024;
const NESTING: usize = 16;

/// A key that the authenticator made.
pub(super) struct Made {
    pub credential: Vec<u8>,
    /// As it was encoded.
    pub cose: Vec<u8>,
    pub key: PublicKey,
}

pub(super) struct Said {
    pub counter: u32,
    pub made: Option<Made>,
}

/// Checks authenticator data: this site, a person present and verified.
pub(super) fn read(data: &[u8], site: &Site) -> Checked<Said> {
    let (head, rest) =
        data.split_at_checked(HEAD).filter(|_| data.len() <= LIMIT).ok_or(Defect("the authenticator data have another size"))?;
    if head[..32] != Sha256::digest(site.id.as_bytes())[..] {
        return Err(Defect("the authenticator data are for another site"));
    }
    let flags = head[32];
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err(Defect("the person was not verified by the authenticator"));
    }
    if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
        return Err(Defect("a key that cannot be backed up says that it is"));
    }
    let counter = u32::from_be_bytes([head[33], head[34], head[35], head[36]]);
    let (made, rest) = if flags & ATTESTED == 0 { (None, rest) } else { made(rest).map(|(made, rest)| (Some(made), rest))? };
    let rest = if flags & EXTENDED == 0 { rest } else { after_extensions(rest)? };
    if rest.is_empty() { Ok(Said { counter, made }) } else { Err(Defect("bytes follow the authenticator data")) }
}

/// `aaguid` (16), length of the id (2), the id, the COSE key.
fn made(bytes: &[u8]) -> Checked<(Made, &[u8])> {
    let short = Defect("the attested data are cut");
    let (head, rest) = bytes.split_at_checked(18).ok_or(short)?;
    let length = usize::from(u16::from_be_bytes([head[16], head[17]]));
    if !(1..=1023).contains(&length) {
        return Err(Defect("the id of the key has another size"));
    }
    let (credential, rest) = rest.split_at_checked(length).ok_or(short)?;
    let (value, size) = cbor(rest)?;
    let key = PublicKey::of(&value)?;
    let (cose, rest) = rest.split_at(size);
    Ok((Made { credential: credential.to_vec(), cose: cose.to_vec(), key }, rest))
}

fn after_extensions(bytes: &[u8]) -> Checked<&[u8]> {
    match cbor(bytes)? {
        (Value::Map(_), size) => Ok(&bytes[size..]),
        _ => Err(Defect("the extensions are no map")),
    }
}

/// One CBOR value, and how many bytes it takes.
pub(super) fn cbor(bytes: &[u8]) -> Checked<(Value, usize)> {
    let mut cursor = Cursor::new(bytes);
    let value = ciborium::de::from_reader_with_recursion_limit(&mut cursor, NESTING).map_err(|_| Defect("no CBOR"))?;
    let size = usize::try_from(cursor.position()).map_err(|_| Defect("no CBOR"))?;
    Ok((value, size))
}

/// The value of a key that stands once in a map.
pub(super) fn field(map: &Value, is: impl Fn(&Value) -> bool) -> Option<&Value> {
    let mut found = map.as_map()?.iter().filter(|(key, _)| is(key)).map(|(_, value)| value);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
