//! The door for machines: an APP mailbox, by a certificate that is written beside it, and nothing else.

mod house;
mod people;

use house::{cabinet, cardiology, enter, mailbox, moved, now, personal};
use people::person;
use rules::access::{Holder, open_machine};
use rules::mail;
use rules::mailbox::{Bearer, Kind, Mailbox, State, certificate_of_bearer, may_enter_certificate};
use rules::movement::Change;
use rules::register::Structure;
use rules::{Author, Refusal};

const DN: &str = "CN=cardiologie_auto,OU=1990000028,O=centre hospitalier de valclair,ST=ille-et-vilaine (35),C=fr";

fn results() -> Mailbox {
    let bearer = Bearer::Structure { structure: "1990000028".to_owned() };
    let mut app = mailbox(4, "cardiologie_auto@pli.mssante.test", Kind::App, bearer, None);
    moved(&mut app, now(), Change::ResponsableAdded { person: person("P09").idnat });
    app
}

fn written() -> [String; 2] {
    ["CN=autre,OU=1990000028,C=fr".to_owned(), DN.to_owned()]
}

/// Proves: PSC-41, LPS-20, LPS-22.
#[test]
fn a_machine_enters_its_application_mailbox_as_itself_and_sends_from_it() {
    let app = results();
    let access = open_machine(&app, DN, &written(), now()).expect("its certificate is written there");
    assert_eq!(access.holder(), &Holder::Machine { dn: DN.to_owned() });
    assert_eq!(access.author(), Author::Machine { id: DN.to_owned() });
    assert_eq!((access.address(), access.revision(), access.name()), (&app.address, app.revision, DN));
    assert_eq!((access.person(), access.capacity()), (None, None));
    assert_eq!(mail::outgoing(&access, Some(&app.address)), Ok(()));
    assert_eq!(mail::header_from(&access, &[personal(2, "P01").address]), Err(Refusal::SenderNotMailbox));
}

/// Proves: PSC-41.
#[test]
fn a_machine_manages_nobody_and_owns_nothing() {
    let access = open_machine(&results(), DN, &written(), now()).expect("in");
    assert_eq!(access.manager_rights().unwrap_err(), Refusal::NotManager);
    assert_eq!(access.owner_rights().unwrap_err(), Refusal::NotOwner);
}

/// Proves: PSC-41, LPS-22.
#[test]
fn no_certificate_opens_the_mailbox_of_a_person_a_cabinet_or_a_department() {
    for mailbox in [personal(2, "P01"), cabinet(), cardiology()] {
        assert_eq!(open_machine(&mailbox, DN, &written(), now()).unwrap_err(), Refusal::CertificateRefused, "{}", mailbox.address);
    }
}

/// Proves: LPS-22.
#[test]
fn a_certificate_that_is_not_written_beside_the_mailbox_learns_nothing_of_it() {
    let mut app = results();
    assert_eq!(open_machine(&app, DN, &[], now()).unwrap_err(), Refusal::CertificateRefused);
    assert_eq!(open_machine(&app, "CN=cardiologie_auto", &written(), now()).unwrap_err(), Refusal::CertificateRefused);
    moved(&mut app, now(), Change::Suspended);
    assert_eq!(open_machine(&app, "CN=cardiologie_auto", &written(), now()).unwrap_err(), Refusal::CertificateRefused);
}

/// Proves: LPS-22, TRU-53, TRU-55.
#[test]
fn a_machine_is_kept_out_of_a_suspended_or_closed_mailbox_and_only_reads_one_that_is_being_closed() {
    let mut suspended = results();
    moved(&mut suspended, now(), Change::Suspended);
    assert_eq!(open_machine(&suspended, DN, &written(), now()).unwrap_err(), Refusal::MailboxSuspended);
    let mut closing = results();
    moved(&mut closing, now(), Change::Closing);
    let access = open_machine(&closing, DN, &written(), now()).expect("still read");
    assert_eq!(access.state(), State::EnCloture);
    assert_eq!(mail::outgoing(&access, Some(&closing.address)), Err(Refusal::MailboxClosed));
    moved(&mut closing, now(), Change::Closed);
    assert_eq!(open_machine(&closing, DN, &written(), now()).unwrap_err(), Refusal::CertificateRefused);
}

/// Proves: PSC-41. The one who answers for the mailbox still enters it, as a person.
#[test]
fn a_responsable_enters_the_same_mailbox_as_a_person() {
    let access = enter(&results(), &person("P09"), now()).expect("she answers for it");
    assert_eq!(access.person(), Some(&person("P09").idnat));
}

/// Proves: LPS-22.
#[test]
fn a_certificate_of_another_structure_is_entered_only_when_somebody_is_named_who_approves_it() {
    let hospital = Structure {
        id: "1990000028".to_owned(),
        finess: Some("990000028".to_owned()),
        siret: Some("99000002800011".to_owned()),
        ..Structure::default()
    };
    for unit in ["1990000028", "399000002800011"] {
        assert!(certificate_of_bearer(Some(unit), Some(&hospital)), "{unit}");
        assert_eq!(may_enter_certificate(Some(unit), Some(&hospital), None), Ok(()));
    }
    for unit in [None, Some("1990000036"), Some("3990000028"), Some("990000028")] {
        assert!(!certificate_of_bearer(unit, Some(&hospital)), "{unit:?}");
        assert_eq!(may_enter_certificate(unit, Some(&hospital), None), Err(Refusal::OtherStructure));
        assert_eq!(may_enter_certificate(unit, Some(&hospital), Some("  ")), Err(Refusal::OtherStructure), "a name, not a blank");
        assert_eq!(may_enter_certificate(unit, Some(&hospital), Some("Anne ALISIER")), Ok(()));
    }
    let corsican = Structure { id: "12A0000001".to_owned(), finess: Some("2A0000001".to_owned()), ..Structure::default() };
    assert!(certificate_of_bearer(Some("12a0000001"), Some(&corsican)), "the case of a normalised name is folded");
}
