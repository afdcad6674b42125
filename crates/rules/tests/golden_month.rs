//! One month told by a scripted journal, and the three files with their manifest as they must be, to the byte. `golden/journal.txt` is the story.
//!
//! After a wanted change: `PLI_GOLDEN=write cargo nextest run -p rules --test golden_month`, and read what changed.

mod people;

use std::collections::BTreeMap;
use std::path::PathBuf;

use people::at;
use proptest::prelude::*;
use rules::access::Capacity;
use rules::journal::Line;
use rules::mailbox::{Kind, MailboxId, State};
use rules::usage::{
    Edition, Figures, File, Fold, Format, Linked, MailboxFacts, Manifest, Month, Roots, RowKey, csv, file_name, json, mailbox_people,
    manifest_name, ndjson, person_mailboxes,
};
use rules::{Address, Author, Channel, Domain, IdNat};
use serde_json::Value;

const MAILBOXES: [(&str, &str, Kind, &str, Option<&str>); 5] = [
    ("cabinet", "cabinet.des-lilas@pli.mssante.test", Kind::Cab, "899790000014", None),
    ("claire", "claire.tilleul@pli.mssante.test", Kind::Per, "899790000014", None),
    ("cardio", "secretariat.cardiologie@pli.mssante.test", Kind::Org, "1990000028", Some("1990000028")),
    ("auto", "cardiologie_auto@pli.mssante.test", Kind::App, "1990000028", Some("1990000028")),
    ("anne", "anne.alisier@pli.mssante.test", Kind::Per, "899790000097", Some("1990000028")),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn mailboxes() -> Vec<MailboxFacts> {
    let created = at("2026-01-05T08:00:00Z");
    let facts = |(index, (key, address, kind, bearer, structure)): (usize, &(&str, &str, Kind, &str, Option<&str>))| MailboxFacts {
        id: MailboxId(index as i64 + 1),
        address: Address::parse(address).unwrap(),
        kind: *kind,
        bearer: (*bearer).to_owned(),
        structure: structure.map(str::to_owned),
        state: State::Active,
        state_since: created,
        created,
        cotitulaires: u64::from(*key == "cabinet"),
        delegataires: if *key == "cabinet" { 3 } else { 0 },
    };
    MAILBOXES.iter().enumerate().map(facts).collect()
}

fn author(who: &str) -> Author {
    let (name, rest) = who.split_once(' ').unwrap_or((who, ""));
    match name {
        "machine" => Author::Machine { id: "CN=mss.ch-valclair.test,OU=1990000010,C=FR".to_owned() },
        "task" => Author::task(rest),
        "staff" => Author::staff("exploitation"),
        "peer" => Author::Peer { id: Domain::parse("voisin.mssante.test").unwrap() },
        key => {
            let capacity = match rest {
                "owner" => Some(Capacity::Owner),
                "responsable" => Some(Capacity::Responsable),
                "cotitulaire" => Some(Capacity::Cotitulaire),
                "delegataire" => Some(Capacity::Delegataire),
                "" => None,
                other => panic!("{other} is no capacity"),
            };
            Author::Person { id: people::person(key).idnat, capacity }
        }
    }
}

fn journal() -> Vec<(MailboxId, Line)> {
    let text = include_str!("golden/journal.txt");
    let line = |(number, text): (usize, &str)| {
        let cells: Vec<&str> = text.splitn(7, '|').map(str::trim).collect();
        let [when, mailbox, who, channel, act, object, facts] = cells[..] else { panic!("line {}: {text}", number + 1) };
        let place = MAILBOXES.iter().position(|known| known.0 == mailbox).unwrap_or_else(|| panic!("no mailbox {mailbox}"));
        let channels = [Channel::Imap, Channel::Smtp, Channel::Webmail, Channel::Api, Channel::Cli, Channel::System];
        let line = Line {
            seq: number as i64,
            at: at(when),
            author: author(who),
            act: act.to_owned(),
            object: object.to_owned(),
            channel: channels.into_iter().find(|known| known.as_str() == channel).unwrap(),
            facts: if facts.is_empty() { Value::Null } else { serde_json::from_str(facts).unwrap() },
            hash: String::new(),
        };
        (MailboxId(place as i64 + 1), line)
    };
    text.lines().enumerate().filter(|(_, text)| !text.starts_with('#')).map(line).collect()
}

fn fold<'a>(lines: impl IntoIterator<Item = &'a (MailboxId, Line)>) -> Figures {
    let mut fold = Fold::new(Month::parse("2026-10").unwrap(), mailboxes());
    for (mailbox, line) in lines {
        fold.line(*mailbox, line);
    }
    fold.finish()
}

