//! Any bytes from a client: framing hands out whole commands within its limits, the grammar reads or refuses each. In one piece or byte by byte, alike.
#![no_main]

use imap::framing::{Input, Limits, Step};
use libfuzzer_sys::fuzz_target;

/// A client cannot send more steps than bytes.
fn steps(bytes: &[u8], piece: usize) -> Vec<Step> {
    let mut input = Input::new(Limits::PERSON);
    let mut steps = Vec::new();
    for chunk in bytes.chunks(piece) {
        input.room().extend_from_slice(chunk);
        loop {
            match input.command() {
                Step::More => break,
                step @ Step::Lost(_) => {
                    steps.push(step);
                    return steps;
                }
                step => steps.push(step),
            }
        }
    }
    steps
}

fuzz_target!(|bytes: &[u8]| {
    let whole = steps(bytes, bytes.len().max(1));
    for step in &whole {
        if let Step::Command(frame) = step {
            let _ = imap::parse::command(frame);
        }
    }
    assert_eq!(whole, steps(bytes, 1), "the network's pieces change nothing");
});
