//! Letters that the operator writes by itself: to whom, about what, and what becomes of those that do not leave.

use std::time::Duration;

use rules::Channel;
use rules::movement::Change;
use rules::notice::Notice;
use store::accounts::Told;
use store::notices::Due;

use crate::house::{CABINET, CLAIRE, House, KARIM, KINE, NADIA, address, author, id, on_both};

const LEASE: Duration = Duration::from_secs(60);
const LABEL: &str = "Cabinet médical des Lilas";

async fn due(house: &House) -> Vec<Due> {
    house.store.notices_due(10, LEASE, house.now).await.unwrap()
}

/// What waits, each sent at once.
async fn sent(house: &House) -> Vec<(String, Notice)> {
    let mut sent = Vec::new();
    for due in due(house).await {
        house.store.settle_notice(due.id, Told::Delivered, house.now).await.unwrap();
        sent.push((due.to, due.notice));
    }
    sent
}

on_both! {
    /// Proves: CAB-06, CAB-12, DEL-03.
    async fn whom_a_movement_is_about_is_written_to_at_her_own_mailbox(house) {
        assert!(due(house).await.is_empty(), "what was imported tells nobody");
        let until = Some(house.now.plus(LEASE * 60));
        let (mailbox, label, by) = (address(CABINET), LABEL.to_owned(), "Claire TILLEUL".to_owned());
        house.change(CABINET, Change::Delegated { person: id(KARIM), from: None, until }).await;
        let lent = Notice::Delegated { mailbox: mailbox.clone(), label: label.clone(), by: by.clone(), from: None, until };
        assert_eq!(sent(house).await, [(KINE.to_owned(), lent)]);
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        assert_eq!(sent(house).await, [], "she has no mailbox of her own: the pages tell her");
        house.change(CABINET, Change::DelegationEnded { person: id(KARIM) }).await;
        let ended = Notice::RightEnded { mailbox: mailbox.clone(), label: label.clone(), by: by.clone() };
        assert_eq!(sent(house).await, [(KINE.to_owned(), ended)]);
        house.change(CABINET, Change::CotitulaireAdded { person: id(KARIM) }).await;
        house.change(CABINET, Change::HandOverOffered { to: id(KARIM) }).await;
        let joined = Notice::CotitulaireAdded { mailbox: mailbox.clone(), label: label.clone(), by: by.clone() };
        assert_eq!(sent(house).await, [(KINE.to_owned(), joined), (KINE.to_owned(), Notice::HandOverOffered { mailbox, label, by })]);
        house.later(1);
        let leaves = Change::CotitulaireRemoved { person: id(KARIM) };
        let karim = author(&id(KARIM));
        house.store.move_mailbox(&address(CABINET), leaves, None, true, karim, Channel::Webmail, house.now, |_, _| Ok(())).await.unwrap();
        assert_eq!(sent(house).await, [], "she knows what she did herself");
    }
}

on_both! {
    /// Proves: DEL-03.
    async fn a_refused_movement_and_an_imported_one_tell_nobody(house) {
        let lend = || Change::Delegated { person: id(KARIM), from: None, until: None };
        let (at, claire) = (address(CABINET), author(&id(CLAIRE)));
        let refuse = |_: &rules::mailbox::Mailbox, _: Option<&rules::register::Person>| Err(rules::Refusal::NotManager);
        let refused = house.store.move_mailbox(&at, lend(), None, true, claire.clone(), Channel::Webmail, house.now, refuse).await;
        assert!(refused.is_err());
        house.store.import_movement(&at, lend(), None, claire, Channel::Webmail, house.now, |_, _| Ok(())).await.unwrap();
        assert!(due(house).await.is_empty());
    }
}

on_both! {
    /// Proves: LOC-06.
    async fn a_letter_that_does_not_leave_is_tried_again_and_given_up_at_last(house) {
        house.change(CABINET, Change::Delegated { person: id(KARIM), from: None, until: None }).await;
        let mut tries = Vec::new();
        let begun = house.now;
        for _ in 0..2_000 {
            for one in due(house).await {
                assert!(due(house).await.is_empty(), "leased");
                tries.push((house.now.since(begun).as_secs(), one.attempts));
                let why = "relais injoignable".to_owned();
                house.store.settle_notice(one.id, Told::Failed { why }, house.now).await.unwrap();
            }
            house.later(60);
        }
        let expected = [0, 60, 360, 1_260, 4_860, 8_460, 19_260, 40_860, 62_460];
        assert_eq!(tries, expected.into_iter().zip(0..).collect::<Vec<_>>());
    }
}
