//! The invented people of the sandbox in a store, and what leaves the house of them.

use std::io::Read;

use directory::{COLUMNS, Extraction, Options, extract};
use rules::mailbox::{Kind, Mailbox};
use rules::movement::Change;
use rules::register::Person;
use rules::{Address, Author, Channel, Domain, Entropy, IdNat, Moment};
use sandbox::Personas;
use store::mailboxes::NewMailbox;
use store::{Blobs, Config, Engine, Store};
use tempfile::TempDir;

const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";

struct House {
    store: Store,
    now: Moment,
    _dir: TempDir,
}

impl House {
    async fn open(engine: impl FnOnce(&TempDir) -> Engine) -> Self {
        let dir = TempDir::new().unwrap();
        let config = Config {
            engine: engine(&dir),
            blobs: Blobs::Local { dir: dir.path().join("blobs") },
            kek: [7; 32],
            terms_version: "2026-01".to_owned(),
            terms_text: "Conditions d'essai".to_owned(),
            terms_since: rules::Moment::from_micros(0),
            naming: rules::mailbox::NamingRule::default(),
            terms_url: "https://pli.example/cgu".to_owned(),
        };
        let store = Store::open(config, Entropy::seeded(11)).await.unwrap();
        let mut house = Self { store, now: Moment::parse("2026-11-21T22:00:00Z").unwrap(), _dir: dir };
        house.fill().await;
        house
    }

    async fn sqlite() -> Self {
        Self::open(|dir| Engine::Sqlite { path: dir.path().join("pli.sqlite") }).await
    }

    async fn fill(&mut self) {
        let (personas, start) = (Personas::shipped(), self.now);
        for structure in personas.structures() {
            self.store.put_structure(&structure, Author::staff("essai"), start).await.unwrap();
        }
        for person in personas.persons() {
            self.store.put_person(&person, Author::staff("essai"), start).await.unwrap();
        }
        for planned in personas.mailboxes(&domain(), start) {
            let responsables = planned.responsables.into_iter().map(|person| Change::ResponsableAdded { person });
            let suspended = planned.suspended.then_some(Change::Suspended);
            let new = NewMailbox {
                address: planned.address,
                kind: planned.kind,
                bearer: planned.bearer,
                label: planned.label,
                structure: planned.structure,
                first: responsables.chain(suspended).collect(),
            };
            self.store.import_mailbox(new, Author::staff("essai"), Channel::System, start).await.unwrap();
        }
    }

    async fn extraction(&self, options: &Options) -> Extraction {
        extract(&self.store, &domain(), options, self.now).await.unwrap()
    }
}

fn domain() -> Domain {
    Domain::parse("pli.mssante.test").unwrap()
}

/// The only file of the archive: its name and its text.
fn unpack(extraction: &Extraction) -> (String, String) {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&extraction.bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let mut file = archive.by_index(0).unwrap();
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    (file.name().unwrap().into_owned(), text)
}

