//! Machines at the IMAP door: under their own host name, by their certificate, with EXTERNAL and nothing else.

mod stage;

use base64::Engine as _;
use rules::mailbox::{Bearer, Kind};
use rules::movement::Change;
use rules::{Address, Author, Channel};
use stage::door::{APP, Door, ORDINARY, ask, hear, say};
use stage::{CABINET, Kept, Stage, idnat, lab};
use store::mailboxes::{NewCertificate, NewMailbox};
use trust::Dn;
use trust::pki::Leaf;

const RESULTS: &str = "cardiologie_auto@pli.mssante.test";
const IMAGES: &str = "radiologie_auto@pli.mssante.test";
const REFUSED: &str = "NO [AUTHENTICATIONFAILED] Certificat refuse";

fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

/// The name of a certificate as it is written beside a mailbox.
fn name(leaf: &Leaf) -> String {
    Dn::parse(&leaf.declared().expect("a DN")).expect("a DN").key()
}

/// An APP mailbox of the hospital, opened by the laboratory's machine, and by the holder of the name that the bad certificates carry.
async fn application(stage: &Stage, at: &str) {
    let new = NewMailbox {
        address: address(at),
        kind: Kind::App,
        bearer: Bearer::Structure { structure: "1990000028".to_owned() },
        label: "Automate".to_owned(),
        structure: None,
        first: vec![Change::ResponsableAdded { person: idnat("899790000097") }],
    };
    let by = || Author::staff("essai");
    stage.store.import_mailbox(new, by(), Channel::Cli, stage.now()).await.expect("a mailbox");
    let lab = lab::lab();
    for leaf in [&lab.app, &lab.operators[&lab::peer()]] {
        let certificate = NewCertificate { dn: name(leaf), structure: None, approved_by: Some("Anne ALISIER".to_owned()) };
        stage.store.add_certificate(&address(at), certificate, by(), Channel::Cli, stage.now()).await.expect("entered");
    }
}

async fn open() -> Door {
    let door = Door::open(true).await;
    application(&door.stage, RESULTS).await;
    door
}

fn external(mailbox: &str) -> String {
    format!("AUTHENTICATE EXTERNAL {}", base64::engine::general_purpose::STANDARD.encode(mailbox))
}

/// Proves: LPS-21.
#[tokio::test]
async fn the_ordinary_name_asks_nobody_for_a_certificate_and_knows_no_external() {
    let door = open().await;
    let lab = lab::lab();
    let (mut secured, asked) = door.secure_as(door.dial().await.into_inner(), ORDINARY, Some(&lab.app)).await;
    assert!(!asked, "people's programs must not show a card prompt");
    assert!(hear(&mut secured).await.contains(" AUTH=XOAUTH2 AUTH=OAUTHBEARER "));
    let refused = ask(&mut secured, &format!("a1 {}", external(RESULTS))).await;
    assert_eq!(refused, "a1 NO [CANNOT] Mecanisme inconnu : XOAUTH2 ou OAUTHBEARER");
    door.stage.fall().await;
}

/// Proves: LPS-20, LPS-21, LPS-22, PSC-41.
#[tokio::test]
async fn a_machine_reads_its_mailbox_with_and_without_initial_response() {
    let door = open().await;
    let lab = lab::lab();
    let (mut with, greeting) = door.machine(Some(&lab.app)).await;
    assert_eq!(greeting, "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=EXTERNAL SASL-IR LITERAL+ ID ENABLE] Pli");
    let welcome = ask(&mut with, &format!("a1 {}", external(RESULTS))).await;
    assert!(welcome.starts_with("a1 OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=EXTERNAL "), "{welcome}");
    assert!(welcome.contains("] cardiologie_auto (CN=cardiologie_auto,OU=1990000028,"), "{welcome}");
    assert!(ask(&mut with, "a2 SELECT INBOX").await.starts_with("a2 OK"));

    let (mut without, _) = door.machine(Some(&lab.app)).await;
    say(&mut without, "a1 AUTHENTICATE EXTERNAL\r\n").await;
    assert_eq!(hear(&mut without).await, "+");
    let named = base64::engine::general_purpose::STANDARD.encode(RESULTS);
    say(&mut without, &format!("{named}\r\n")).await;
    assert!(hear(&mut without).await.starts_with("a1 OK "));

    let query = store::history::Query { mailbox: Some(address(RESULTS)), ..Default::default() };
    let lines = door.stage.store.journal_lines(query).await.expect("the journal");
    let opened = lines.iter().find(|placed| placed.line.act == "access.opened").expect("a line");
    assert_eq!(opened.line.author, Author::Machine { id: name(&lab.app) });
    door.stage.fall().await;
}

