//! Who enters, who may stay, and who is told: the right is computed again whenever the mailbox moves.

use std::time::Duration;

use rules::access::Capacity;
use rules::mailbox::Kind;
use rules::movement::Change;
use rules::{Channel, Moment, Refusal};
use store::Error;

use crate::house::{CABINET, CLAIRE, KARIM, KINE, NADIA, address, author, id, letter, of, on_both, physician, refused, secretary, staff};

fn delegated(until: Option<Moment>) -> Change {
    Change::Delegated { person: id(NADIA), from: None, until }
}

on_both! {
    /// Proves: CAB-09, CAB-10, DEL-05, CAB-16.
    async fn owner_and_delegate_enter_each_in_their_capacity(house) {
        let (claire, nadia) = (house.claire().await, house.nadia().await);
        assert_eq!((claire.capacity(), nadia.capacity()), (Some(Capacity::Owner), Some(Capacity::Delegataire)));
        assert_eq!(nadia.name(), "Nadia SUREAU");
        let [first, second] = &house.acts(CABINET, "access.opened").await[..] else { panic!("two lines") };
        assert_eq!((first.author.person(), second.author.person()), (Some(&id(CLAIRE)), Some(&id(NADIA))));
        assert_eq!(second.facts, serde_json::json!({ "azp": "lps-demo", "acr": "eidas1", "auth_mode": "CARD", "ip": "127.0.0.1" }));
        let people = house.store.people(&address(CABINET), house.now).await.unwrap();
        let told: Vec<_> = people.iter().map(|p| (p.name.as_str(), p.capacity, p.terms_accepted)).collect();
        assert_eq!(told, [("Claire TILLEUL", Capacity::Owner, true), ("Nadia SUREAU", Capacity::Delegataire, true)]);
    }
}

