//! A mailbox is asked for: the register of this very transaction decides.

use rules::Refusal;
use rules::mailbox::{Bearer, Kind};
use rules::register::Structure;
use store::Error;
use store::mailboxes::NewMailbox;

use crate::house::{CABINET, House, KARIM, address, id, on_both, physician, refused, staff};

const PRACTICE: &str = "499790000014017";
const CLINIC: &str = "1990000028";

async fn ask(house: &House, at: &str, structure: &str) -> Result<(), Error> {
    let new = NewMailbox {
        address: address(at),
        kind: Kind::Cab,
        bearer: Bearer::Person { idnat: id(KARIM), situation: None },
        label: "Cabinet de la Halle".to_owned(),
        structure: Some(structure.to_owned()),
        first: Vec::new(),
    };
    house.store.create_mailbox(new, false, staff(), rules::Channel::Cli, house.now).await.map(|_| ())
}

/// Karim practises freely in a practice without FINESS number, and in a clinic that has one.
async fn settle(house: &House) {
    for (place, finess) in [(PRACTICE, None), (CLINIC, Some("990000028".to_owned()))] {
        let structure = Structure { id: place.to_owned(), name: "LA HALLE".to_owned(), finess, ..Default::default() };
        house.store.put_structure(&structure, staff(), house.now).await.unwrap();
    }
    let mut karim = physician(KARIM, "Karim", "ROSEAU");
    let mut here = karim.exercises[0].situations[0].clone();
    (here.mode, here.structure) = ("L".to_owned(), Some(PRACTICE.to_owned()));
    let mut there = here.clone();
    (there.id, there.structure) = ("autre".to_owned(), Some(CLINIC.to_owned()));
    karim.exercises[0].situations = vec![here, there];
    house.store.put_person(&karim, staff(), house.now).await.unwrap();
}

on_both! {
    /// Proves: CAB-03, CAB-04, CAB-05, TRU-51.
    async fn a_cabinet_mailbox_is_opened_only_where_the_rules_allow_it(house) {
        let nowhere = ask(house, "cabinet.de-la-halle@pli.mssante.test", PRACTICE).await;
        assert_eq!(refused(nowhere), Refusal::NotEligible, "the register does not know the practice yet");
        settle(house).await;
        let with_finess = ask(house, "cabinet.de-la-halle@pli.mssante.test", CLINIC).await;
        assert_eq!(refused(with_finess), Refusal::StructureHasFiness);
        let named_after_him = ask(house, "cabinet.roseau@pli.mssante.test", PRACTICE).await;
        assert!(matches!(refused(named_after_him), Refusal::NameNotAllowed { .. }));
        assert_eq!(refused(ask(house, CABINET, PRACTICE).await), Refusal::AddressTaken);
        ask(house, "cabinet.de-la-halle@pli.mssante.test", PRACTICE).await.unwrap();
        assert!(house.store.mailbox(&address("cabinet.de-la-halle@pli.mssante.test")).await.unwrap().is_some());
    }
}
