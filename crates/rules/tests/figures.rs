//! A golden month: who came, who sent, who read, told by the journal of three mailboxes; and properties that hold for any journal.

mod house;
mod people;

use std::collections::BTreeMap;

use people::at;
use proptest::prelude::*;
use rules::access::Capacity;
use rules::journal::{Act, Line};
use rules::mailbox::{Kind, MailboxId, State};
use rules::usage::{Figures, Fold, MailboxFacts, Month};
use rules::{Address, Author, Channel, IdNat, Moment};
use serde_json::{Value, json};

const CABINET: MailboxId = MailboxId(1);
const CLAIRE: &str = "899790000014";
const KARIM: &str = "899790000022";
const NADIA: &str = "899790000048";

fn facts(id: i64, address: &str, kind: Kind, bearer: &str) -> MailboxFacts {
    let created = at("2026-01-05T08:00:00Z");
    MailboxFacts {
        id: MailboxId(id),
        address: Address::parse(address).unwrap(),
        kind,
        bearer: bearer.to_owned(),
        structure: bearer.starts_with('1').then(|| bearer.to_owned()),
        state: State::Active,
        state_since: created,
        created,
        cotitulaires: 1,
        delegataires: 2,
    }
}

fn mailboxes() -> Vec<MailboxFacts> {
    vec![
        facts(1, "cabinet.des-lilas@pli.mssante.test", Kind::Cab, CLAIRE),
        facts(2, "claire.tilleul@pli.mssante.test", Kind::Per, CLAIRE),
        facts(3, "secretariat.cardiologie@pli.mssante.test", Kind::Org, "1990000028"),
    ]
}

fn by(person: &str, capacity: Option<Capacity>) -> Author {
    Author::Person { id: IdNat::parse(person).unwrap(), capacity }
}

fn line(when: Moment, author: Author, act: Act, object: &str, channel: Channel, facts: Value) -> Line {
    Line { seq: 0, at: when, author, act: act.as_str().to_owned(), object: object.to_owned(), channel, facts, hash: String::new() }
}

fn fold<'a>(month: &str, lines: impl IntoIterator<Item = &'a (MailboxId, Line)>) -> Figures {
    let mut fold = Fold::new(Month::parse(month).unwrap(), mailboxes());
    for (mailbox, line) in lines {
        fold.line(*mailbox, line);
    }
    fold.finish()
}