on_both! {
    /// Proves: PSC-25, PSC-19.
    async fn a_stranger_and_an_unknown_mailbox_get_the_same_answer(house) {
        assert_eq!(refused(house.knock(CABINET, KARIM).await), Refusal::NoRight);
        assert_eq!(refused(house.knock("personne@pli.mssante.test", KARIM).await), Refusal::NoRight);
        assert_eq!(refused(house.knock(CABINET, "899790009999").await), Refusal::PersonUnknown);
        assert_eq!(refused(house.knock("personne@pli.mssante.test", "899790009999").await), Refusal::PersonUnknown);
        let lines = house.acts(CABINET, "access.refused").await;
        let codes: Vec<_> = lines.iter().map(|line| line.facts["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["NO_RIGHT", "PERSON_UNKNOWN"]);
        let unknown = house.lines(None).await.into_iter().filter(|line| line.act == "access.refused").count();
        assert_eq!(unknown, 2, "a mailbox that is not ours has no chain: the register's keeps the line");
    }
}

on_both! {
    /// Proves: CGU-01, CGU-02.
    async fn nobody_enters_before_accepting_the_terms(house) {
        let lea = secretary("899790000071", "Léa", "AUBIER");
        house.store.put_person(&lea, staff(), house.now).await.unwrap();
        house.change(CABINET, Change::Delegated { person: lea.idnat.clone(), from: None, until: None }).await;
        let refusal = refused(house.knock(CABINET, "899790000071").await);
        assert!(matches!(refusal, Refusal::TermsNotAccepted { ref version, .. } if version == "2026-01"), "{refusal:?}");
        let accept = || house.store.accept_terms(&lea.idnat, of("2026-01"), author(&lea.idnat), house.now);
        accept().await.unwrap();
        accept().await.unwrap();
        house.knock(CABINET, "899790000071").await.unwrap();
        let terms = house.store.terms(&lea.idnat).await.unwrap();
        assert_eq!(terms.accepted, Some(("2026-01".to_owned(), house.now)));
        let written = house.lines(None).await.iter().filter(|l| l.act == "terms.accepted" && l.object == "899790000071").count();
        assert_eq!(written, 1);
    }
}

on_both! {
    /// Proves: PSC-39, LPS-31, DEL-02.
    async fn a_right_withdrawn_is_lost_at_the_next_command(house) {
        house.letter("t1", "Compte rendu").await;
        let (claire, nadia) = (house.claire().await, house.nadia().await);
        assert!(house.store.recheck(&nadia, Channel::Imap, house.now).await.unwrap().is_none());
        let inbox = house.store.folder(&nadia, "INBOX").await.unwrap().id;
        let mut told = house.store.feed().subscribe(nadia.mailbox());
        house.later(60);
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        tokio::time::timeout(Duration::from_secs(5), told.changed()).await.expect("the session is woken");

        assert_eq!(refused(house.store.recheck(&nadia, Channel::Imap, house.now).await), Refusal::RightLost);
        // Even a command that nobody rechecked decides anew by itself.
        let read = house.store.read(&nadia, inbox, &[1], Default::default(), Channel::Imap, house.now).await;
        assert_eq!(refused(read.map(|m| m.len())), Refusal::RightLost);
        assert_eq!(refused(house.store.folders(&nadia).await.map(|f| f.len())), Refusal::RightLost);
        assert_eq!(refused(house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await), Refusal::RightLost);
        let [lost] = &house.acts(CABINET, "access.refused").await[..] else { panic!("one line") };
        assert_eq!((lost.author.person(), &lost.facts["code"]), (Some(&id(NADIA)), &serde_json::json!("RIGHT_LOST")));

        let renewed = house.store.recheck(&claire, Channel::Imap, house.now).await.unwrap().expect("moved, and still hers");
        assert!(renewed.revision() > claire.revision());
        assert!(house.store.recheck(&renewed, Channel::Imap, house.now).await.unwrap().is_none());
        house.store.folders(&claire).await.expect("the old value is decided anew inside the command");
        assert_eq!(house.acts(CABINET, "access.opened").await.len(), 2, "a renewal is not an entry");
    }
}

on_both! {
    /// Proves: DEL-08.
    async fn a_right_ends_by_itself_at_its_date(house) {
        let end = house.now.plus(Duration::from_secs(3600));
        house.change(CABINET, delegated(Some(end))).await;
        let nadia = house.nadia().await;
        assert_eq!(nadia.until(), Some(end));
        house.later(3599);
        assert!(house.store.recheck(&nadia, Channel::Imap, house.now).await.unwrap().is_none());
        house.later(1);
        assert_eq!(refused(house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await), Refusal::RightLost);
        assert_eq!(refused(house.store.recheck(&nadia, Channel::Imap, house.now).await), Refusal::RightLost);
        assert_eq!(refused(house.knock(CABINET, NADIA).await), Refusal::RightEnded { at: end });
    }
}

on_both! {
    /// Proves: CAB-17, PSC-39, REG-03.
    async fn a_person_struck_off_is_shown_out_of_every_mailbox(house) {
        let claire = house.claire().await;
        house.later(10);
        let mut struck = physician(CLAIRE, "Claire", "TILLEUL");
        struck.struck_off = Some(house.now);
        house.store.put_person(&struck, staff(), house.now).await.unwrap();
        assert_eq!(refused(house.store.recheck(&claire, Channel::Imap, house.now).await), Refusal::RightLost);
        let nadia = house.nadia().await;
        assert!(house.store.recheck(&nadia, Channel::Imap, house.now).await.unwrap().is_none(), "the cabinet stays open to the others");
        let lend = Change::Delegated { person: id(KARIM), from: None, until: None };
        let lent = house.store.move_mailbox(&address(CABINET), lend, None, false, staff(), Channel::Cli, house.now, |_, _| Ok(())).await;
        assert_eq!(refused(lent), Refusal::OwnerGone, "nobody new before the hand-over");
    }
}

on_both! {
    async fn a_person_is_found_by_her_other_numbers(house) {
        let mut nadia = secretary(NADIA, "Nadia", "SUREAU");
        nadia.aliases = vec![id("0751234567")];
        house.store.put_person(&nadia, staff(), house.now).await.unwrap();
        let found = house.store.person(&id("0751234567")).await.unwrap().unwrap();
        assert_eq!(found.idnat, id(NADIA));
        let access = house.knock(CABINET, "0751234567").await.unwrap();
        assert_eq!(access.person(), Some(&id(NADIA)), "the journal names her always the same");
        nadia.aliases.clear();
        house.store.put_person(&nadia, staff(), house.now).await.unwrap();
        assert_eq!(house.store.person(&id("0751234567")).await.unwrap(), None);
    }
}

on_both! {
    /// Proves: CAB-06, invariant 4.
    async fn a_movement_that_the_rules_refuse_leaves_nothing(house) {
        let before = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap();
        let change = Change::CotitulaireAdded { person: id(NADIA) };
        let cabinet = address(CABINET);
        let moved = house.store.move_mailbox(&cabinet, change, None, false, staff(), Channel::Cli, house.now, move |mailbox, person| {
            assert_eq!(mailbox.movements.len(), 2);
            assert_eq!(person.unwrap().idnat, id(NADIA));
            Err(Refusal::NotEligible)
        });
        assert_eq!(refused(moved.await.map(|_| ())), Refusal::NotEligible);
        let after = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap();
        assert_eq!((after.revision, after.movements), (before.revision, before.movements));
        assert!(house.acts(CABINET, "movement.cotitulaire_added").await.is_empty());
    }
}

on_both! {
    /// Proves: TRU-51, CAB-12.
    async fn an_address_is_never_given_twice_and_an_owner_can_hand_over(house) {
        assert_eq!(refused(house.create(CABINET, Kind::Cab, KARIM, vec![]).await), Refusal::AddressTaken);
        house.change(CABINET, Change::HandedOver { to: id(KARIM) }).await;
        let mailbox = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap();
        assert_eq!(serde_json::to_value(&mailbox.bearer).unwrap()["idnat"], KARIM);
        assert_eq!(house.knock(CABINET, KARIM).await.unwrap().capacity(), Some(Capacity::Owner));
        house.change(KINE, Change::Closed).await;
        assert_eq!(refused(house.create(KINE, Kind::Per, KARIM, vec![]).await), Refusal::AddressTaken);
        assert_eq!(house.store.mailboxes().await.unwrap().len(), 2);
    }
}

on_both! {
    /// Proves: TRU-55.
    async fn a_mailbox_that_is_being_closed_is_only_read(house) {
        house.letter("t1", "Compte rendu").await;
        house.change(CABINET, Change::Closing).await;
        let nadia = house.nadia().await;
        let inbox = house.store.folder(&nadia, "INBOX").await.unwrap().id;
        let want = store::mail::Want { bytes: true, mark_seen: true, to_person: true, glance: false };
        let read = house.store.read(&nadia, inbox, &[1], want, Channel::Imap, house.now).await.unwrap();
        assert!(read[0].bytes.is_some());
        assert_eq!(read[0].flags.system, 0, "nothing changes any more");
        assert_eq!(house.acts(CABINET, "message.fetched").await.len(), 1);
        assert!(matches!(house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await, Err(Error::NotAllowed(_))));
        let cabinet = house.mailbox_id(CABINET).await;
        assert_eq!(refused(house.store.deliver(letter(vec![cabinet], "t2", "Tard"), house.now).await), Refusal::MailboxClosed);
    }
}

on_both! {
    /// Proves: PSC-39.
    async fn a_clock_read_just_before_a_withdrawal_does_not_undo_it(house) {
        let nadia = house.nadia().await;
        let read_before = house.now;
        house.later(1);
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        assert_eq!(refused(house.store.create_folder(&nadia, "Labo", Channel::Imap, read_before).await), Refusal::RightLost);
        assert_eq!(refused(house.store.recheck(&nadia, Channel::Imap, read_before).await), Refusal::RightLost);
    }
}
