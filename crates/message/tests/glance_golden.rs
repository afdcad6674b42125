//! What FETCH answers for known messages: the example of RFC 3501, a nested one, and the shapes that trip clients.

use message::Glance;
use message::glance::Section;

/// Source lines to a message with CRLF ends.
fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the examples are UTF-8")
}

fn cut<'a>(message: &'a [u8], glance: &Glance, path: &[u16], section: Section) -> &'a str {
    let range = glance.section(path, section).expect("the section exists");
    std::str::from_utf8(&message[range]).expect("the examples are UTF-8")
}

const IMC: &str = "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev1 WG mtg summary and minutes
To: imap@cac.washington.edu
cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

";

#[test]
fn the_example_of_rfc_3501_is_answered_as_the_rfc_prints_it() {
    let message = crlf(&format!("{IMC}Minutes of the meeting,\nwritten.\n"));
    let glance = Glance::of(&message);
    assert_eq!(
        shown(&glance.envelope),
        "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev1 WG mtg summary and minutes\" \
         ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) \
         ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ((NIL NIL \"imap\" \"cac.washington.edu\")) \
         ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL \
         \"<B27397-0100000@cac.washington.edu>\")"
    );
    assert_eq!(shown(&glance.body), "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 35 2)");
    assert_eq!(glance.header_len as usize, IMC.replace('\n', "\r\n").len());
    assert_eq!(glance.date, Some(837_595_405_000_000));
    assert_eq!(glance.date_day, Some(9_694));
    assert_eq!(glance.message_id.as_deref(), Some("<B27397-0100000@cac.washington.edu>"));
}

const NESTED: &str = "From: a@voisin.mssante.test
Subject: nested
Content-Type: multipart/mixed; boundary=outer

preamble
--outer
Content-Type: multipart/alternative; boundary=\"outer-inner\"

--outer-inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Été
--outer-inner
Content-Type: text/html
Content-Language: fr, en

<p>E</p>

--outer-inner--
--outer
Content-Type: message/rfc822
Content-Description: Le message transmis

From: Dr Orme <orme@voisin.mssante.test>
To: Groupe: b@pli.mssante.test, \"C, D\" <c@pli.mssante.test>;
Subject: =?UTF-8?Q?Pi=C3=A8ce?=
Content-Type: multipart/mixed; boundary=third

--third

premier
--third
Content-Type: application/pdf; name*0*=UTF-8''pi%C3%A8ce; name*1=.pdf
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=\"a \\\"b\\\".pdf\"; size=3
Content-ID: <pdf@voisin>

QUJD
--third--
--outer--
epilogue
";