/// Proves: ANN-52, ANN-54, ANN-G, ANN-13, BAL-03, CAB-11, CAB-21.
#[tokio::test]
async fn the_extraction_of_the_invented_people_is_this_to_the_letter() {
    let house = House::sqlite().await;
    let extraction = house.extraction(&Options::default()).await;
    assert_eq!(extraction.name, "Extraction_Correspondance_MSSante_202611212300.zip");
    let (name, text) = unpack(&extraction);
    assert_eq!(name, "Extraction_Correspondance_MSSante_202611212300.txt");
    let rows: Vec<&str> = text.lines().skip(1).collect();
    let expected = "\
PER|anne.alisier@pli.mssante.test|8|99790000097|899790000097|1|990000028||PR|ALISIER|Anne|C|Civil|10|Médecin|SM04|Cardiologie et Maladies vasculaires||CENTRE HOSPITALIER DE VALCLAIR||||12||AV|DES FALAISES||35999 VALCLAIR|35999|35|
CAB|cabinet.des-lilas@pli.mssante.test|8|99790000014|899790000014||||DR|TILLEUL|Claire|C|Civil|10|Médecin|SM53|Spécialiste en Médecine Générale||CABINET MEDICAL DES LILAS||||4||R|DES LILAS||35999 VALCLAIR|35999|35|
CAB|cabinet.infirmier-du-port@pli.mssante.test|8|99790000063|899790000063||||MME|GENEVRIER|Marthe|C|Civil|60|Infirmier||||CABINET INFIRMIER DU PORT||||9||R|DU PORT||35999 VALCLAIR|35999|35|
APP|cardiologie_auto@pli.mssante.test||||1|990000028|Résultats automatiques|||||||||||CENTRE HOSPITALIER DE VALCLAIR||||12||AV|DES FALAISES||35999 VALCLAIR|35999|35|
PER|claire.tilleul@pli.mssante.test|8|99790000014|899790000014||||DR|TILLEUL|Claire|C|Civil|10|Médecin|SM53|Spécialiste en Médecine Générale||CABINET MEDICAL DES LILAS||||4||R|DES LILAS||35999 VALCLAIR|35999|35|
PER|jeanne.sorbier@pli.mssante.test|8|99790000113|899790000113||||MME|SORBIER|Jeanne|C|Civil|93|Psychologue||||||||||||||||
PER|karim.aubepin.valserein@pli.mssante.test|8|99790000022|899790000022||||DR|AUBEPIN|Karim|C|Civil|10|Médecin|SM53|Spécialiste en Médecine Générale||CABINET MEDICAL DE VALSEREIN||||1||R|DU LAVOIR||35998 VALSEREIN|35998|35|
PER|karim.aubepin@pli.mssante.test|8|99790000022|899790000022||||DR|AUBEPIN|Karim|C|Civil|10|Médecin|SM53|Spécialiste en Médecine Générale||CABINET MEDICAL DES LILAS||||4||R|DES LILAS||35999 VALCLAIR|35999|35|
PER|paul.cedre@pli.mssante.test|8|99790000071|899790000071||||M|CEDRE|Paul|C|Civil|21|Pharmacien||||||||||||||||
ORG|pharmacie.fontaine@pli.mssante.test||||1|990000044|PHARMACIE DE LA FONTAINE|||||||||||PHARMACIE DE LA FONTAINE||||3||PL|DE LA FONTAINE||35999 VALCLAIR|35999|35|
ORG|secretariat.cardiologie@pli.mssante.test||||1|990000028|Secrétariat de cardiologie|||||||||||CENTRE HOSPITALIER DE VALCLAIR||||12||AV|DES FALAISES||35999 VALCLAIR|35999|35|";
    for (is, expected) in rows.iter().zip(expected.lines()) {
        assert_eq!(is, &expected);
    }
    assert_eq!(rows.len(), expected.lines().count(), "Marc BOULEAU, struck off and suspended, is not there");
    assert!(!text.contains("99790000014017") && !text.contains('\r'));
}

/// Proves: ANN-52.
#[tokio::test]
async fn another_reader_finds_thirty_one_columns_in_every_row() {
    let house = House::sqlite().await;
    let (_, text) = unpack(&house.extraction(&Options::default()).await);
    let mut reader = csv::ReaderBuilder::new().delimiter(b'|').quoting(false).from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
    assert_eq!(reader.records().map(|row| row.unwrap().len()).collect::<Vec<_>>(), [31; 11]);
}

#[tokio::test]
async fn only_the_kinds_that_are_asked_for_are_written() {
    let house = House::sqlite().await;
    let options = Options { kinds: [Kind::Per, Kind::Org].into(), ..Options::default() };
    let (_, text) = unpack(&house.extraction(&options).await);
    assert!(text.lines().skip(1).all(|row| row.starts_with("PER|") || row.starts_with("ORG|")));
}

/// Proves: ANN-11.
#[tokio::test]
async fn a_mailbox_on_the_red_list_leaves_no_trace_in_the_extraction() {
    let house = House::sqlite().await;
    let hidden = Address::parse("jeanne.sorbier@pli.mssante.test").unwrap();
    let options = Options { red_list: [hidden].into(), ..Options::default() };
    let (_, text) = unpack(&house.extraction(&options).await);
    assert!(!text.contains("sorbier") && !text.contains("SORBIER") && !text.contains("99790000113"));
}

/// Proves: CAB-11, DEL-07, ANN-10, ANN-54.
#[tokio::test]
async fn the_archive_is_the_same_to_the_byte_before_and_after_colleagues_and_secretaries_join() {
    let house = House::sqlite().await;
    let before = house.extraction(&Options::default()).await;
    join(&house).await;
    let after = house.extraction(&Options::default()).await;
    assert_eq!(before.bytes, after.bytes);
}

/// The owner lets a colleague in, and both let others work.
async fn join(house: &House) {
    let address = Address::parse(CABINET).unwrap();
    let owner = IdNat::parse("899790000014").unwrap();
    let by = Author::Person { id: owner, capacity: Some(rules::access::Capacity::Owner) };
    let id = |text: &str| IdNat::parse(text).unwrap();
    let changes = [
        Change::CotitulaireAdded { person: id("899790000022") },
        Change::Delegated { person: id("899790000048"), from: None, until: None },
        Change::Delegated { person: id("899790000030"), from: None, until: Some(house.now.plus(std::time::Duration::from_secs(86_400))) },
    ];
    for change in changes {
        let allowed = |_: &Mailbox, _: Option<&Person>| Ok(());
        house.store.move_mailbox(&address, change, None, true, by.clone(), Channel::Cli, house.now, allowed).await.unwrap();
    }
    let people = house.store.people(&address, house.now).await.unwrap();
    assert_eq!(people.len(), 4, "the colleagues are in");
}
