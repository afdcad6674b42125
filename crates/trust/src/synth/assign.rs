//! How many entries each domain and each DN has, and which DN goes to which domain. Requirements: TRU-20. Numbers only, no names.

use super::names::scaled;
use super::{Dice, REAL};

/// Entries of the ten DNs that serve most.
const LARGEST: [usize; 10] = [2_742, 393, 391, 305, 302, 302, 271, 271, 241, 190];
/// DNs that serve one entry only.
const SINGLE: usize = 310;
/// DNs in between.
const MIDDLE: usize = 71;
/// Domains with 2, 3, 4 and 5 entries; all others have one.
const SEVERAL: [usize; 4] = [725, 250, 103, 4];
/// Entries that are exact copies of another.
const COPIES: usize = 21;

/// The counts of one list.
pub(super) struct Shape {
    pub count: usize,
    /// Entries of each domain, most first.
    pub domains: Vec<usize>,
    /// Entries of each DN, most first.
    pub dns: Vec<usize>,
    copies: usize,
}

impl Shape {
    pub fn of(count: usize) -> Self {
        let mut domains = Vec::new();
        for (position, several) in SEVERAL.into_iter().enumerate().rev() {
            let entries = position + 2;
            domains.extend(std::iter::repeat_n(entries, scaled(several, count)));
        }
        let mut rest = count.saturating_sub(domains.iter().sum());
        domains.extend(std::iter::repeat_n(1, rest));

        let mut dns: Vec<usize> = LARGEST.into_iter().map(|n| scaled(n, count)).filter(|n| *n > 1).collect();
        let singles = scaled(SINGLE, count);
        rest = count.saturating_sub(dns.iter().sum::<usize>() + singles);
        dns.extend(middle(scaled(MIDDLE, count), rest));
        dns.extend(std::iter::repeat_n(1, singles));
        let missing = count.saturating_sub(dns.iter().sum());
        match dns.first_mut() {
            Some(first) => *first += missing,
            None => dns.extend((missing > 0).then_some(missing)),
        }
        dns.sort_unstable_by_key(|n| std::cmp::Reverse(*n));
        let copies = scaled(COPIES, count).min(domains.iter().filter(|n| **n == 2).count());
        Self { count, domains, dns, copies }
    }
}

/// Shares `rest` among `many` DNs, two each at least, in slowly falling sizes.
fn middle(many: usize, rest: usize) -> Vec<usize> {
    let many = many.min(rest / 2);
    let spare = rest - 2 * many;
    let weights: usize = (1..=many).sum();
    let mut shares: Vec<usize> = (1..=many).rev().map(|weight| 2 + spare * weight / weights.max(1)).collect();
    let mut left = rest.saturating_sub(shares.iter().sum());
    for share in &mut shares {
        if left == 0 {
            break;
        }
        *share += 1;
        left -= 1;
    }
    shares
}

/// For each domain (in the order of `Shape::domains`), the positions of its DNs; a copy stands right after its original.
pub(super) fn assign(shape: &Shape, dice: &mut Dice) -> Vec<Vec<usize>> {
    let mut left = shape.dns.clone();
    let mut copies = shape.copies;
    let mut pairs: Vec<Vec<usize>> = Vec::with_capacity(shape.domains.len());
    for &entries in &shape.domains {
        if entries == 2 && copies > 0 && left.first().is_some_and(|n| *n >= 2) {
            copies -= 1;
            left[0] -= 2;
            pairs.push(vec![0, 0]);
        } else {
            pairs.push(take(&mut left, entries));
        }
    }
    swap(&mut pairs, dice);
    pairs
}

/// The DNs that have most entries left, each once: the choice that never runs into a dead end (Gale and Ryser).
fn take(left: &mut [usize], entries: usize) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::with_capacity(entries);
    for _ in 0..entries {
        let fresh = (0..left.len()).filter(|dn| left[*dn] > 0 && !chosen.contains(dn)).max_by_key(|dn| (left[*dn], left.len() - dn));
        // Only a list too small to have enough DNs repeats one.
        let Some(dn) = fresh.or_else(|| (0..left.len()).find(|dn| left[*dn] > 0)) else { break };
        left[dn] -= 1;
        chosen.push(dn);
    }
    chosen.sort_unstable();
    chosen
}

/// Exchanges DNs between domains at random, which changes no count: else the largest would sit in every domain that has several.
fn swap(pairs: &mut [Vec<usize>], dice: &mut Dice) {
    for _ in 0..pairs.len() * 4 {
        let (a, b) = (dice.below(pairs.len()), dice.below(pairs.len()));
        if a == b || copied(&pairs[a]) || copied(&pairs[b]) {
            continue;
        }
        let (i, j) = (dice.below(pairs[a].len()), dice.below(pairs[b].len()));
        let (x, y) = (pairs[a][i], pairs[b][j]);
        if !pairs[a].contains(&y) && !pairs[b].contains(&x) {
            pairs[a][i] = y;
            pairs[b][j] = x;
        }
    }
}

fn copied(dns: &[usize]) -> bool {
    dns.windows(2).any(|pair| pair[0] == pair[1])
}

const _: () = assert!(REAL == 6_494, "the proportions above are those of the list of 2025-02-28");