#[test]
fn a_nested_message_is_numbered_and_cut_as_the_rfc_numbers_it() {
    let message = crlf(NESTED);
    let glance = Glance::of(&message);
    let paths: Vec<&[u16]> = glance.parts.iter().map(|part| part.path.as_slice()).collect();
    assert_eq!(paths, [&[][..], &[1], &[1, 1], &[1, 2], &[2], &[2, 1], &[2, 2]]);
    assert_eq!(cut(&message, &glance, &[1, 1], Section::Content), "Été");
    assert_eq!(cut(&message, &glance, &[1, 1], Section::Mime).lines().count(), 3);
    assert_eq!(cut(&message, &glance, &[1, 2], Section::Content), "<p>E</p>\r\n");
    assert!(cut(&message, &glance, &[2], Section::Mime).ends_with("transmis\r\n\r\n"));
    assert!(cut(&message, &glance, &[2], Section::Header).starts_with("From: Dr Orme"));
    assert!(cut(&message, &glance, &[2], Section::Header).ends_with("boundary=third\r\n\r\n"));
    assert!(cut(&message, &glance, &[2], Section::Text).starts_with("--third\r\n"));
    assert!(cut(&message, &glance, &[2], Section::Content).ends_with("--third--"));
    assert_eq!(cut(&message, &glance, &[2, 1], Section::Content), "premier");
    assert_eq!(cut(&message, &glance, &[2, 1], Section::Mime), "\r\n");
    assert_eq!(cut(&message, &glance, &[2, 2], Section::Content), "QUJD");
    assert_eq!(cut(&message, &glance, &[], Section::Content).len(), message.len());
    assert!(cut(&message, &glance, &[], Section::Text).starts_with("preamble"));
    assert_eq!(glance.section(&[1, 1], Section::Header), None, "a text part has no message header");
    assert_eq!(glance.section(&[3], Section::Content), None);
    assert_eq!(
        shown(&glance.body_structure),
        "(((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 5 0 NIL NIL NIL NIL)\
         (\"text\" \"html\" NIL NIL NIL \"7BIT\" 10 1 NIL NIL (\"fr\" \"en\") NIL) \
         \"alternative\" (\"boundary\" \"outer-inner\") NIL NIL NIL)\
         (\"message\" \"rfc822\" NIL NIL \"Le message transmis\" \"7BIT\" 429 \
         (NIL \"=?UTF-8?Q?Pi=C3=A8ce?=\" ((\"Dr Orme\" NIL \"orme\" \"voisin.mssante.test\")) \
         ((\"Dr Orme\" NIL \"orme\" \"voisin.mssante.test\")) ((\"Dr Orme\" NIL \"orme\" \"voisin.mssante.test\")) \
         ((NIL NIL \"Groupe\" NIL)(NIL NIL \"b\" \"pli.mssante.test\")(\"C, D\" NIL \"c\" \"pli.mssante.test\")(NIL NIL NIL NIL)) \
         NIL NIL NIL NIL) \
         ((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" 7 0 NIL NIL NIL NIL)\
         (\"application\" \"pdf\" (\"name*0*\" \"UTF-8''pi%C3%A8ce\" \"name*1\" \".pdf\") \"<pdf@voisin>\" NIL \"base64\" 4 \
         NIL (\"attachment\" (\"filename\" \"a \\\"b\\\".pdf\" \"size\" \"3\")) NIL NIL) \
         \"mixed\" (\"boundary\" \"third\") NIL NIL NIL) 15 NIL NIL NIL NIL) \
         \"mixed\" (\"boundary\" \"outer\") NIL NIL NIL)"
    );
}

#[test]
fn a_message_of_one_part_has_its_text_as_part_one() {
    let message = crlf("Subject: un\n\nBonjour\n");
    let glance = Glance::of(&message);
    assert_eq!(cut(&message, &glance, &[1], Section::Content), "Bonjour\r\n");
    assert_eq!(shown(&glance.body), "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" 9 1)");
}

