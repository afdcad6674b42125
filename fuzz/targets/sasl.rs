//! Any bytes are offered as an initial response: credentials, or malformed; nothing in between.
#![no_main]

use identity::sasl::Mechanism;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for mechanism in ["XOAUTH2", "OAUTHBEARER"].into_iter().filter_map(Mechanism::named) {
        if let Ok(credentials) = mechanism.read(bytes) {
            assert!(credentials.token.len() <= bytes.len());
        }
    }
});
