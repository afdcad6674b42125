//! Letters written here and read again: what was typed is what is read, and nothing that was typed becomes a field of the header.

use message::compose::{Composed, Enclosed, answer, typed};
use message::{Correspondent, Glance, Letter};
use rules::Moment;

fn cabinet() -> Correspondent {
    Correspondent::new(Some("Cabinet médical des Lilas".into()), "cabinet.des-lilas@pli.mssante.test")
}

fn heart() -> Correspondent {
    Correspondent::new(Some("Cardiologie, CH de Valclair".into()), "cardiologie@voisin.mssante.test")
}

fn composed<'a>(
    from: &'a Correspondent,
    to: &'a [Correspondent],
    subject: &'a str,
    text: &'a str,
    enclosed: &'a [Enclosed],
) -> Composed<'a> {
    Composed {
        from,
        to,
        cc: &[],
        subject,
        text,
        enclosed,
        receipt: false,
        message_id: "abc@pli.mssante.test",
        in_reply_to: None,
        references: &[],
        date: Moment::parse("2026-11-21T22:00:00Z").expect("a moment"),
        nil: Some("DEV000000"),
        answers: None,
    }
}

/// Proves: LPS-52.
#[test]
fn what_was_typed_is_what_is_read() {
    let files = [
        Enclosed {
            name: "Échographie du 21 novembre – M. Frêne.pdf".into(),
            media: "application/pdf".into(),
            bytes: b"%PDF-1.4\n\0\xff".to_vec(),
        },
        Enclosed { name: "resultats.hpr".into(), media: "text/plain".into(), bytes: b"M\xe9decin\r\nligne\n".to_vec() },
        Enclosed {
            name: "lettre.eml".into(),
            media: "message/rfc822".into(),
            bytes: b"From: a@b.test\r\nSubject: dedans\r\n\r\nBonjour\r\n".to_vec(),
        },
    ];
    let (from, to) = (cabinet(), [heart()]);
    let text = "Cher confrère,\n\n.\nÇa va « bien ».\r\n-- \nDr Tilleul";
    let bytes = composed(&from, &to, "Réponse à votre lettre", text, &files).write("limite42");
    let letter = Letter::read(&bytes);
    assert_eq!(letter.subject(), "Réponse à votre lettre");
    assert_eq!((letter.from(), letter.to()), (vec![from.clone()], to.to_vec()));
    assert_eq!(letter.text().trim_end(), text.replace("\r\n", "\n"));
    assert_eq!(letter.date(), Moment::parse("2026-11-21T22:00:00Z"));
    let attached = letter.attachments();
    assert_eq!(attached.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), [&*files[0].name, &*files[1].name, &*files[2].name]);
    for (at, file) in files.iter().enumerate().take(2) {
        assert_eq!(letter.attachment(&[at + 1]).expect("it is there").1, file.bytes, "bit for bit");
    }
    assert!(attached[2].letter);
    assert_eq!(Letter::read(&letter.attachment(&[3]).expect("there").1).subject(), "dedans");
    assert!(letter.attachment(&[4]).is_none() && letter.attachment(&[0]).is_none() && letter.attachment(&[1, 1]).is_none());
    let glance = Glance::of(&bytes);
    assert_eq!(glance.message_id.as_deref(), Some("<abc@pli.mssante.test>"));
    assert_eq!(glance.facts.nil.as_deref(), Some("DEV000000"));
    assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 999 && line.last().is_none_or(|b| *b == b'\r')), "CRLF, short lines");
}

/// Proves: MSG-11.
#[test]
fn no_field_names_the_person_and_none_can_be_slipped_in() {
    let evil = "Bonjour\r\nBcc: autre@voisin.mssante.test\r\nX-MSS-NIL: FAUX\n\n<script>";
    let from = cabinet();
    let to = [Correspondent::new(Some("A\r\nBcc: x@y.test".into()), "a@b.test")];
    let files = [Enclosed { name: "a\r\nX-Evil: 1\".pdf".into(), media: "text/html\r\nX-Evil: 1".into(), bytes: vec![] }];
    let mut letter = composed(&from, &to, evil, "texte", &files);
    letter.in_reply_to = Some("x>\r\nBcc: y@z.test\r\nA: <b");
    let references = ["a@b\r\nBcc: z".to_owned(), "bon@b".to_owned()];
    letter.references = &references;
    letter.nil = Some("A\r\nBcc: q");
    let bytes = letter.write("limite42");
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    for field in ["\nbcc:", "\nx-evil", "\nsender:", "\nx-mss-nil: faux", "\nin-reply-to:"] {
        assert!(!text.contains(field), "{field}: {text}");
    }
    assert_eq!(Glance::of(&bytes).facts.doubled, [""; 0]);
    assert_eq!(Letter::read(&bytes).references(), ["bon@b"]);
}

/// Proves: MSG-30.
#[test]
fn a_receipt_is_asked_for_the_mailbox_itself() {
    let (from, to) = (cabinet(), [heart()]);
    let mut letter = composed(&from, &to, "s", "t", &[]);
    assert!(Letter::read(&letter.write("b")).receipt_to().is_empty());
    letter.receipt = true;
    let bytes = letter.write("b");
    assert_eq!(Letter::read(&bytes).receipt_to(), [cabinet()]);
    assert!(Glance::of(&bytes).facts.mdn_asked);
}