fn files(figures: &Figures) -> Vec<(File, String)> {
    File::ALL.map(|file| (file, csv(file, figures, &Format::default()))).into()
}

fn manifest(figures: &Figures) -> Manifest {
    let edition = Edition {
        operator: "pli",
        number: 1,
        reason: None,
        computed: at("2026-11-02T02:00:00.654321Z"),
        software: "pli 0.1.0",
        roots: Roots { evenements: 0, racine_debut: Some("00".repeat(32)), racine_fin: None },
        linked: vec![Linked { ancien: "0351234567".to_owned(), nouveau: "899790000048".to_owned() }],
        corrected: None,
    };
    Manifest::of(figures, &files(figures), edition)
}

fn golden(name: &str, text: &str) {
    let path = folder().join(name);
    if std::env::var_os("PLI_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (is, expected)) in text.lines().zip(expected.lines()).enumerate() {
        assert_eq!(is, expected, "{name}, line {}", number + 1);
    }
    assert_eq!(text, expected, "{name}");
}

/// Proves: IND-A, IND-B, IND-C, IND-D, IND-05, IND-11, IND-12, IND-14, IND-20, IND-21, IND-23, IND-24, IND-30, IND-31.
#[test]
fn the_month_gives_these_three_files_to_the_byte() {
    let figures = fold(&journal());
    for (file, text) in files(&figures) {
        golden(&file_name("pli", figures.month, file, 1), &text);
    }
}

/// Proves: IND-07, IND-24, IND-40.
#[test]
fn the_manifest_names_the_journal_the_files_and_the_totals_by_kind() {
    let figures = fold(&journal());
    let manifest = manifest(&figures);
    golden(&manifest_name("pli", figures.month, 1), &manifest.text());
    let back: Manifest = serde_json::from_str(&manifest.text()).unwrap();
    assert_eq!(back, manifest);
    let later = Manifest { calcule_le: "2026-11-03T02:00:00Z".to_owned(), ..manifest.clone() };
    let differing = manifest.text().lines().zip(later.text().lines()).filter(|(a, b)| a != b).count();
    assert_eq!(differing, 1, "only the moment of computation differs");
}

/// Proves: IND-21, IND-24.
#[test]
fn every_file_has_its_header_even_when_empty_and_every_row_its_columns() {
    let nothing = Fold::new(Month::parse("2026-10").unwrap(), []).finish();
    for file in File::ALL {
        assert_eq!(csv(file, &nothing, &Format::default()), file.columns().join(";") + "\n");
        for row in file.rows(&fold(&journal())) {
            let mut columns: Vec<&str> = file.columns().to_vec();
            columns.sort_unstable();
            let mut told: Vec<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
            told.sort_unstable();
            assert_eq!(told, columns);
        }
    }
}