/// Proves: LPS-21.
#[tokio::test]
async fn starttls_leads_to_the_same_door() {
    let stage = Stage::set(Kept::Sqlite).await;
    application(&stage, RESULTS).await;
    let door = Door::of(stage, false).await;
    let mut clear = door.dial().await;
    hear(&mut clear).await;
    say(&mut clear, "a1 STARTTLS\r\n").await;
    assert_eq!(hear(&mut clear).await, "a1 OK Begin TLS");
    let (mut secured, asked) = door.secure_as(clear.into_inner(), APP, Some(&lab::lab().app)).await;
    assert!(asked);
    assert!(ask(&mut secured, &format!("b1 {}", external(RESULTS))).await.starts_with("b1 OK "));
    door.stage.fall().await;
}

/// Proves: LPS-22.
#[tokio::test]
async fn naming_no_mailbox_opens_the_only_one_and_no_other() {
    let door = open().await;
    let lab = lab::lab();
    let (mut one, _) = door.machine(Some(&lab.app)).await;
    let welcome = ask(&mut one, "a1 AUTHENTICATE EXTERNAL =").await;
    assert!(welcome.starts_with("a1 OK ") && welcome.contains(" cardiologie_auto ("), "{welcome}");
    let (mut empty, _) = door.machine(Some(&lab.app)).await;
    say(&mut empty, "a1 AUTHENTICATE EXTERNAL\r\n\r\n").await;
    assert_eq!(hear(&mut empty).await, "+");
    assert!(hear(&mut empty).await.starts_with("a1 OK "));

    application(&door.stage, IMAGES).await;
    let (mut two, _) = door.machine(Some(&lab.app)).await;
    assert_eq!(ask(&mut two, "a1 AUTHENTICATE EXTERNAL =").await, format!("a1 {REFUSED}"));
    assert!(ask(&mut two, &format!("a2 {}", external(IMAGES))).await.starts_with("a2 OK "));
    door.stage.fall().await;
}

/// Proves: LPS-20, LPS-21.
#[tokio::test]
async fn without_a_good_certificate_there_is_no_way_to_log_in() {
    let door = open().await;
    let lab = lab::lab();
    let (mut good, _) = door.machine(Some(&lab.operators[&lab::peer()])).await;
    assert!(ask(&mut good, &format!("a1 {}", external(RESULTS))).await.starts_with("a1 OK "), "that name opens it");
    for (fault, shown) in
        [("expired", Some(&lab.bad.expired)), ("revoked", Some(&lab.bad.revoked)), ("foreign", Some(&lab.bad.other_ca)), ("absent", None)]
    {
        let (mut secured, greeting) = door.machine(shown).await;
        assert_eq!(greeting, "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED SASL-IR LITERAL+ ID ENABLE] Pli", "{fault}");
        assert_eq!(ask(&mut secured, &format!("a1 {}", external(RESULTS))).await, format!("a1 {REFUSED}"), "{fault}");
        assert_eq!(ask(&mut secured, "a2 AUTHENTICATE EXTERNAL").await, format!("a2 {REFUSED}"), "{fault}: no challenge");
    }
    let causes = door.stage.refusals(None).await;
    assert_eq!(
        causes,
        ["TLS-EXPIRE", "TLS-EXPIRE", "TLS-REVOQUE", "TLS-REVOQUE", "TLS-NON-IGC", "TLS-NON-IGC", "TLS-ABSENT", "TLS-ABSENT"]
    );
    door.stage.fall().await;
}

