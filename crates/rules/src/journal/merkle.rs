//! The tree of a day: one leaf a chain (its head when the day ended), one root for all.
//!
//! The shape is RFC 6962 §2.1: `SHA-256(0x00 ‖ leaf)`, `SHA-256(0x01 ‖ left ‖ right)`, the left part as large a power of two as can be. Prefixes keep
//! a leaf from passing for a node. Requirements: IND-40, TRU-58; architecture invariant 5. Pure: it decides nothing, and reads no chain.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// Leaf of a chain: `SHA-256(0x00 ‖ chain ‖ seq ‖ hash of the line)`, numbers 8 bytes big-endian, signed.
pub fn leaf(chain: i64, seq: i64, head: &Hash) -> Hash {
    let mut hash = Sha256::new_with_prefix([0]);
    hash.update(chain.to_be_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(head);
    hash.finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over leaves in the order of their chains; of no leaf, SHA-256 of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// What must be hashed with the leaf at `index`, from the leaf up, to come to the root. `None` when there is no such leaf.
pub fn path(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split(leaves.len()));
        if index < left.len() {
            path.push(root(right));
            leaves = left;
        } else {
            path.push(root(left));
            index -= left.len();
            leaves = right;
        }
    }
    path.reverse();
    Some(path)
}

/// The root that a leaf at `index` of `size` leaves leads to by `path`; `None` when the path has not the right length.
pub fn climb(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    // RFC 9162 §2.1.3.2: `at` and `last` are the places of the leaf and of the last leaf, level by level.
    let (mut hash, mut at, mut last) = (leaf, index, size - 1);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            hash = node(beside, &hash);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// The largest power of two below `size`.
fn split(size: usize) -> usize {
    size.next_power_of_two() / 2
}