/// Proves: IND-22.
#[test]
fn a_date_that_is_not_known_is_written_as_the_operator_chose() {
    let figures = Fold::new(Month::parse("2026-10").unwrap(), mailboxes()).finish();
    let line = |unknown: &str| {
        let text = csv(File::Connexions, &figures, &Format { unknown_date: unknown.to_owned() });
        text.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(line(""), "2026-10;pli.mssante.test;anne.alisier@pli.mssante.test;PER;899790000097;;;;;0;0;;;N;0;;1990000028");
    assert!(line("1900-01-01").ends_with(";0;0;;1900-01-01;N;0;;1990000028"));
}

/// Proves: IND-41.
#[test]
fn machines_read_the_same_rows_as_json_and_line_by_line() {
    let figures = fold(&journal());
    let whole = json(File::Echanges, &figures, 1);
    assert_eq!((&whole["version"], &whole["fichier"], &whole["edition"]), (&1.into(), &"echanges".into(), &1.into()));
    let rows = whole["lignes"].as_array().unwrap();
    let sent = rows.iter().find(|row| row["codes_cda_declares"] == serde_json::json!({"34112-3": 1}) && row["sens"] == "EMIS").unwrap();
    assert_eq!((&sent["nb_dest_espace"], &sent["id_structure"]), (&2.into(), &Value::Null));
    let text = ndjson(File::Echanges, &figures);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, rows);
    assert_eq!(csv(File::Echanges, &figures, &Format::default()).lines().count(), rows.len() + 1);
}

/// Proves: IND-60, IND-B.
#[test]
fn every_row_is_traced_back_to_the_acts_it_counts() {
    let mut fold = Fold::new(Month::parse("2026-10").unwrap(), mailboxes());
    let mut acts: BTreeMap<RowKey, Vec<String>> = BTreeMap::new();
    for (mailbox, line) in &journal() {
        for key in fold.traced(*mailbox, line) {
            acts.entry(key).or_default().push(line.act.clone());
        }
    }
    let figures = fold.finish();
    assert_eq!(figures, self::fold(&journal()), "tracing counts the same");
    let of = |file: File, row: usize| acts.get(&file.keys(&figures)[row]).cloned().unwrap_or_default();
    let count = |acts: &[String], act: &str| acts.iter().filter(|known| *known == act).count() as u64;
    for (index, row) in figures.echanges.iter().enumerate() {
        let acts = of(File::Echanges, index);
        let messages = match row.sens {
            "EMIS" => count(&acts, "message.sent") - row.counts.nb_mdn_emis,
            "RECU" => count(&acts, "message.received") - row.counts.nb_mdn_recus,
            _ => count(&acts, "message.opened"),
        };
        let reports = u64::from(row.sens == "RECU" && row.nil.as_deref() == Some("ABSENT") && row.adresse_boite.starts_with("cabinet"));
        assert_eq!(messages, row.counts.nb_messages + reports, "{row:?}");
        assert_eq!(count(&acts, "message.failed"), row.counts.nb_echecs);
    }
    for (index, row) in figures.connexions.iter().enumerate().filter(|(_, row)| row.id_acteur.is_some()) {
        let acts = of(File::Connexions, index);
        assert_eq!(count(&acts, "access.refused"), row.nb_refus);
        assert!(count(&acts, "access.opened") >= row.nb_visites && acts.len() as u64 >= row.nb_jours_actifs, "{row:?}");
    }
    let asleep = figures.connexions.iter().position(|row| row.id_acteur.is_none()).unwrap();
    assert!(of(File::Connexions, asleep).is_empty(), "a mailbox nobody opened has no acts");
    let key = File::Echanges.keys(&figures).remove(0);
    assert!(key.is_in(&key.to_string()) && key.is_in(&format!("{key};1;0;0")) && !key.is_in(&format!("{key}2")));
}

/// Proves: IND-60.
#[test]
fn pages_add_up_the_very_rows_of_the_files() {
    let figures = fold(&journal());
    let cabinet = Address::parse("cabinet.des-lilas@pli.mssante.test").unwrap();
    let people = mailbox_people(&figures, &cabinet);
    let told: Vec<_> =
        people.iter().map(|p| (p.id_acteur.as_str(), p.nb_visites, p.nb_emis, p.nb_destinataires, p.nb_lus, p.nb_echecs)).collect();
    let expected = [
        ("899790000022", 3, 1, 1, 1, 0),
        ("899790000030", 1, 0, 0, 1, 0),
        // Two failures: of a letter of this month and of one of September.
        ("899790000048", 5, 2, 5, 3, 2),
    ];
    assert_eq!(told, expected, "the owner did nothing and is not there");
    let secretary = &people[2];
    assert_eq!(secretary.qualites.iter().copied().collect::<Vec<_>>(), ["COTITULAIRE", "DELEGATAIRE"]);
    assert_eq!(secretary.derniere_connexion.as_deref(), Some("2026-10-15"));
    let sent: u64 = people.iter().map(|p| p.nb_emis).sum();
    let in_the_file = figures.echanges.iter().filter(|row| row.adresse_boite == cabinet.as_str() && row.sens == "EMIS");
    assert_eq!(sent, in_the_file.map(|row| row.counts.nb_messages).sum::<u64>());
    let anne = person_mailboxes(&figures, &IdNat::parse("899790000097").unwrap());
    assert_eq!(
        anne.iter().map(|p| p.adresse_boite.as_str()).collect::<Vec<_>>(),
        ["anne.alisier@pli.mssante.test", "secretariat.cardiologie@pli.mssante.test"]
    );
}