/// The month of October 2026 at the cabinet: the secretary works, the colleague reads, the owner does nothing.
fn october() -> Vec<(MailboxId, Line)> {
    use Capacity::{Cotitulaire, Delegataire, Owner};
    let (imap, smtp, web) = (Channel::Imap, Channel::Smtp, Channel::Webmail);
    let lent = || by(NADIA, Some(Delegataire));
    let desk = || json!({"azp": "lps-demo", "acr": "eidas1"});
    let letter =
        |size| json!({"nil": "DEV935997", "class": "ESPACE", "size": size, "xdm": true, "code_cda": ["34112-3"], "ins": "O", "mdn": false});
    let cabinet = vec![
        line(at("2026-09-30T21:50:00Z"), lent(), Act::AccessOpened, "", imap, desk()),
        // 22:10 UTC is 00:10 of October in Paris; within thirty minutes of the visit before.
        line(at("2026-09-30T22:10:00Z"), lent(), Act::AccessOpened, "", imap, desk()),
        line(at("2026-10-05T07:00:00Z"), Author::task("reception"), Act::MessageReceived, "7", smtp, letter(1000)),
        line(at("2026-10-05T08:00:00Z"), lent(), Act::AccessOpened, "", imap, desk()),
        line(at("2026-10-05T08:20:00Z"), lent(), Act::MessageFetched, "7", imap, Value::Null),
        line(at("2026-10-05T08:20:01Z"), lent(), Act::MessageOpened, "7", imap, Value::Null),
        line(at("2026-10-05T08:40:00Z"), lent(), Act::AccessOpened, "", imap, json!({"azp": "autre-lps"})),
        line(at("2026-10-05T08:41:00Z"), lent(), Act::AccessOpened, "", smtp, desk()),
        line(
            at("2026-10-05T08:41:05Z"),
            lent(),
            Act::MessageSent,
            "8",
            smtp,
            json!({"nil": "DEV000001", "size": 2000, "internal": 1, "space": 2, "citizens": 1, "xdm": true, "code_cda": ["34112-3", "11502-2"],
                   "ins": "N", "mes": "FIN", "mdn_asked": true}),
        ),
        line(at("2026-10-05T08:42:00Z"), lent(), Act::MessageSent, "9", smtp, json!({"nil": "DEV000001", "size": 50, "report": true})),
        line(at("2026-10-05T09:00:00Z"), Author::task("courier"), Act::MessageFailed, "8", Channel::System, json!({"status": "5.1.1"})),
        line(at("2026-10-06T09:00:00Z"), by(NADIA, None), Act::AccessRefused, "", imap, json!({"code": "TERMS_NOT_ACCEPTED"})),
        line(at("2026-10-07T09:00:00Z"), by(KARIM, None), Act::AccessRefused, "", web, json!({"code": "NO_RIGHT"})),
        // Délégataire until the 14th, cotitulaire after: two lines (IND-05).
        line(at("2026-10-15T09:00:00Z"), by(NADIA, Some(Cotitulaire)), Act::AccessOpened, "", imap, desk()),
        line(at("2026-10-20T09:00:00Z"), lent(), Act::AccessRefused, "", imap, json!({"code": "RIGHT_LOST"})),
        // The hour that comes twice: 00:30Z and 01:30Z are both 02:30 in Paris; an hour apart, two visits.
        line(at("2026-10-25T00:30:00Z"), by(KARIM, Some(Cotitulaire)), Act::AccessOpened, "", web, json!({"azp": "pli"})),
        line(at("2026-10-25T01:30:00Z"), by(KARIM, Some(Cotitulaire)), Act::AccessOpened, "", web, json!({"azp": "pli"})),
        line(at("2026-10-25T01:31:00Z"), by(KARIM, Some(Cotitulaire)), Act::MessageOpened, "8:9", web, Value::Null),
        line(at("2026-10-26T09:00:00Z"), Author::staff("exploitation"), Act::AccessOpened, "", Channel::Cli, Value::Null),
        // 23:30 UTC on the 31st is November.
        line(at("2026-10-31T23:30:00Z"), by(CLAIRE, Some(Owner)), Act::AccessOpened, "", web, json!({"azp": "pli"})),
    ];
    let own = vec![
        line(at("2026-08-14T09:00:00Z"), by(CLAIRE, Some(Owner)), Act::AccessOpened, "", web, json!({"azp": "pli"})),
        line(
            at("2026-10-09T09:00:00Z"),
            Author::task("reception"),
            Act::MessageReceived,
            "1",
            smtp,
            json!({"class": "INTERNE", "size": 10, "mdn": true}),
        ),
        line(
            at("2026-10-09T09:01:00Z"),
            Author::task("reception"),
            Act::MessageReceived,
            "2",
            smtp,
            json!({"class": "INTERNE", "size": 10, "dsn": true}),
        ),
        line(at("2026-10-09T09:02:00Z"), Author::task("absence"), Act::MessageSent, "3", Channel::System, json!({"space": 1, "size": 5})),
    ];
    cabinet.into_iter().map(|line| (CABINET, line)).chain(own.into_iter().map(|line| (MailboxId(2), line))).collect()
}

fn lines_of(figures: &Figures) -> Vec<String> {
    let cells = |row: Value, columns: &[&str]| {
        let cell = |column: &&str| match &row[*column] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        columns.iter().map(cell).collect::<Vec<_>>().join(";")
    };
    let connexions = [
        "adresse_boite",
        "type_boite",
        "id_porteur",
        "type_acteur",
        "id_acteur",
        "canal",
        "qualite",
        "nb_visites",
        "nb_jours_actifs",
        "date_premiere_connexion",
        "date_derniere_connexion",
        "date_connue",
        "nb_refus",
        "azp",
        "id_structure",
    ];
    let echanges = [
        "adresse_boite",
        "type_acteur",
        "id_acteur",
        "canal",
        "qualite",
        "sens",
        "nil",
        "nb_messages",
        "nb_dest_interne",
        "nb_dest_espace",
        "nb_dest_usager",
        "nb_avec_xdm",
        "nb_ins_o",
        "nb_ins_n",
        "codes_cda_declares",
        "nb_mes_fin",
        "nb_mdn_demandes",
        "nb_mdn_emis",
        "nb_mdn_recus",
        "nb_echecs",
        "octets",
    ];
    let boites = ["adresse_boite", "etat", "date_creation", "nb_acteurs_mois", "nb_messages_stock", "date_derniere_authentification"];
    let part = |rows: Value, columns: &[&str]| rows.as_array().unwrap().iter().map(|row| cells(row.clone(), columns)).collect::<Vec<_>>();
    [
        part(serde_json::to_value(&figures.connexions).unwrap(), &connexions),
        part(serde_json::to_value(&figures.echanges).unwrap(), &echanges),
        part(serde_json::to_value(&figures.boites).unwrap(), &boites),
    ]
    .concat()
}

