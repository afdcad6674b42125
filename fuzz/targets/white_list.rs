//! Any bytes are offered as the white list: read or refused with a code, within limits of depth, count and size.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trust::list::{c14n, xml};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(root) = xml::parse(bytes) {
        let canonical = c14n::canonical(&root, None);
        let again = xml::parse(&canonical).expect("a canonical form is well formed");
        assert_eq!(canonical, c14n::canonical(&again, None), "there is one canonical form");
    }
});
