//! The SASL messages of LPS-10 and LPS-13, byte for byte, and everything that is not one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use identity::sasl::{LINE_LIMIT, Malformed, Mechanism};
use proptest::prelude::*;
use rules::Refusal;

use Mechanism::{OauthBearer, Xoauth2};

const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";

fn read(mechanism: Mechanism, message: &str) -> Result<(Option<String>, String), Malformed> {
    let credentials = mechanism.read(STANDARD.encode(message).as_bytes())?;
    Ok((credentials.mailbox.map(|m| m.to_string()), credentials.token.to_string()))
}

fn good() -> Result<(Option<String>, String), Malformed> {
    Ok((Some(CABINET.to_owned()), "hhh.ppp.sss".to_owned()))
}

/// Proves: PSC-29, LPS-10.
#[test]
fn the_published_examples_are_read() {
    let line = "dXNlcj1jYWJpbmV0LmRlcy1saWxhc0BwbGkubXNzYW50ZS50ZXN0AWF1dGg9QmVhcmVyIGhoaC5wcHAuc3NzAQE=";
    let credentials = Xoauth2.read(line.as_bytes()).expect("the example");
    assert_eq!(credentials.mailbox.map(|m| m.to_string()).as_deref(), Some(CABINET));
    assert_eq!(credentials.token.as_str(), "hhh.ppp.sss");
    let other = "dXNlcj1jYWJpbmV0LmRlcy1saWxhc0BwbGkubXNzYW50ZS50ZXN0AWF1dGg9QmVhcmVyIGV5SmhiR2NpT2kuSjkueAEB";
    assert_eq!(Xoauth2.read(other.as_bytes()).expect("the example").token.as_str(), "eyJhbGciOi.J9.x");
    assert_eq!(
        read(OauthBearer, &format!("n,a={CABINET},\u{1}host=mss.pli.mssante.test\u{1}port=143\u{1}auth=Bearer hhh.ppp.sss\u{1}\u{1}")),
        good()
    );
}

/// Proves: PSC-29.
#[test]
fn case_of_the_scheme_other_pairs_their_order_and_missing_padding_do_not_matter() {
    assert_eq!(read(Xoauth2, &format!("user={CABINET}\u{1}auth=bEARER hhh.ppp.sss\u{1}\u{1}")), good());
    assert_eq!(read(Xoauth2, &format!("vendor=x=y\u{1}auth=Bearer hhh.ppp.sss\u{1}user={CABINET}\u{1}\u{1}")), good());
    let unpadded = STANDARD.encode(format!("user={CABINET}\u{1}auth=Bearer hhh.ppp.sss\u{1}\u{1}"));
    assert!(Xoauth2.read(unpadded.trim_end_matches('=').as_bytes()).is_ok());
    assert_eq!(read(OauthBearer, &format!("y,a={CABINET},\u{1}auth=Bearer hhh.ppp.sss\u{1}\u{1}")), good());
}

/// Proves: PSC-25.
#[test]
fn the_mailbox_is_lowered_and_a_text_that_is_no_address_is_no_syntax_error() {
    assert_eq!(read(Xoauth2, "user=Cabinet.Des-Lilas@PLI.mssante.test\u{1}auth=Bearer hhh.ppp.sss\u{1}\u{1}"), good());
    for nobody in ["user=nobody\u{1}auth=Bearer t\u{1}\u{1}", "user=\u{1}auth=Bearer t\u{1}\u{1}"] {
        assert_eq!(read(Xoauth2, nobody), Ok((None, "t".to_owned())));
    }
    assert_eq!(read(OauthBearer, "n,,\u{1}auth=Bearer t\u{1}\u{1}"), Ok((None, "t".to_owned())));
    assert_eq!(read(OauthBearer, "n,a=a=2Cb@pli.test,\u{1}auth=Bearer t\u{1}\u{1}").map(|c| c.1), Ok("t".to_owned()));
}

/// Proves: PSC-29.
#[test]
fn what_is_malformed_is_told_so() {
    for message in [
        "",
        "user=a@b.test",
        "user=a@b.test\u{1}auth=Bearer t\u{1}",
        "user=a@b.test\u{1}\u{1}",
        "auth=Bearer t\u{1}\u{1}",
        "user=a@b.test\u{1}auth=Basic t\u{1}\u{1}",
        "user=a@b.test\u{1}auth=Bearer\u{1}\u{1}",
        "user=a@b.test\u{1}nonsense\u{1}auth=Bearer t\u{1}\u{1}",
        "user=a@b.test\u{1}user=c@b.test\u{1}auth=Bearer t\u{1}\u{1}",
        "user=a@b.test\u{1}auth=Bearer t\u{1}auth=Bearer u\u{1}\u{1}",
    ] {
        assert_eq!(read(Xoauth2, message), Err(Malformed), "{message:?}");
    }
    for message in [
        "user=a@b.test\u{1}auth=Bearer t\u{1}\u{1}",
        "p=tls-exporter,a=a@b.test,\u{1}auth=Bearer t\u{1}\u{1}",
        "n,a=a@b.test\u{1}auth=Bearer t\u{1}\u{1}",
        "n,a=a=2Zb@b.test,\u{1}auth=Bearer t\u{1}\u{1}",
        "n,b=a@b.test,\u{1}auth=Bearer t\u{1}\u{1}",
    ] {
        assert_eq!(read(OauthBearer, message), Err(Malformed), "{message:?}");
    }
    for line in [&b"***"[..], b"=", b"dXNl cj0=", b"\xff\xfe"] {
        assert_eq!(Xoauth2.read(line).err(), Some(Malformed), "{line:?}");
    }
    assert_eq!(Xoauth2.read(STANDARD.encode([0xff, 0xfe, 1, 1]).as_bytes()).err(), Some(Malformed), "not UTF-8");
}

