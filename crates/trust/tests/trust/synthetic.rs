//! The synthetic list has the real file's figures, always the same bytes, and is verified within the second.

use std::collections::{BTreeMap, BTreeSet};

use trust::Dn;
use trust::list::Entry;
use trust::synth::{REAL, entries, list};

use crate::bench::{Bench, domain, lab, start};

fn sizes<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<usize> {
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    let mut sizes: Vec<usize> = counts.into_values().collect();
    sizes.sort_unstable_by_key(|n| std::cmp::Reverse(*n));
    sizes
}

fn spread(values: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let mut spread = BTreeMap::new();
    for value in values {
        *spread.entry(value).or_default() += 1;
    }
    spread
}

/// Proves: TRU-20.
#[test]
fn the_synthetic_list_has_the_shape_of_the_real_one() {
    let all = entries(7, REAL, start());
    assert_eq!(all.len(), 6_494);
    assert!(all.is_sorted_by_key(|entry| &entry.name));

    let domains = sizes(all.iter().map(|e| &e.name));
    assert_eq!(domains.len(), 4_944);
    assert_eq!(spread(domains.into_iter()), BTreeMap::from([(1, 3_862), (2, 725), (3, 250), (4, 103), (5, 4)]));

    let dns = sizes(all.iter().map(|e| &e.dn));
    assert_eq!(dns.len(), 391);
    assert_eq!(dns[..10], [2_742, 393, 391, 305, 302, 302, 271, 271, 241, 190]);
    assert_eq!(dns.iter().filter(|n| **n == 1).count(), 310);

    let names: BTreeSet<&str> = all.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(spread(names.iter().map(|name| name.matches('.').count())), BTreeMap::from([(2, 4_247), (3, 674), (4, 21), (5, 1), (6, 1)]));
    assert!(names.iter().all(|name| name.len() <= 52 && name.ends_with(".mssante.test")));

    let exact: BTreeSet<_> = all.iter().map(|e| (&e.name, &e.dn, &e.description, e.updated.micros())).collect();
    assert_eq!(all.len() - exact.len(), 21, "exact duplicates");
    let pairs: BTreeSet<_> = all.iter().map(|e| (&e.name, &e.dn)).collect();
    assert_eq!(all.len() - pairs.len(), 21, "and no other pair twice");

    assert_eq!(all.iter().filter(|e| e.description.contains('&')).count(), 6);
    assert!(all.iter().all(|e| e.responsible == format!("00 00 00 00 00, contact@{}.example", e.name)));
}

/// Proves: TRU-17, TRU-20.
#[test]
fn its_dns_have_the_irregular_shapes_and_are_all_read() {
    let all = entries(7, REAL, start());
    let dns: BTreeSet<&str> = all.iter().map(|e| e.dn.as_str()).collect();
    let count = |pred: fn(&&&str) -> bool| dns.iter().filter(pred).count();
    assert_eq!(count(|dn| !dn.is_ascii()), 69);
    assert_eq!(count(|dn| dn.contains("OU=1")), 319);
    assert_eq!(count(|dn| dn.contains("OU=3")), 72);
    assert!(count(|dn| dn.contains("O=\"")) >= 7);
    for shape in [", OU=", " ,OU=", ",L=", "\u{a0}", "O=\"C H U  DE", "LES-", "D'É"] {
        assert!(dns.iter().any(|dn| dn.contains(shape)), "no DN with {shape:?}");
    }
    let read: BTreeSet<Dn> = dns.iter().map(|dn| Dn::parse(dn).unwrap_or_else(|e| panic!("{dn}: {e}"))).collect();
    assert_eq!(read.len(), 391, "no two are the same once normalised");
    assert!(read.iter().all(|dn| dn.structure().is_some()));
}

/// Proves: TRU-20.
#[test]
fn the_same_seed_and_key_give_the_same_bytes() {
    let signer = lab().signer;
    let once = list(7, 300, start(), &signer).expect("a list");
    assert_eq!(once, list(7, 300, start(), &signer).expect("a list"));
    assert_ne!(once, list(8, 300, start(), &signer).expect("a list"));
}

/// Proves: TRU-20.
#[test]
fn other_counts_keep_the_proportions_and_are_accepted() {
    for count in [1, 2, 3, 10, 50, 137, 1_000, 8_655] {
        let all = entries(3, count, start());
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|e: &Entry| Dn::parse(&e.dn).is_ok()));
    }
    let bench = Bench::bare();
    let small = list(3, 50, start(), &bench.lab.signer).expect("a list");
    assert_eq!(bench.space.load(&small, "test", false).expect("accepted").entries, 50);
}

/// Proves: TRU-20.
#[test]
fn the_full_list_is_loaded_and_answers() {
    let bench = Bench::bare();
    let bytes = list(7, REAL, start(), &bench.lab.signer).expect("a list");
    assert!((3_000_000..5_000_000).contains(&bytes.len()), "{} bytes", bytes.len());
    let loaded = bench.space.load(&bytes, "test", false).expect("accepted");
    assert_eq!((loaded.entries, loaded.domains, loaded.set_aside.len()), (6_494, 4_944, 0));
    let snapshot = bench.space.snapshot();
    let several = snapshot.entries().map(|e| e.domain.clone()).max_by_key(|d| snapshot.dns_of(d).len()).expect("a domain");
    assert_eq!(snapshot.dns_of(&several).len(), 5);
    assert!(!snapshot.lists(&domain("absent.mssante.test")));
}
