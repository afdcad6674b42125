//! Any bytes are a message: offsets stay within it and in order, what is kept reads back the same.
//!
//! Proves nothing by itself; the same properties run as plain tests in `crates/message/tests/glance_properties.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use message::Glance;

fuzz_target!(|message: &[u8]| {
    let glance = Glance::of(message);
    for part in &glance.parts {
        assert!(part.mime_start <= part.body_start && part.body_start <= part.body_end && part.body_end as usize <= message.len());
        assert!(part.inner_text.is_none_or(|text| part.body_start <= text && text <= part.body_end));
    }
    assert_eq!(Glance::decode(&glance.encode()), Some(glance));
    // What another node wrote, damaged: refused or read, never a panic.
    let _ = Glance::decode(message);
});
