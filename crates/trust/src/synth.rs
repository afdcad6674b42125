//! A synthetic white list of the real file's shape: same sizes, same irregularities, invented names, the same bytes for the same seed.
//!
//! Requirements: TRU-20. For load tests and demonstrations; every domain ends in `.mssante.test`. Draws nothing but from its seed.

mod assign;
mod names;

use std::time::Duration;

use rules::Moment;

use crate::list::{Entry, Fault, sign, write};
use crate::pki::Leaf;

/// Entries of the real file of 2025-02-28.
pub const REAL: usize = 6_494;

/// A signed list, ready to be loaded: `pli whitelist synth --seed N --entries N`.
pub fn list(seed: u64, count: usize, generated: Moment, signer: &Leaf) -> Result<Vec<u8>, Fault> {
    sign(&write(&entries(seed, count, generated), generated), signer)
}

/// The entries alone, sorted by name. With `REAL` entries the distribution is exactly that of TRU-20; other counts keep its proportions.
pub fn entries(seed: u64, count: usize, generated: Moment) -> Vec<Entry> {
    let mut dice = Dice::new(seed);
    let shape = assign::Shape::of(count);
    let dns = names::dns(&shape, &mut dice);
    let domains = names::domains(shape.domains.len(), &mut dice);
    let pairs = assign::assign(&shape, &mut dice);
    let ampersands = names::scaled(6, count);
    let mut entries = Vec::with_capacity(count);
    for (at, (name, given)) in domains.iter().zip(&pairs).enumerate() {
        let step = (domains.len() / (ampersands + 1)).max(1);
        let ampersand = at % step == step - 1 && at / step < ampersands;
        for (position, dn) in given.iter().enumerate() {
            // An exact duplicate is the same in every part, its date too (TRU-20).
            if position > 0 && given[position - 1] == *dn {
                entries.extend(entries.last().cloned());
                continue;
            }
            let days = Duration::from_secs(86_400) * u32::try_from(dice.below(900)).unwrap_or(0);
            entries.push(Entry {
                description: names::description(name, ampersand && position == 0),
                ..Entry::new(name, &dns[*dn], generated.minus(days))
            });
        }
    }
    // As in the real file: an entry may be one second younger than the list (trust-space §2).
    if let Some(first) = entries.first_mut() {
        first.updated = generated.plus(Duration::from_secs(1));
    }
    entries.sort_by(|a, b| (&a.name, &a.dn).cmp(&(&b.name, &b.dn)));
    entries
}

/// A reproducible stream of numbers (SplitMix64): the bytes of a list depend on nothing but its seed.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number under `most` (zero when `most` is zero).
    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % (most.max(1) as u64)).unwrap_or(0)
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.below(from.len())]
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}