/// Proves: IND-A, IND-B, IND-C, IND-01, IND-02, IND-03, IND-04, IND-05, IND-06, IND-11, IND-22, IND-30, IND-31, CAB-02.
#[test]
fn the_month_of_the_cabinet_names_the_secretary_and_the_colleague_and_not_the_owner() {
    let expected = "\
cabinet.des-lilas@pli.mssante.test;CAB;899790000014;PROFESSIONNEL;899790000022;WEBMAIL;;0;0;;;N;1;;
cabinet.des-lilas@pli.mssante.test;CAB;899790000014;PROFESSIONNEL;899790000022;WEBMAIL;COTITULAIRE;2;1;2026-10-25;2026-10-25;O;0;pli;
cabinet.des-lilas@pli.mssante.test;CAB;899790000014;PROFESSIONNEL;899790000048;IMAP;COTITULAIRE;1;1;2026-10-15;2026-10-15;O;0;lps-demo;
cabinet.des-lilas@pli.mssante.test;CAB;899790000014;PROFESSIONNEL;899790000048;IMAP;DELEGATAIRE;1;2;2026-10-01;2026-10-05;O;1;lps-demo;
cabinet.des-lilas@pli.mssante.test;CAB;899790000014;PROFESSIONNEL;899790000048;SMTP;DELEGATAIRE;1;1;2026-10-05;2026-10-05;O;0;lps-demo;
claire.tilleul@pli.mssante.test;PER;899790000014;;;;;0;0;;2026-08-14;O;0;;
secretariat.cardiologie@pli.mssante.test;ORG;1990000028;;;;;0;0;;;N;0;;1990000028
cabinet.des-lilas@pli.mssante.test;PROFESSIONNEL;899790000022;WEBMAIL;COTITULAIRE;LU;;2;0;0;0;0;0;0;{};0;0;0;0;0;0
cabinet.des-lilas@pli.mssante.test;PROFESSIONNEL;899790000048;IMAP;DELEGATAIRE;LU;;1;0;0;0;0;0;0;{};0;0;0;0;0;0
cabinet.des-lilas@pli.mssante.test;PROFESSIONNEL;899790000048;SMTP;DELEGATAIRE;EMIS;DEV000001;1;1;2;1;1;0;1;{\"11502-2\":1,\"34112-3\":1};1;1;1;0;1;2000
cabinet.des-lilas@pli.mssante.test;SYSTEME;RECEPTION;SMTP;SYSTEME;RECU;DEV935997;1;0;1;0;1;1;0;{\"34112-3\":1};0;0;0;0;0;1000
claire.tilleul@pli.mssante.test;SYSTEME;ABSENCE;SMTP;SYSTEME;EMIS;ABSENT;1;0;1;0;0;0;0;{};0;0;0;0;0;5
claire.tilleul@pli.mssante.test;SYSTEME;RECEPTION;SMTP;SYSTEME;RECU;ABSENT;0;0;0;0;0;0;0;{};0;0;0;1;0;0
cabinet.des-lilas@pli.mssante.test;ACTIVE;2026-01-05;2;2;2026-10-25
claire.tilleul@pli.mssante.test;ACTIVE;2026-01-05;0;2;2026-08-14
secretariat.cardiologie@pli.mssante.test;ACTIVE;2026-01-05;0;0;";
    let figures = fold("2026-10", &october());
    for (is, expected) in lines_of(&figures).iter().zip(expected.lines()) {
        assert_eq!(is, expected);
    }
    assert_eq!(lines_of(&figures).len(), expected.lines().count());
}

/// Proves: IND-11.
#[test]
fn an_act_late_on_the_last_evening_belongs_to_the_month_of_paris() {
    let november = fold("2026-11", &october());
    let owner: Vec<_> = november.connexions.iter().filter(|row| row.id_acteur.as_deref() == Some(CLAIRE)).collect();
    assert_eq!(owner.len(), 1);
    assert_eq!((owner[0].nb_visites, owner[0].qualite), (1, Some("PROPRIETAIRE")));
    assert_eq!(owner[0].date_premiere_connexion.as_deref(), Some("2026-11-01"));
}

/// Proves: IND-01, IND-03. The terms are accepted, or the mailbox begun, a minute before the first visit; one who reads on after an hour of
/// silence, without a new opening, prolongs nothing.
#[test]
fn an_act_prolongs_a_visit_and_never_stands_in_for_its_beginning() {
    let (web, lent) = (Channel::Webmail, || by(NADIA, Some(Capacity::Delegataire)));
    let on = |time: &str, act| (CABINET, line(at(&format!("2026-10-05T{time}Z")), lent(), act, "", web, json!({"azp": "pli"})));
    let figures = fold(
        "2026-10",
        &[
            on("08:00:00", Act::MovementAccepted),
            on("08:01:00", Act::AccessOpened),
            on("08:25:00", Act::MessageOpened),
            on("08:50:00", Act::AccessOpened), // the same visit: a letter was read meanwhile
            on("10:00:00", Act::MessageOpened),
            on("10:10:00", Act::AccessOpened), // a second one
        ],
    );
    let hers: Vec<u64> =
        figures.connexions.iter().filter(|row| row.id_acteur.as_deref() == Some(NADIA)).map(|row| row.nb_visites).collect();
    assert_eq!(hers, [2]);
}

/// Proves: IND-23.
#[test]
fn rows_are_keyed_by_the_columns_of_the_files() {
    let figures = serde_json::to_value(fold("2026-10", &october())).unwrap();
    let columns = |file: &str| figures[file][0].as_object().unwrap().len();
    assert_eq!((columns("connexions"), columns("echanges"), columns("boites")), (17, 29, 16));
    assert_eq!(figures["month"], "2026-10");
    assert_eq!(figures["connexions"][0]["mois"], "2026-10");
}

/// Proves: IND-13, IND-14, IND-15.
#[test]
fn machines_redirections_and_two_recipients_of_ours_are_counted_as_what_they_are() {
    let when = at("2026-10-05T08:00:00Z");
    let machine = Author::Machine { id: "CN=mss.ch-valclair.test,C=FR".to_owned() };
    let received = |mailbox| {
        let facts = json!({"class": "INTERNE", "size": 9});
        (MailboxId(mailbox), line(when, Author::task("courier"), Act::MessageReceived, "5", Channel::System, facts))
    };
    let journal = [
        (MailboxId(3), line(when, machine.clone(), Act::AccessOpened, "", Channel::Imap, Value::Null)),
        (MailboxId(3), line(when, machine, Act::MessageSent, "4", Channel::Smtp, json!({"internal": 2, "size": 9}))),
        received(1),
        received(2),
        (MailboxId(2), line(when, Author::task("redirection"), Act::MessageSent, "6", Channel::System, json!({"space": 1, "size": 9}))),
    ];
    let figures = fold("2026-10", &journal);
    let visit = figures.connexions.iter().find(|row| row.nb_visites == 1).expect("the machine's visit");
    assert_eq!((visit.type_acteur, visit.canal, visit.qualite), (Some("APPLICATION"), Some("APP"), Some("APPLICATION")));
    assert!(visit.id_acteur.as_deref().is_some_and(|id| id.starts_with("1990000028#") && id.len() == "1990000028#".len() + 16));
    let told: Vec<_> =
        figures.echanges.iter().map(|row| (row.id_acteur.as_str(), row.sens, row.counts.nb_messages, row.counts.nb_dest_interne)).collect();
    let machine = visit.id_acteur.as_deref().unwrap();
    assert_eq!(told, [("RECEPTION", "RECU", 1, 1), ("RECEPTION", "RECU", 1, 1), ("REDIRECTION", "EMIS", 1, 0), (machine, "EMIS", 1, 2)]);
}

/// Proves: IND-70, CIT-05.
#[test]
fn no_correspondent_address_or_network_address_of_the_journal_reaches_the_figures() {
    let when = at("2026-10-05T08:00:00Z");
    let facts =
        json!({"ip": "192.0.2.7", "to": "279035121518989@patient.mssante.test", "reply": "250 <a@voisin.mssante.test>", "class": "USAGER"});
    let acts = [Act::AccessOpened, Act::MessageReceived, Act::MessageSent, Act::MessageFailed, Act::MessageOpened, Act::AccessRefused];
    let journal = acts.map(|act| {
        (CABINET, line(when, by(NADIA, Some(Capacity::Delegataire)), act, "<42@voisin.mssante.test>", Channel::Imap, facts.clone()))
    });
    let text = serde_json::to_string(&fold("2026-10", &journal)).unwrap();
    for secret in ["192.0.2.7", "27903512", "patient.", "voisin.", "<42"] {
        assert!(!text.contains(secret), "{secret} is in the figures");
    }
}

/// Proves: CAB-01, CAB-21, IND-D.
#[test]
fn a_cabinet_is_borne_by_its_owner_and_no_technical_number_is_shown() {
    let now = house::now();
    let mut cabinet = house::cabinet();
    let told = MailboxFacts::of(&cabinet, None, now);
    assert_eq!((told.bearer.as_str(), told.structure, told.cotitulaires, told.delegataires), (CLAIRE, None, 1, 3));
    house::moved(&mut cabinet, now, rules::movement::Change::HandedOver { to: IdNat::parse(KARIM).unwrap() });
    assert_eq!(MailboxFacts::of(&cabinet, None, now).bearer, KARIM, "the new owner bears it");
    let personal = house::personal(5, "P09");
    let place = |id| MailboxFacts::of(&personal, Some(id), now).structure;
    assert_eq!((place("1990000028").as_deref(), place("499790000014017")), (Some("1990000028"), None));
    assert_eq!(MailboxFacts::of(&house::cardiology(), None, now).structure.as_deref(), Some("1990000028"));
}

/// Acts of persons in any order that time allows; each with the capacity the person had.
fn any_journal() -> impl Strategy<Value = Vec<(MailboxId, Line)>> {
    let people = prop::sample::select(vec![
        (CLAIRE, Capacity::Owner),
        (KARIM, Capacity::Cotitulaire),
        (NADIA, Capacity::Delegataire),
        ("3990000028/SEC0042", Capacity::Delegataire),
    ]);
    let acts = prop::sample::select(vec![Act::AccessOpened, Act::AccessRefused, Act::MessageSent, Act::MessageOpened, Act::MessageFetched]);
    let channels = prop::sample::select(vec![Channel::Imap, Channel::Smtp, Channel::Webmail]);
    let step = (people, acts, channels, 1_i64..4, 0_u64..7200);
    prop::collection::vec(step, 0..60).prop_map(|steps| {
        let (mut now, mut journal) = (at("2026-10-25T00:00:00Z"), Vec::new());
        for ((person, capacity), act, channel, mailbox, pause) in steps {
            now = now.plus(std::time::Duration::from_secs(pause));
            let facts = json!({"azp": "lps-demo", "size": 1, "space": 1, "code": "NO_RIGHT"});
            let object = journal.len().to_string();
            journal.push((MailboxId(mailbox), line(now, by(person, Some(capacity)), act, &object, channel, facts)));
        }
        journal
    })
}

fn person_of(entry: &(MailboxId, Line)) -> String {
    entry.1.author.person().unwrap().to_string()
}

proptest! {
    /// Proves: IND-A, IND-02, CAB-16.
    #[test]
    fn what_the_others_do_never_changes_a_line_of_the_owner(journal in any_journal()) {
        let alone = fold("2026-10", journal.iter().filter(|entry| person_of(entry) == CLAIRE));
        let together = fold("2026-10", &journal);
        let of_owner = |figures: &Figures| {
            let connexions: Vec<_> = figures.connexions.iter().filter(|row| row.id_acteur.as_deref() == Some(CLAIRE)).cloned().collect();
            let echanges: Vec<_> = figures.echanges.iter().filter(|row| row.id_acteur == CLAIRE).cloned().collect();
            (connexions, echanges)
        };
        prop_assert_eq!(of_owner(&alone), of_owner(&together));
    }

    /// Proves: IND-A, IND-01.
    #[test]
    fn every_sending_and_reading_of_the_journal_is_in_the_figures_once(journal in any_journal()) {
        let month = Month::parse("2026-10").unwrap();
        let mut expected: BTreeMap<(String, &str), u64> = BTreeMap::new();
        for entry in journal.iter().filter(|(_, line)| line.at < month.end()) {
            let sens = match Act::parse(&entry.1.act) {
                Some(Act::MessageSent) => "EMIS",
                Some(Act::MessageOpened) => "LU",
                _ => continue,
            };
            *expected.entry((person_of(entry), sens)).or_default() += 1;
        }
        let mut counted: BTreeMap<(String, &str), u64> = BTreeMap::new();
        for row in fold("2026-10", &journal).echanges {
            *counted.entry((row.id_acteur, row.sens)).or_default() += row.counts.nb_messages;
        }
        prop_assert_eq!(counted, expected);
    }

    /// Proves: IND-23.
    #[test]
    fn the_order_in_which_chains_are_read_does_not_change_the_figures(journal in any_journal()) {
        let mut by_chain = journal.clone();
        by_chain.sort_by_key(|(mailbox, line)| (std::cmp::Reverse(*mailbox), line.at));
        prop_assert_eq!(fold("2026-10", &journal), fold("2026-10", &by_chain));
    }
}
