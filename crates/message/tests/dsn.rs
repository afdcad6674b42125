//! Delivery reports as a mail program and a mail server read them: structure, languages, and what must never be in them.

use mail_parser::{MessageParser, MimeHeaders, PartType};
use message::dsn::{Action, Report, Reported};
use proptest::prelude::*;
use rules::{Address, Domain, Moment};

const ORIGINAL: &[u8] =
    b"Subject: XDM/1.0/DDM+ECHOGRAPHIE CORSE FIGATELLIX 12/10/1988\r\nMessage-ID: <a@pli.mssante.test>\r\n\r\nTexte.\r\n";

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).expect("a moment")
}

fn failed(recipient: &str) -> Reported {
    Reported {
        recipient: address(recipient),
        original: Some("rfc822;Cardiologie@voisin.mssante.test".into()),
        action: Action::Failed,
        status: "5.7.1".into(),
        remote_mta: Some("smtp.voisin.mssante.test".into()),
        diagnostic: Some("550 5.7.1 Certificate DN not declared for this domain".into()),
        last_attempt: moment("2026-11-21T22:00:01Z"),
        will_retry_until: None,
        explanation: "Son opérateur n'est pas reconnu pour ce domaine. Prévenez-le par un autre moyen.".into(),
        english: "Its operator is not recognised for this domain.".into(),
    }
}

fn build(recipients: &[Reported], original: &[u8], return_full: bool) -> Vec<u8> {
    let report = Report {
        domain: &Domain::parse("pli.mssante.test").expect("a domain"),
        reporting_mta: &Domain::parse("smtp.pli.mssante.test").expect("a domain"),
        to: &address("cabinet.des-lilas@pli.mssante.test"),
        arrival: moment("2026-11-21T22:00:00Z"),
        envelope_id: Some("QQ314159"),
        recipients,
        original,
        return_full,
        message_id: "01KAX8@pli.mssante.test",
        boundary: "=_01KAX8",
        at: moment("2026-11-21T22:00:02Z"),
    };
    report.build()
}

/// Proves: MSG-20, TRU-40.
#[test]
fn a_failure_report_has_the_exact_form() {
    let text = String::from_utf8(build(&[failed("cardiologie@voisin.mssante.test")], ORIGINAL, false)).expect("ASCII");
    let expected = include_str!("dsn/failed.eml").replace('\n', "\r\n");
    assert_eq!(text, expected);
}

/// Proves: MSG-20.
#[test]
fn a_mail_program_finds_three_parts_french_before_english() {
    let bytes = build(&[failed("cardiologie@voisin.mssante.test")], ORIGINAL, false);
    let message = MessageParser::default().parse(&bytes).expect("a message");
    let kind = message.content_type().expect("a type");
    assert_eq!((kind.ctype(), kind.attribute("report-type")), ("multipart", Some("delivery-status")));
    assert_eq!(message.subject(), Some("Message non distribué : cardiologie@voisin.mssante.test"));
    assert_eq!(message.header_raw("Auto-Submitted").map(str::trim), Some("auto-replied"));
    let kinds: Vec<_> = message.parts[1..].iter().filter_map(|part| part.content_type()).map(|t| t.subtype().unwrap_or("")).collect();
    assert_eq!(kinds, ["plain", "delivery-status", "rfc822-headers"]);
    let text = message.body_text(0).expect("a text");
    let (french, english) = text.split_once("---- English ----").expect("two languages");
    assert!(french.contains("votre message du 21/11/2026 à 23:00 n'a pas pu être remis à :"), "{french}");
    assert!(english.contains("could not be delivered to:"), "{english}");
}

/// Proves: MSG-21.
#[test]
fn the_patient_is_named_in_the_returned_header_only() {
    let bytes = build(&[failed("cardiologie@voisin.mssante.test"), failed("279035121518989@patient.mssante.test")], ORIGINAL, true);
    let message = MessageParser::default().parse(&bytes).expect("a message");
    let shown = format!("{} {}", message.subject().unwrap_or_default(), message.body_text(0).unwrap_or_default());
    assert!(!shown.contains("FIGATELLIX") && !shown.contains("279035121518989"), "{shown}");
    assert!(shown.contains("un usager"));
    let PartType::Message(whole) = &message.parts[3].body else { panic!("RET=FULL gives the whole message back") };
    assert!(whole.subject().is_some_and(|subject| subject.contains("FIGATELLIX")));
}

/// Proves: TRU-40.
#[test]
fn the_header_alone_comes_back_unless_the_whole_was_asked() {
    let bytes = build(&[failed("cardiologie@voisin.mssante.test")], ORIGINAL, false);
    assert!(memchr::memmem::find(&bytes, b"Texte.").is_none());
    let huge = [ORIGINAL, &vec![b'x'; 11 << 20][..]].concat();
    assert!(build(&[failed("cardiologie@voisin.mssante.test")], &huge, true).len() < 10_000);
}

#[test]
fn twenty_recipients_are_named_in_the_subject_and_all_in_the_report() {
    let many: Vec<_> = (0..25).map(|n| failed(&format!("service{n}@voisin.mssante.test"))).collect();
    let bytes = build(&many, ORIGINAL, false);
    let message = MessageParser::default().parse(&bytes).expect("a message");
    let subject = message.subject().expect("a subject");
    assert!(subject.contains("service19@") && !subject.contains("service20@") && subject.ends_with("..."), "{subject}");
    assert_eq!(memchr::memmem::find_iter(&bytes, b"Final-Recipient:").count(), 25);
}

#[test]
fn good_and_bad_news_together_are_told_apart() {
    let mut delivered = failed("pneumologie@voisin.mssante.test");
    delivered.action = Action::Delivered;
    delivered.status = "2.0.0".into();
    let bytes = build(&[delivered, failed("cardiologie@voisin.mssante.test")], ORIGINAL, false);
    let message = MessageParser::default().parse(&bytes).expect("a message");
    assert!(message.subject().is_some_and(|subject| subject.starts_with("Message non distribué")));
    let text = message.body_text(0).expect("a text");
    assert!(text.find("cardiologie").expect("the failure") < text.find("pneumologie").expect("the success"));
    assert!(text.contains("a été déposé dans la boîte de :"));
}

proptest! {
    /// Proves: TRU-47. Whatever a peer answers, the report stays one well-formed message: no line of it is the peer's own.
    #[test]
    fn a_hostile_reply_cannot_write_a_line_of_the_report(reply in "(?s).{0,300}", host in "(?s).{0,40}", envelope in any::<bool>()) {
        let mut reported = failed("cardiologie@voisin.mssante.test");
        reported.diagnostic = Some(format!("550 {reply}\r\n\r\n--=_01KAX8--\r\nX-Injected: yes"));
        reported.remote_mta = Some(host);
        reported.explanation = format!("{reply}\r\n--=_01KAX8--");
        reported.original = envelope.then(|| format!("rfc822;{reply}"));
        let bytes = build(&[reported], ORIGINAL, false);
        let lines: Vec<_> = bytes.split(|b| *b == b'\n').collect();
        prop_assert!(lines[..lines.len() - 1].iter().all(|line| line.ends_with(b"\r") && line.len() <= 999));
        prop_assert!(!lines.iter().any(|line| line.starts_with(b"X-Injected")));
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with(b"--=_01KAX8")).count(), 4);
    }
}