#[test]
fn addresses_are_read_as_people_type_them() {
    let (good, bad) =
        typed("cardiologie@voisin.mssante.test; \"Sureau, Nadia\" <NADIA@pli.mssante.test>,\n rien , a@b@c, <x@y.test>, x@y.test");
    let addresses: Vec<&str> = good.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(addresses, ["cardiologie@voisin.mssante.test", "nadia@pli.mssante.test", "x@y.test"]);
    assert_eq!(good[1].name.as_deref(), Some("Sureau, Nadia"));
    assert_eq!(bad, ["rien", "a@b@c"]);
    let written: Vec<String> = good.iter().map(Correspondent::written).collect();
    assert_eq!(typed(&written.join(", ")).0, good, "what is shown in the field is read back");
}

#[test]
fn an_answer_goes_to_the_writer_or_to_all_but_never_to_oneself() {
    let bytes =
        b"From: A <a@b.test>\r\nTo: cabinet.des-lilas@pli.mssante.test, c@d.test\r\nCc: e@f.test, A@b.test\r\nMessage-ID: <1@b.test>\r\n\
                  References: <0@b.test>\r\nSubject: RE: suite\r\n\r\nBonjour\r\n> avant\r\n-- \r\nDr A\r\n";
    let letter = Letter::read(bytes);
    let own = "cabinet.des-lilas@pli.mssante.test";
    let named = |list: Vec<Correspondent>| list.into_iter().map(|one| one.address).collect::<Vec<_>>();
    let (to, cc) = answer::recipients(&letter, own, false);
    assert_eq!((named(to), named(cc)), (vec!["a@b.test".to_owned()], vec![]));
    let (to, cc) = answer::recipients(&letter, own, true);
    assert_eq!((named(to), named(cc)), (vec!["a@b.test".to_owned()], vec!["c@d.test".to_owned(), "e@f.test".to_owned()]));
    let (to, _) = answer::recipients(&letter, "a@b.test", false);
    assert_eq!(named(to), [own, "c@d.test"], "an answer to one's own letter goes on to those it was for");
    assert_eq!(answer::thread(&letter), (Some("1@b.test".into()), vec!["0@b.test".into(), "1@b.test".into()]));
    assert_eq!(answer::reply_subject(&letter.subject()), "RE: suite");
    assert_eq!(answer::forward_subject("suite"), "Tr: suite");
    assert_eq!(answer::quoted(&letter.text()), "> Bonjour\n>> avant\n");
}

#[test]
fn a_long_conversation_keeps_its_root() {
    let many: String = (0..60).map(|n| format!("<{n}@b.test> ")).collect();
    let bytes = format!("From: a@b.test\r\nMessage-ID: <last@b.test>\r\nReferences: {many}\r\n\r\n.\r\n");
    let (_, references) = answer::thread(&Letter::read(bytes.as_bytes()));
    assert_eq!((references.len(), &*references[0], &*references[19]), (20, "0@b.test", "last@b.test"));
}

#[test]
fn names_of_files_cannot_deceive() {
    use message::letter::file_name;
    assert_eq!(file_name("../../etc/passwd"), "passwd");
    assert_eq!(file_name("C:\\temp\\CR.pdf"), "CR.pdf");
    assert_eq!(file_name("facture\u{202e}fdp.exe"), "facturefdp.exe");
    assert_eq!(file_name("a\r\nb"), "ab");
    assert_eq!(file_name("…"), "…");
    assert!(file_name(&"é".repeat(300)).len() <= 200);
}

#[test]
fn an_attachment_inside_an_attached_letter_can_be_opened() {
    let (from, to) = (cabinet(), [heart()]);
    let kept = [Enclosed { name: "a.bin".into(), media: "application/x-y".into(), bytes: vec![0, 13, 10, 255] }];
    let inner = composed(&from, &to, "dedans", "x", &kept);
    let outer = [Enclosed { name: "lettre.eml".into(), media: "message/rfc822".into(), bytes: inner.write("dedans7") }];
    let bytes = composed(&from, &to, "dehors", "y", &outer).write("dehors7");
    let letter = Letter::read(&bytes);
    let (about, content) = letter.attachment(&[1, 1]).expect("inside");
    assert_eq!((&*about.name, &*about.media, content), ("a.bin", "application/x-y", vec![0, 13, 10, 255]));
}

proptest::proptest! {
    #[test]
    fn any_bytes_can_be_read_as_a_letter(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        let letter = Letter::read(&bytes);
        let _ = (letter.subject(), letter.from(), letter.text(), letter.html(), letter.references(), letter.receipt_to());
        for one in letter.attachments() {
            letter.attachment(&[one.number]);
            letter.attachment(&[one.number, 1]);
        }
    }

    #[test]
    fn any_text_survives_the_journey(subject in "\\PC{0,120}", text in "[^\\p{Cc}]{0,300}", name in "\\PC{1,60}") {
        let from = cabinet();
        let to = [Correspondent::new(Some(name), "a@b.test")];
        let bytes = composed(&from, &to, &subject, &text, &[]).write("b");
        let letter = Letter::read(&bytes);
        let tidy = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
        proptest::prop_assert_eq!(tidy(&letter.subject()), tidy(&subject));
        proptest::prop_assert_eq!(letter.text().trim_end().to_owned(), text.trim_end().to_owned());
        proptest::prop_assert_eq!(letter.to(), to);
    }
}