/// Proves: PSC-28, LPS-14.
#[test]
fn a_line_of_twelve_kib_is_read_and_one_octet_more_is_not() {
    let frame = format!("user={CABINET}\u{1}auth=Bearer \u{1}\u{1}").len();
    let message = |token: usize| STANDARD.encode(format!("user={CABINET}\u{1}auth=Bearer {}\u{1}\u{1}", "t".repeat(token)));
    let longest = message(LINE_LIMIT / 4 * 3 - frame);
    assert_eq!(longest.len(), LINE_LIMIT);
    assert!(Xoauth2.read(longest.as_bytes()).is_ok());
    assert_eq!(Xoauth2.read(message(LINE_LIMIT / 4 * 3 - frame + 1).as_bytes()).err(), Some(Malformed));
}

const DISCOVERY: &str = "https://auth.bas.psc.test/.well-known/wallet-openid-configuration";

/// Proves: LPS-12, PSC-30.
#[test]
fn the_three_challenges_are_those_that_clients_know() {
    let challenge = |refusal: &Refusal| Xoauth2.challenge(refusal, DISCOVERY);
    let j401 = "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIn0=";
    let j403 = "eyJzdGF0dXMiOiI0MDMiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIn0=";
    let j503 = "eyJzdGF0dXMiOiI1MDMiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIn0=";
    for refusal in [Refusal::TokenInvalid, Refusal::TokenExpired, Refusal::IdentityConflict] {
        assert_eq!(challenge(&refusal).as_deref(), Some(j401), "{refusal}");
    }
    for refusal in [
        Refusal::TokenWrongLevel,
        Refusal::PersonUnknown,
        Refusal::PersonNotEntitled,
        Refusal::ClientNotAllowed,
        Refusal::NoRight,
        Refusal::MailboxSuspended,
    ] {
        assert_eq!(challenge(&refusal).as_deref(), Some(j403), "{refusal}");
    }
    assert_eq!(challenge(&Refusal::PscUnavailable).as_deref(), Some(j503));
    assert_eq!(challenge(&Refusal::TooManyAttempts), None);
}

/// Proves: LPS-13.
#[test]
fn the_challenge_of_oauthbearer_is_that_of_rfc_7628() {
    let payload = |refusal: Refusal| {
        let line = OauthBearer.challenge(&refusal, DISCOVERY).expect("a challenge");
        String::from_utf8(STANDARD.decode(line).expect("base64")).expect("text")
    };
    for (refusal, status) in [
        (Refusal::TokenInvalid, "invalid_token"),
        (Refusal::NoRight, "insufficient_scope"),
        (Refusal::PscUnavailable, "temporarily_unavailable"),
    ] {
        assert_eq!(payload(refusal), format!(r#"{{"status":"{status}","scope":"openid scope_all","openid-configuration":"{DISCOVERY}"}}"#));
    }
}

#[test]
fn mechanisms_are_found_by_name_in_any_case() {
    assert_eq!(Mechanism::named("xoauth2"), Some(Xoauth2));
    assert_eq!(Mechanism::named("OAuthBearer"), Some(OauthBearer));
    assert_eq!(Mechanism::named("PLAIN"), None);
    assert_eq!(Mechanism::named(OauthBearer.name()), Some(OauthBearer));
}

proptest! {
    /// Proves: PSC-29.
    #[test]
    fn no_line_makes_the_reader_fail(line in proptest::collection::vec(any::<u8>(), 0..400)) {
        for mechanism in [Xoauth2, OauthBearer] {
            let _ = mechanism.read(&line);
            let _ = mechanism.read(STANDARD.encode(&line).as_bytes());
        }
    }

    /// Proves: PSC-29.
    #[test]
    fn what_the_sandbox_writes_is_read_back(local in "[a-z][a-z0-9-]{0,20}", token in "[A-Za-z0-9._-]{1,300}") {
        let mailbox = format!("{local}@pli.mssante.test");
        for (mechanism, line) in [(Xoauth2, sandbox::xoauth2(&mailbox, &token)), (OauthBearer, sandbox::oauthbearer(&mailbox, &token, "mss.test", 143))] {
            let credentials = mechanism.read(line.as_bytes()).expect("well formed");
            prop_assert_eq!(credentials.mailbox.map(|m| m.to_string()), Some(mailbox.clone()));
            prop_assert_eq!(credentials.token.as_str(), token.as_str());
        }
    }
}
