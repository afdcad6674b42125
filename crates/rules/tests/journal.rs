//! Lines of the journal: every act is documented and reads back, and no field of a chained line can change unseen.

use proptest::prelude::*;
use rules::access::Capacity;
use rules::journal::{Act, Line, chain_hash};
use rules::{Author, Channel, IdNat, Moment};

/// Proves: IND-54, CAB-08, DEL-03.
#[test]
fn every_act_is_a_noun_and_a_verb_that_reads_back_and_stands_in_the_documentation() {
    let page = include_str!("../../../docs/journal.md");
    for act in Act::ALL {
        let text = act.as_str();
        assert_eq!(Act::parse(text), Some(*act));
        assert!(text.split_once('.').is_some_and(|(noun, verb)| !noun.is_empty() && !verb.is_empty()), "{text}");
        assert!(page.contains(&format!("`{text}`")), "docs/journal.md does not say what {text} is");
    }
    assert_eq!(Act::parse("message.forgotten"), None);
}

/// A line whose hash was computed by hand from the definition in `docs/journal.md`, so that the definition cannot drift.
///
/// Proves: CAB-08, TRU-58.
#[test]
fn the_hash_of_a_line_is_the_published_one() {
    let author = r#"{"type":"person","id":"899790000048","capacity":"delegataire"}"#;
    let at = Moment::parse("2026-11-21T22:00:00.123456Z").unwrap();
    let hash = chain_hash(&[0; 32], 12, 1, at, author, "message.fetched", "1:200", "imap", "");
    assert_eq!(hex::encode(hash), PUBLISHED);
}

const PUBLISHED: &str = "450f0252b8a7d1649472bb3fdb983a345459c997e9b163b3215eeacdc636c9c9";

/// Proves: CAB-16, IND-A.
#[test]
fn an_author_reads_back_with_the_capacity_of_the_moment() {
    let id = IdNat::parse("899790000048").unwrap();
    for author in [
        Author::Person { id: id.clone(), capacity: Some(Capacity::Delegataire) },
        Author::Person { id, capacity: None },
        Author::task("courier"),
        Author::staff("exploitation"),
        Author::Machine { id: "CN=mss.ch-valclair.test,C=FR".to_owned() },
    ] {
        let json = serde_json::to_string(&author).unwrap();
        assert_eq!(serde_json::from_str::<Author>(&json).unwrap(), author, "{json}");
    }
}

/// The shape that `pli journal show --json` promises.
///
/// Proves: CAB-16.
#[test]
fn a_line_prints_its_author_act_and_channel_in_the_words_of_the_contract() {
    let id = IdNat::parse("899790000048").unwrap();
    let line = Line {
        seq: 12,
        at: Moment::from_secs(0),
        author: Author::Person { id, capacity: Some(Capacity::Delegataire) },
        act: Act::MessageFetched.as_str().to_owned(),
        object: "1:200".to_owned(),
        channel: Channel::Imap,
        facts: serde_json::Value::Null,
        hash: "00".to_owned(),
    };
    let json = serde_json::to_value(&line).unwrap();
    assert_eq!(json["author"], serde_json::json!({"type": "person", "id": "899790000048", "capacity": "delegataire"}));
    assert_eq!((json["act"].as_str(), json["channel"].as_str()), (Some("message.fetched"), Some("imap")));
    assert!(json.get("facts").is_none(), "no facts, no key");
}

proptest! {
    /// Moving a letter from one field to the next, or any number by one, gives another hash.
    ///
    /// Proves: CAB-08, DEL-03, TRU-58.
    #[test]
    fn no_field_of_a_line_changes_unseen(
        texts in prop::array::uniform5("[a-c]{0,3}"), others in prop::array::uniform5("[a-c]{0,3}"),
        numbers in prop::array::uniform3(0_i64..3), shifted in prop::array::uniform3(0_i64..3),
        previous in 0_u8..2, before in 0_u8..2,
    ) {
        let hash = |previous: u8, [chain, seq, at]: [i64; 3], [author, act, object, channel, facts]: &[String; 5]| {
            chain_hash(&[previous; 32], chain, seq, Moment::from_micros(at), author, act, object, channel, facts)
        };
        let same = previous == before && numbers == shifted && texts == others;
        prop_assert_eq!(hash(previous, numbers, &texts) == hash(before, shifted, &others), same);
    }
}
