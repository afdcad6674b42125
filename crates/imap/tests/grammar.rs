//! The grammar against itself (what is printed is read back), against noise, and against `imap-codec`: a second reader of the same RFCs.

mod printed;

use bytes::Bytes;
use imap::parse::command;
use imap_codec::CommandCodec;
use imap_codec::decode::Decoder;
use printed::{commands, print};
use proptest::prelude::*;

/// What `imap-codec` makes of a command: it wants its line end, and complete literals.
fn oracle_accepts(line: &[u8]) -> bool {
    let whole = [line, b"\r\n"].concat();
    matches!(CommandCodec::default().decode(&whole), Ok((rest, _)) if rest.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_back(command_in in commands(), tag in "[A-Za-z0-9]{1,8}") {
        let line = print(&tag, &command_in);
        let read = command(&Bytes::from(line.clone()));
        let read = read.map_err(|bad| TestCaseError::fail(format!("{}: {}", bad.why, String::from_utf8_lossy(&line))))?;
        prop_assert_eq!(read.command, command_in);
        prop_assert_eq!(read.tag, tag);
    }

    #[test]
    fn a_second_reader_reads_it_too(command_in in commands()) {
        let line = print("a1", &command_in);
        prop_assert!(oracle_accepts(&line), "{}", String::from_utf8_lossy(&line));
    }

    /// Damaged commands: what the oracle takes, we take, but for what we refuse on purpose.
    #[test]
    fn damage_is_judged_alike(command_in in commands(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut line = print("a1", &command_in);
        let at = at.index(line.len());
        if cut {
            line.remove(at);
        } else {
            line[at] = byte;
        }
        let ours = command(&Bytes::from(line.clone()));
        if oracle_accepts(&line) && !on_purpose(&line) {
            prop_assert!(ours.is_ok(), "{:?}: {}", ours, String::from_utf8_lossy(&line));
        }
    }

    #[test]
    fn noise_never_panics(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = command(&Bytes::from(noise));
    }

    #[test]
    fn words_of_the_language_in_disorder_never_panic(words in proptest::collection::vec(
        prop_oneof![
            Just("a1 "), Just("UID "), Just("FETCH "), Just("SEARCH "), Just("STORE "), Just("1:*"), Just(" ("), Just(")"), Just("BODY["), Just("]"),
            Just("HEADER.FIELDS "), Just("{3}\r\nabc"), Just("{999999999999999999999}\r\n"), Just("\""), Just("\\Seen"), Just("NOT "), Just("OR "),
            Just("APPEND "), Just("LIST "), Just("\"\" "), Just("<0.5>"), Just("CHANGEDSINCE 5"), Just("1-Jan-2026"), Just("+FLAGS"), Just("&AOk-"),
        ], 0..24,
    )) {
        let _ = command(&Bytes::from(words.concat()));
    }
}

/// Words that `imap-codec` knows and we do not (extensions we have not), and freedoms of the RFC that we do not take.
fn on_purpose(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line).to_ascii_uppercase();
    let names_not_utf7 = text.contains('&');
    let lenient_flags = text.contains('\\');
    let impossible_days = text.contains("BEFORE") || text.contains("ON ") || text.contains("SINCE") || text.contains("APPEND");
    let not_text = line.iter().any(|b| *b >= 0x7f || *b < b' ');
    let part_numbers = text.contains("BODY[") || text.contains("BODY.PEEK[");
    names_not_utf7 || lenient_flags || impossible_days || not_text || part_numbers
}
