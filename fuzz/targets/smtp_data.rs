//! Any bytes after DATA: the end is found where RFC 5321 has it or the connection is given up; the network's pieces change nothing.
//!
//! The machine is private to its crate, as it should be: the target compiles its file, which stands on `memchr` and `tokio` alone.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/smtp/src/data.rs"]
mod data;

use data::{Data, Fed};
use libfuzzer_sys::fuzz_target;

/// What came of it: the verdict, how many bytes were taken in all, how many octets the message has.
fn outcome(bytes: &[u8], piece: usize) -> (Fed, usize, u64) {
    let mut machine = Data::new(Vec::new(), 1 << 20);
    let mut taken = 0;
    for chunk in bytes.chunks(piece) {
        match machine.feed(chunk) {
            Fed::More => taken += chunk.len(),
            Fed::Done(used) => return (Fed::Done(0), taken + used, machine.size()),
            fault => return (fault, 0, 0),
        }
    }
    (Fed::More, taken, 0)
}

fuzz_target!(|bytes: &[u8]| {
    let whole = outcome(bytes, bytes.len().max(1));
    assert_eq!(whole, outcome(bytes, 1));
    assert_eq!(whole, outcome(bytes, 7));
    if let (Fed::Done(_), taken, _) = whole {
        let end = &bytes[..taken];
        assert!(end == b".\r\n" || end.ends_with(b"\r\n.\r\n"), "the end is exactly CRLF . CRLF");
    }
});