/// Proves: IND-C.
#[test]
fn the_stock_follows_what_was_filed_copied_moved_and_deleted() {
    let figures = fold(&journal());
    let stock = |kind: &str| {
        let row = figures.boites.iter().find(|row| row.type_boite == kind).unwrap();
        (row.nb_messages_stock, row.octets_stock)
    };
    // 1, 3, 4, 6 received; 2, 9 (in place of 7), 12, 13 sent. 5 went with its folder, 10 and 11 were deleted, 14 is of November.
    assert_eq!(stock("CAB"), (8, 900 + 1000 + 2000 + 400 + 700 + 5000 + 600 + 800));
    assert_eq!(stock("APP"), (1, 9000));
}

/// Proves: IND-70.
#[test]
fn no_file_holds_an_ins_or_a_correspondent() {
    let figures = fold(&journal());
    let texts: Vec<String> = files(&figures).into_iter().map(|(_, text)| text).chain([manifest(&figures).text()]).collect();
    for text in texts {
        assert!(!text.contains("voisin.") && !text.contains("@patient."), "{text}");
        let digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len);
        assert!(digits.filter(|len| *len == 15).count() == 0, "fifteen digits: an INS?");
    }
}

fn person_of(entry: &(MailboxId, Line)) -> Option<String> {
    entry.1.author.person().map(IdNat::to_string)
}

fn lines_without(text: &str, person: &str) -> Vec<String> {
    text.lines().filter(|line| !line.split(';').any(|cell| cell == person)).map(str::to_owned).collect()
}

proptest! {
    /// Proves: IND-A, IND-02, CAB-16.
    #[test]
    fn taking_away_all_acts_of_one_person_takes_away_only_her_lines(who in prop::sample::select(vec!["P02", "P03", "P04", "P10"])) {
        let id = people::person(who).idnat.to_string();
        let without: Vec<_> = journal().into_iter().filter(|entry| person_of(entry).as_ref() != Some(&id)).collect();
        let (with, without) = (fold(&journal()), fold(&without));
        // A failure of what she sent is hers; alone, it is recorded for the courier.
        let exchanges = |figures: &Figures| -> Vec<String> {
            let text = csv(File::Echanges, figures, &Format::default());
            lines_without(&text, &id).into_iter().filter(|line| !line.contains(";DSN;")).collect()
        };
        prop_assert_eq!(exchanges(&with), exchanges(&without));
        let visits = |figures: &Figures| lines_without(&csv(File::Connexions, figures, &Format::default()), &id);
        let alone: Vec<String> = visits(&without).into_iter().filter(|line| !line.contains(";;;;;0;0;")).collect();
        let together: Vec<String> = visits(&with).into_iter().filter(|line| !line.contains(";;;;;0;0;")).collect();
        prop_assert_eq!(alone, together, "only the line of a mailbox nobody opened may come in her place");
    }

    /// Proves: IND-23.
    #[test]
    fn the_order_in_which_mailboxes_are_read_changes_no_byte(order in Just(vec![1_i64, 2, 3, 4, 5]).prop_shuffle()) {
        let mut shuffled = journal();
        shuffled.sort_by_key(|(mailbox, _)| order.iter().position(|id| *id == mailbox.0));
        prop_assert_eq!(files(&fold(&shuffled)), files(&fold(&journal())));
    }
}