#[test]
fn a_message_without_any_header_or_text_is_still_shown() {
    for message in [&b""[..], b"\r\n", b"no colon", b"Subject", b"\r\n\r\n"] {
        let glance = Glance::of(message);
        assert_eq!(shown(&glance.envelope), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
        assert_eq!(glance.parts.len(), 2);
    }
}

#[test]
fn bytes_that_are_not_ascii_go_out_as_literals() {
    let glance = Glance::of("Subject: été \"x\"\r\nFrom: Zoé <z@pli.mssante.test>\r\n\r\n".as_bytes());
    assert!(shown(&glance.envelope).starts_with("(NIL {9}\r\nété \"x\" (({4}\r\nZoé NIL \"z\" \"pli.mssante.test\"))"));
}

#[test]
fn odd_addresses_are_shown_and_none_is_lost() {
    let envelope = |to: &str| {
        let glance = Glance::of(format!("To: {to}\r\n\r\n").as_bytes());
        let all = shown(&glance.envelope);
        all.strip_prefix("(NIL NIL NIL NIL NIL ")
            .and_then(|rest| rest.strip_suffix(" NIL NIL NIL NIL)"))
            .expect("only To is set")
            .to_owned()
    };
    assert_eq!(envelope("gray@cac.test (Terry (T.) Gray)"), "((\"Terry (T.) Gray\" NIL \"gray\" \"cac.test\"))");
    assert_eq!(envelope("<@a.test,@b.test:joe@c.test>"), "((NIL \"@a.test,@b.test\" \"joe\" \"c.test\"))");
    assert_eq!(envelope("\"Roux, A.\" <\"a b\"@c.test>, d@e.test,,"), "((\"Roux, A.\" NIL \"a b\" \"c.test\")(NIL NIL \"d\" \"e.test\"))");
    assert_eq!(envelope("undisclosed-recipients:;"), "((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL))");
    assert_eq!(envelope("x@[IPv6:2001:db8::1]"), "((NIL NIL \"x\" \"[IPv6:2001:db8::1]\"))");
    assert_eq!(envelope("root"), "((NIL NIL \"root\" \"\"))");
    assert_eq!(envelope("A\r\n B <a@b.test>"), "((\"A B\" NIL \"a\" \"b.test\"))");
    assert_eq!(
        envelope("J. Doe <j@b.test>, G: a@b.test"),
        "((\"J. Doe\" NIL \"j\" \"b.test\")(NIL NIL \"G\" NIL)(NIL NIL \"a\" \"b.test\")(NIL NIL NIL NIL))"
    );
    assert_eq!(envelope("\"open <a@b.test>"), "((NIL NIL \"open <a@b.test>\" \"\"))");
    assert_eq!(envelope(""), "NIL");
}

#[test]
fn sender_and_reply_to_keep_their_own_value_when_they_have_one() {
    let glance = Glance::of(b"From: a@x.test\r\nSender: b@x.test\r\nReply-To: \r\nSubject:\r\n\r\n");
    assert_eq!(
        shown(&glance.envelope),
        "(NIL \"\" ((NIL NIL \"a\" \"x.test\")) ((NIL NIL \"b\" \"x.test\")) ((NIL NIL \"a\" \"x.test\")) NIL NIL NIL NIL NIL)"
    );
}

#[test]
fn a_closing_boundary_that_is_missing_does_not_swallow_the_next_part() {
    let message = crlf(
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nun\n--o\n\ndeux\n--o--\n",
    );
    let glance = Glance::of(&message);
    assert_eq!(cut(&message, &glance, &[1, 1], Section::Content), "un");
    assert_eq!(cut(&message, &glance, &[2], Section::Content), "deux");
}

#[test]
fn a_longer_boundary_is_not_taken_for_a_shorter_one() {
    let message = crlf("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bb\n--b-\nun\n--b--\n");
    let glance = Glance::of(&message);
    assert_eq!(cut(&message, &glance, &[1], Section::Content), "--bb\r\n--b-\r\nun");
}

#[test]
fn the_parts_of_a_digest_are_messages_unless_they_say_otherwise() {
    let message =
        crlf("Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: dedans\n\nun\n--d\nContent-Type: text/plain\n\ndeux\n--d--\n");
    let glance = Glance::of(&message);
    assert_eq!(cut(&message, &glance, &[1], Section::Text), "un");
    assert_eq!(cut(&message, &glance, &[1, 1], Section::Content), "un");
    assert!(shown(&glance.body).starts_with("((\"message\" \"rfc822\" NIL NIL NIL \"7BIT\" 21 (NIL \"dedans\" "));
}

#[test]
fn a_multipart_without_parts_is_shown_as_text() {
    for header in ["multipart/mixed", "multipart/mixed; boundary=\"\"", "multipart/mixed; boundary=never"] {
        let message = format!("Content-Type: {header}\r\n\r\nun\r\n");
        let glance = Glance::of(message.as_bytes());
        assert_eq!(shown(&glance.body), "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7BIT\" 4 1)", "{header}");
    }
}

#[test]
fn nesting_and_parts_beyond_the_limits_stay_in_the_message_without_a_number() {
    let deep: String = (0..100).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let glance = Glance::of(deep.as_bytes());
    assert_eq!(glance.parts.iter().map(|part| part.path.len()).max(), Some(message::glance::MAX_DEPTH - 1));
    let letters = "Content-Type: message/rfc822\r\n\r\n".repeat(100);
    assert!(Glance::of(letters.as_bytes()).parts.len() <= message::glance::MAX_DEPTH + 1);
    let wide = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n", "--b\r\n\r\nx\r\n".repeat(2_000));
    assert_eq!(Glance::of(wide.as_bytes()).parts.len(), message::glance::MAX_PARTS + 1);
    let long = format!("{}Subject: trop loin\r\n\r\ntexte", "X-Y: z\r\n".repeat(message::glance::MAX_FIELDS));
    let glance = Glance::of(long.as_bytes());
    assert!(shown(&glance.envelope).starts_with("(NIL NIL NIL"));
    assert_eq!(glance.header_len as usize, long.len() - "texte".len());
}

/// Proves: MSG-03, IND-12.
#[test]
fn the_declared_headers_are_read_whatever_their_case_folding_or_doubling() {
    let glance = Glance::of(
        b"x-mss-nil:\r\n  DEV000000 \r\nX-MSS-NIL: AUTRE\r\nX-Mss-CodeCda: 34112-3,\r\n 15508-5\r\nX-MSS-INS: O\r\nX-MSS-MES: FIN\r\n\r\n",
    );
    assert_eq!(glance.facts.nil.as_deref(), Some("DEV000000"), "the first of two counts");
    assert_eq!(glance.facts.code_cda.as_deref(), Some("34112-3, 15508-5"));
    assert_eq!(glance.facts.ins.as_deref(), Some("O"));
    assert_eq!(glance.facts.mes.as_deref(), Some("FIN"));
    assert_eq!(Glance::of(b"Subject: x\r\n\r\n").facts.nil, None);
}

/// Proves: TRU-44, TRU-48.
#[test]
fn what_acceptance_looks_at_is_counted() {
    let glance = Glance::of(
        b"Received: a\r\nReceived: b\r\nDelivered-To: x@pli.mssante.test\r\nFrom: A <A@X.test>\r\nfrom: b@x.test\r\nSubject: 1\r\nSubject: 2\r\nTo: c@x.test\r\n\r\n",
    );
    assert_eq!(glance.facts.received, 2);
    assert_eq!(glance.facts.delivered_to, ["x@pli.mssante.test"]);
    assert_eq!(glance.facts.from, ["a@x.test", "b@x.test"]);
    assert_eq!(glance.facts.doubled, ["From", "Subject"]);
}

#[test]
fn reports_automatic_answers_and_archives_are_recognised() {
    let facts = |text: &str| Glance::of(&crlf(text)).facts;
    assert!(facts("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b--\n").is_dsn);
    assert!(facts("Content-Type: multipart/report; report-type=\"disposition-notification\"; boundary=b\n\n--b\n\nx\n--b--\n").is_mdn);
    assert!(!facts("Content-Type: multipart/mixed; report-type=delivery-status; boundary=b\n\n--b\n\nx\n--b--\n").is_dsn);
    assert!(facts("Auto-Submitted: auto-replied (vacation)\n\n").auto_submitted);
    assert!(!facts("Auto-Submitted: no\n\n").auto_submitted);
    assert!(facts("Disposition-Notification-To: a@x.test\n\n").mdn_asked);
    let with = |fields: &str| facts(&format!("Content-Type: multipart/mixed; boundary=b\n\n--b\n{fields}\n\nUEs=\n--b--\n")).xdm;
    assert!(with("Content-Disposition: attachment; filename=\"ihe_xdm.zip\""));
    assert!(with("Content-Type: application/zip; name*=UTF-8''IHE_XDM.ZIP"));
    assert!(!with("Content-Disposition: attachment; filename=\"other.zip\""));
}
