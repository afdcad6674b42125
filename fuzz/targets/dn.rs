//! Any text is offered as a distinguished name, any bytes as a certificate: one normal form, or a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::Dn;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Dn::parse(text);
    }
    let _ = Dn::of_certificate(bytes);
});