/// Proves: LPS-21, LPS-22, PSC-41.
#[tokio::test]
async fn people_do_not_log_in_there_nor_machines_into_the_mailboxes_of_people() {
    let door = open().await;
    let (mut secured, _) = door.machine(Some(&lab::lab().app)).await;
    let token = sandbox::xoauth2(RESULTS, "hhh.ppp.sss");
    assert_eq!(ask(&mut secured, &format!("a1 AUTHENTICATE XOAUTH2 {token}")).await, "a1 NO [CANNOT] Mecanisme inconnu : EXTERNAL");
    assert!(ask(&mut secured, "a2 LOGIN robot secret").await.starts_with("a2 NO [CANNOT] "));
    // A cabinet's mailbox, and one that does not exist: the same words; the third failure is the last.
    assert_eq!(ask(&mut secured, &format!("a3 {}", external(CABINET))).await, format!("a3 {REFUSED}"));
    assert_eq!(ask(&mut secured, &format!("a4 {}", external("nulle.part@pli.mssante.test"))).await, format!("a4 {REFUSED}"));
    assert_eq!(ask(&mut secured, &format!("a5 {}", external("personne"))).await, format!("a5 {REFUSED}"));
    assert!(hear(&mut secured).await.starts_with("* BYE "));
    door.stage.fall().await;
}

/// Proves: LPS-22, PSC-26.
#[tokio::test]
async fn a_machine_that_keeps_failing_is_made_to_wait() {
    let door = open().await;
    let nowhere = external("nulle.part@pli.mssante.test");
    for attempt in 0..10 {
        let (mut secured, _) = door.machine(Some(&lab::lab().app)).await;
        assert_eq!(ask(&mut secured, &format!("a1 {nowhere}")).await, format!("a1 {REFUSED}"), "{attempt}");
    }
    let (mut secured, _) = door.machine(Some(&lab::lab().app)).await;
    assert_eq!(ask(&mut secured, &format!("a1 {}", external(RESULTS))).await, "a1 NO [LIMIT] Trop d'essais");
    assert!(hear(&mut secured).await.starts_with("* BYE "));
    door.stage.fall().await;
}

/// Proves: LPS-20, LPS-22, LPS-31, PSC-39.
#[tokio::test]
async fn withdrawing_the_certificate_ends_the_open_session() {
    let door = open().await;
    let (mut secured, _) = door.machine(Some(&lab::lab().app)).await;
    assert!(ask(&mut secured, &format!("a1 {}", external(RESULTS))).await.starts_with("a1 OK "));
    assert!(ask(&mut secured, "a2 SELECT INBOX").await.starts_with("a2 OK"));
    let (by, now) = (Author::staff("essai"), door.stage.now());
    door.stage.store.remove_certificate(&address(RESULTS), &name(&lab::lab().app), by, Channel::Cli, now).await.expect("removed");
    assert_eq!(hear(&mut secured).await, "* BYE L'acces a cette boite a pris fin");
    door.stage.fall().await;
}

/// Proves: LPS-20, TRU-36.
#[tokio::test]
async fn a_certificate_revoked_meanwhile_ends_the_open_session() {
    let door = open().await;
    let lab = lab::lab();
    let (mut secured, _) = door.machine(Some(&lab.app)).await;
    assert!(ask(&mut secured, &format!("a1 {}", external(RESULTS))).await.starts_with("a1 OK "));
    door.stage.revoke(&lab.app);
    say(&mut secured, "a2 NOOP\r\n").await;
    assert_eq!(hear(&mut secured).await, "* BYE Le certificat presente n'est plus valable");
    door.stage.fall().await;
}

/// Proves: LPS-22, TRU-53.
#[tokio::test]
async fn a_suspended_mailbox_is_closed_to_its_machine_too() {
    let door = open().await;
    let (mut inside, _) = door.machine(Some(&lab::lab().app)).await;
    assert!(ask(&mut inside, &format!("a1 {}", external(RESULTS))).await.starts_with("a1 OK "));
    door.stage.suspend(&address(RESULTS)).await;
    assert_eq!(hear(&mut inside).await, "* BYE L'acces a cette boite a pris fin");
    let (mut outside, _) = door.machine(Some(&lab::lab().app)).await;
    assert_eq!(ask(&mut outside, &format!("a1 {}", external(RESULTS))).await, "a1 NO [AUTHORIZATIONFAILED] Boite suspendue");
    door.stage.fall().await;
}
