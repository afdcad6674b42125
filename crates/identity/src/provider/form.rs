//! Fields written as `application/x-www-form-urlencoded`: bodies that hold secrets, and addresses.
//!
//! RFC 3986 §2.3. Requirements: PSC-12. What holds a secret is wiped when dropped.

use zeroize::Zeroizing;

/// A body under construction. Never grows over a copy that is not wiped: the room is taken at once.
pub(crate) struct Form(Zeroizing<Vec<u8>>);

const ROOM: usize = 32 * 1024;

impl Form {
    pub fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(ROOM)))
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.add(name, value);
        self
    }

    pub fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(b'&');
        }
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
        value.bytes().for_each(|byte| push(byte, &mut self.0));
    }

    pub fn bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// An address with fields added to its query.
pub(crate) fn with_query(address: &str, fields: &[(&str, &str)]) -> String {
    let mut out = address.as_bytes().to_vec();
    for (name, value) in fields {
        out.push(if out.contains(&b'?') { b'&' } else { b'?' });
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        value.bytes().for_each(|byte| push(byte, &mut out));
    }
    String::from_utf8(out).unwrap_or_default()
}

fn push(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
        other => out.extend_from_slice(&[b'%', HEX[usize::from(other >> 4)], HEX[usize::from(other & 15)]]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_escaped_and_joined() {
        assert_eq!(
            &*Form::new().with("scope", "openid scope_all").with("id", "3990000028/SEC0042").bytes(),
            b"scope=openid%20scope_all&id=3990000028%2FSEC0042"
        );
        assert_eq!(
            with_query("https://a.test/auth?x=1", &[("state", "é&="), ("n", "00")]),
            "https://a.test/auth?x=1&state=%C3%A9%26%3D&n=00"
        );
    }
}
