//! The whole table of refusals, as one text that a person can read: `golden/refusals.txt`.

use std::collections::BTreeSet;
use std::fmt::Write;

use rules::{Moment, Refusal};

fn table() -> String {
    let mut text = String::new();
    for refusal in Refusal::every() {
        let http = refusal.http();
        let _ = writeln!(text, "{}", refusal.code());
        for line in refusal.smtp().lines(refusal.code(), "01J").lines() {
            let _ = writeln!(text, "  smtp  {line}");
        }
        let _ = writeln!(text, "  imap  {}", refusal.imap());
        let _ = writeln!(text, "  sasl  {}", refusal.sasl_status().map_or("-".to_owned(), |s| s.to_string()));
        let _ = write!(text, "  http  {}", http.status);
        let _ = write!(text, "{}", http.www_authenticate.map(|w| format!(" WWW-Authenticate: {w}")).unwrap_or_default());
        let _ = writeln!(text, "{}", http.retry_after.map(|s| format!(" Retry-After: {s}")).unwrap_or_default());
        let _ = writeln!(text, "  {}", refusal.french());
        let _ = writeln!(text, "  {}", refusal.english());
        let _ = writeln!(text, "  {}\n", refusal.requirements().join(" "));
    }
    text
}

/// Proves: TRU-38, LPS-12.
#[test]
fn the_table_is_the_published_one_word_for_word() {
    let (now, golden) = (table(), include_str!("golden/refusals.txt"));
    for (number, (is, was)) in now.lines().zip(golden.lines()).enumerate() {
        assert_eq!(is, was, "golden/refusals.txt, line {}", number + 1);
    }
    assert_eq!(now.lines().count(), golden.lines().count(), "rows were added or removed");
}

/// Proves: TRU-38.
#[test]
fn codes_are_stable_words_and_never_given_twice() {
    let codes: Vec<_> = Refusal::every().iter().map(Refusal::code).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len());
    assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_uppercase() || b"-_".contains(&b))), "{codes:?}");
}

/// Proves: TRU-38, TRU-47.
#[test]
fn every_reply_is_ascii_and_its_code_agrees_with_its_class() {
    for refusal in Refusal::every() {
        let reply = refusal.smtp();
        let wire = reply.lines(refusal.code(), "01J");
        assert!(wire.is_ascii() && refusal.imap().is_ascii(), "{refusal}");
        assert!(!reply.french.contains('?') && !refusal.imap().contains('?'), "{refusal} lost a letter on the wire");
        assert!(wire.ends_with("\r\n") && wire.lines().all(|line| line.len() <= 510), "{refusal}");
        assert!(reply.enhanced.starts_with(if reply.code < 500 { '4' } else { '5' }), "{refusal}");
        assert_eq!(refusal.is_temporary(), reply.code < 500);
        assert!(!refusal.requirements().is_empty(), "{refusal} obeys nothing");
    }
}

/// Proves: LPS-12.
#[test]
fn only_a_tokens_own_fault_makes_a_client_fetch_another_token() {
    for refusal in Refusal::every() {
        let fault_of_token = matches!(refusal, Refusal::TokenInvalid | Refusal::TokenExpired | Refusal::IdentityConflict);
        assert_eq!(refusal.sasl_status() == Some(401), fault_of_token, "{refusal}");
    }
}

/// Proves: DEL-08, PSC-25.
#[test]
fn a_right_until_midnight_ended_the_day_before() {
    let ended = |text| Refusal::RightEnded { at: Moment::parse(text).unwrap() }.smtp().french;
    assert_eq!(ended("2026-11-30T23:00:00Z"), "Acces termine le 30/11/2026");
    assert_eq!(ended("2026-11-30T23:00:01Z"), "Acces termine le 01/12/2026");
}

/// Proves: CGU-01, TRU-47.
#[test]
fn the_link_to_the_terms_cannot_break_the_dialogue() {
    let refusal = Refusal::TermsNotAccepted { url: "https://x.test/cgu\r\n235 OK".to_owned(), version: "1".to_owned() };
    assert_eq!(refusal.smtp().lines(refusal.code(), ""), "535 5.7.1 CGU a accepter : https://x.test/cgu??235 OK\r\n");
}
