//! Transaction ids: 48 bits of time, 80 of chance, 26 letters of Crockford's base 32 (the ULID form), so that they sort by time in a log.
//!
//! They are shown to peers and people; they say nothing about the message.

use rules::{Clock, Entropy};

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new id.
pub(crate) fn new(clock: &Clock, entropy: &Entropy) -> String {
    let millis = u128::try_from(clock.now().micros().max(0) / 1000).unwrap_or(0) & ((1 << 48) - 1);
    let chance = entropy.bytes::<10>().iter().fold(0u128, |sum, byte| sum << 8 | u128::from(*byte));
    let id = millis << 80 | chance;
    (0..26).rev().map(|place| char::from(LETTERS[usize::try_from(id >> (place * 5) & 31).unwrap_or(0)])).collect()
}

#[cfg(test)]
mod tests {
    use rules::Moment;

    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ_within_a_millisecond() {
        let entropy = Entropy::seeded(7);
        let at = |secs| Clock::new(move || Moment::from_secs(secs));
        let first = new(&at(1_795_300_000), &entropy);
        let twin = new(&at(1_795_300_000), &entropy);
        let later = new(&at(1_795_300_001), &entropy);
        assert_eq!(first.len(), 26);
        assert_ne!(first, twin);
        assert_eq!(first[..10], twin[..10]);
        assert!(later > first && later > twin);
    }
}
