//! The tree of a day, and the proof of one act: any size climbs to its root, any byte changed falls short of it.

use proptest::prelude::*;
use rules::Moment;
use rules::journal::merkle::{Hash, climb, leaf, path, root};
use rules::journal::proof::{FORMAT, Fault, Proof, Raw};

fn leaves(size: usize, seed: u8) -> Vec<Hash> {
    (0..size).map(|n| leaf(n as i64, 1 + n as i64 % 7, &[seed.wrapping_add(n as u8); 32])).collect()
}

/// RFC 6962 §2.1.1: the tree of seven leaves, drawn by hand.
///
/// Proves: IND-40.
#[test]
fn the_tree_has_the_shape_of_the_rfc() {
    use sha2::{Digest, Sha256};
    let node = |a: &Hash, b: &Hash| -> Hash { Sha256::new_with_prefix([1]).chain_update(a).chain_update(b).finalize().into() };
    let of = leaves(7, 0);
    let (g, h, i) = (node(&of[0], &of[1]), node(&of[2], &of[3]), node(&of[4], &of[5]));
    let (k, l) = (node(&g, &h), node(&i, &of[6]));
    assert_eq!(root(&of), node(&k, &l));
    assert_eq!(path(&of, 0).unwrap(), [of[1], h, l]);
    assert_eq!(path(&of, 3).unwrap(), [of[2], g, l]);
    assert_eq!(path(&of, 6).unwrap(), [i, k]);
    assert_eq!(path(&of, 7), None);
    assert_eq!(hex::encode(root(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // A head is not its leaf: the prefix and both numbers count.
    assert_ne!(leaf(1, 2, &[0; 32]), leaf(2, 1, &[0; 32]));
}

/// A chain of `total` lines, the act at `place`, among `chains` chains of a day.
fn proof(total: usize, place: usize, chains: usize, mine: usize) -> Proof {
    let mut previous = [0; 32];
    let mut before = previous;
    let mut lines = Vec::new();
    for n in 0..total {
        let line = Raw {
            seq: n as i64 + 1,
            at: Moment::from_secs(1_795_000_000 + n as i64),
            author: r#"{"type":"person","id":"899790000048","capacity":"delegataire"}"#.to_owned(),
            act: "message.fetched".to_owned(),
            object: format!("1:{}", n + 1),
            channel: "imap".to_owned(),
            facts: String::new(),
        };
        if n == place {
            before = previous;
        }
        previous = line.hash(&previous, mine as i64);
        lines.push(line);
    }
    let mut all = leaves(chains, 9);
    all[mine] = leaf(mine as i64, total as i64, &previous);
    Proof {
        format: FORMAT.to_owned(),
        mailbox: Some("cabinet.des-lilas@pli.mssante.test".to_owned()),
        chain: mine as i64,
        previous: hex::encode(before),
        line: lines[place].clone(),
        after: lines[place + 1..].to_vec(),
        day: "2026-11-21".to_owned(),
        index: mine as u64,
        chains: chains as u64,
        path: path(&all, mine).unwrap().iter().map(hex::encode).collect(),
        root: hex::encode(root(&all)),
    }
}

/// Proves: CAB-08, DEL-03.
#[test]
fn a_proof_crosses_a_file_and_names_what_is_wrong_with_it() {
    let good = proof(5, 2, 4, 1);
    let text = serde_json::to_string(&good).unwrap();
    let read: Proof = serde_json::from_str(&text).unwrap();
    assert_eq!(hex::encode(read.check().unwrap().1), good.root);
    let gap = Proof { after: good.after[1..].to_vec(), ..good.clone() };
    assert_eq!(gap.check(), Err(Fault::Gap));
    let short = Proof { after: good.after[..1].to_vec(), ..good.clone() };
    assert_eq!(short.check(), Err(Fault::Root), "the head of the day is missing");
    assert_eq!(Proof { format: "x".to_owned(), ..good.clone() }.check(), Err(Fault::Format));
    assert_eq!(Proof { root: "00".to_owned(), ..good }.check(), Err(Fault::Hash));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Proves: IND-40, TRU-58.
    #[test]
    fn every_leaf_of_every_tree_climbs_to_its_root(size in 1_usize..300, place in any::<prop::sample::Index>()) {
        let (of, at) = (leaves(size, 3), place.index(size));
        let up = path(&of, at).unwrap();
        prop_assert_eq!(climb(of[at], at as u64, size as u64, &up), Some(root(&of)));
        prop_assert!(up.len() <= 9);
    }

    /// Proves: TRU-58.
    #[test]
    fn a_path_serves_no_other_leaf_and_no_other_place(size in 2_usize..100, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let (of, a, b) = (leaves(size, 3), a.index(size), b.index(size));
        prop_assume!(a != b);
        let up = path(&of, a).unwrap();
        prop_assert_ne!(climb(of[b], a as u64, size as u64, &up), Some(root(&of)));
        prop_assert_ne!(climb(of[a], b as u64, size as u64, &up), Some(root(&of)));
        prop_assert_eq!(climb(of[a], size as u64, size as u64, &up), None);
    }

    /// Proves: CAB-08, DEL-03, TRU-58.
    #[test]
    fn any_byte_changed_in_a_proof_proves_nothing(
        total in 1_usize..6, place in any::<prop::sample::Index>(), chains in 1_usize..20, mine in any::<prop::sample::Index>(),
        field in 0_usize..9, at in any::<prop::sample::Index>(), flip in 1_u8..=255,
    ) {
        let good = proof(total, place.index(total), chains, mine.index(chains));
        let mut bad = good.clone();
        let hexed = |text: &mut String| {
            let mut bytes = hex::decode(&*text).unwrap();
            let i = at.index(bytes.len());
            bytes[i] ^= flip;
            *text = hex::encode(bytes);
        };
        let worded = |text: &mut String| text.insert(at.index(text.len() + 1), char::from(b'!' + flip % 90));
        match field {
            0 => hexed(&mut bad.previous),
            1 => hexed(&mut bad.root),
            2 if !bad.path.is_empty() => { let i = at.index(bad.path.len()); hexed(&mut bad.path[i]); }
            3 => worded(&mut bad.line.author),
            4 => worded(&mut bad.line.object),
            5 if !bad.after.is_empty() => { let i = at.index(bad.after.len()); worded(&mut bad.after[i].facts); }
            6 => bad.line.at = Moment::from_micros(bad.line.at.micros() ^ i64::from(flip)),
            7 => bad.chain ^= i64::from(flip),
            _ => worded(&mut bad.line.act),
        }
        prop_assert!(good.check().is_ok());
        prop_assert_eq!(bad.check(), Err(Fault::Root));
    }
}
