//! The room of a mailbox, fact by fact: who is there since when and by whom, hand-overs, leaving, closing, histories, last use.

use std::time::Duration;

use rules::access::Capacity;
use rules::mailbox::{Bearer, GRACE, Kind, Mailbox, State};
use rules::movement::vacancy::Warning;
use rules::movement::{self, Change, Right};
use rules::register::{Person, Structure};
use rules::{Author, Channel, IdNat, Moment, Refusal};
use store::Error;
use store::mailboxes::{Mine, NewCertificate, NewMailbox};
use store::timeline::{Kinds, TimelineQuery};

use crate::house::{CABINET, CLAIRE, House, KARIM, KINE, NADIA, address, author, id, on_both, physician, refused, secretary, staff};

const PRACTICE: &str = "499790000014017";
const DAY: Duration = Duration::from_secs(86_400);

type Decision = Result<(), Refusal>;

/// A movement of the cabinet as a page makes it: decided by `rules`, signed by a person, attested.
async fn make(
    house: &House,
    by: &str,
    change: Change,
    decide: fn(&Mailbox, Option<&Person>, &IdNat, Moment) -> Decision,
) -> Result<(), Error> {
    let (who, now) = (id(by), house.now);
    let decided = move |mailbox: &Mailbox, person: Option<&Person>| decide(mailbox, person, &who, now);
    let (at, author) = (address(CABINET), author(&id(by)));
    house.store.move_mailbox(&at, change, None, true, author, Channel::Webmail, now, decided).await.map(|_| ())
}

async fn mine(house: &House, person: &str) -> Vec<Mine> {
    house.store.mailboxes_of(&id(person), house.now).await.unwrap()
}

/// The practice is in the register, and Karim practises there too.
async fn together(house: &House) {
    let practice = Structure { id: PRACTICE.to_owned(), name: "CABINET DES LILAS".to_owned(), ..Default::default() };
    house.store.put_structure(&practice, staff(), house.now).await.unwrap();
}

on_both! {
    /// Proves: CAB-12, CAB-08, CAB-16.
    async fn a_cabinet_is_offered_taken_and_the_whole_story_stays(house) {
        together(house).await;
        let to = id(KARIM);
        let offered = Change::HandOverOffered { to: to.clone() };
        let offer = house.claire().await.owner_rights().unwrap();
        let (cabinet, now) = (address(CABINET), house.now);
        house.store.move_mailbox(&cabinet, offered, None, false, author(&id(CLAIRE)), Channel::Webmail, now, move |mailbox, person| {
            movement::offer_hand_over(&movement::Mandate::Held(offer.clone()), mailbox, person.unwrap(), now)
        }).await.unwrap();
        let [waiting, own] = &mine(house, KARIM).await[..] else { panic!("the offer and his own mailbox") };
        assert!(waiting.offer_to_me && waiting.right == Right::Never && waiting.capacity == Capacity::Owner && waiting.unseen == 0);
        assert_eq!((own.mailbox.address.as_str(), own.offer_to_me), (KINE, false));
        assert_eq!(refused(house.knock(CABINET, KARIM).await), Refusal::NoRight, "to be asked is no right");

        house.later(60);
        let take = |mailbox: &Mailbox, person: Option<&Person>, _: &IdNat, now| movement::take_over(mailbox, person.unwrap(), now);
        make(house, KARIM, Change::HandedOver { to: to.clone() }, take).await.unwrap();
        assert_eq!(house.knock(CABINET, KARIM).await.unwrap().capacity(), Some(Capacity::Owner));
        assert!(matches!(refused(house.knock(CABINET, CLAIRE).await), Refusal::RightEnded { .. }));
        let again = make(house, KARIM, Change::HandedOver { to }, take).await;
        assert_eq!(refused(again), Refusal::NoOffer);
        let acts: Vec<String> = house.lines(Some(CABINET)).await.into_iter().filter(|l| l.act.starts_with("movement.")).map(|l| l.act).collect();
        assert_eq!(acts, ["movement.opened", "movement.delegated", "movement.handover_offered", "movement.handed_over"]);
        let karim = house.knock(CABINET, KARIM).await.unwrap();
        let history = house.store.movements_history(&karim, house.now).await.unwrap();
        assert_eq!(history.iter().map(|m| m.by.person().cloned()).collect::<Vec<_>>(), [None, None, Some(id(CLAIRE)), Some(id(KARIM))]);
    }
}

on_both! {
    /// Proves: CAB-15, DEL-14, CAB-17.
    async fn the_attestation_and_the_evidence_are_part_of_the_movement(house) {
        let lea = secretary("899790000071", "Léa", "AUBIER");
        house.store.put_person(&lea, staff(), house.now).await.unwrap();
        let lend = Change::Delegated { person: lea.idnat.clone(), from: None, until: None };
        let (cabinet, by) = (address(CABINET), author(&id(CLAIRE)));
        let lent = |attested| {
            house.store.move_mailbox(&cabinet, lend.clone(), None, attested, by.clone(), Channel::Webmail, house.now, |_, _| Ok(()))
        };
        assert_eq!(refused(lent(false).await.map(|_| ())), Refusal::NotAttested);
        let mailbox = lent(true).await.unwrap();
        assert!(mailbox.movements.last().unwrap().attested);
        let people = house.store.people(&cabinet, house.now).await.unwrap();
        let told = people.iter().find(|p| p.person == lea.idnat).unwrap();
        assert_eq!((told.by.clone(), told.given, told.accepted), (by, house.now, false));
        assert_eq!(told.occupation.as_deref(), Some("secrétaire médical"), "no civility in this register");

        let hand = Change::HandedOver { to: id(KARIM) };
        let by_staff = |reason: Option<&str>| {
            let reason = reason.map(str::to_owned);
            house.store.move_mailbox(&cabinet, hand.clone(), reason, false, staff(), Channel::Cli, house.now, |_, _| Ok(()))
        };
        assert_eq!(refused(by_staff(None).await.map(|_| ())), Refusal::ReasonRequired);
        let handed = by_staff(Some("radiation publiée le 20 novembre")).await.unwrap();
        assert_eq!(handed.movements.last().unwrap().reason.as_deref(), Some("radiation publiée le 20 novembre"));
    }
}

on_both! {
    /// Proves: CAB-17, CAB-18, CAB-19.
    async fn a_cabinet_warns_before_and_when_its_owner_goes(house) {
        together(house).await;
        let new = NewMailbox {
            address: address("cabinet.du-port@pli.mssante.test"),
            kind: Kind::Cab,
            bearer: Bearer::Person { idnat: id(CLAIRE), situation: None },
            label: "Cabinet du Port".to_owned(),
            structure: Some(PRACTICE.to_owned()),
            first: vec![Change::Delegated { person: id(NADIA), from: None, until: None }],
        };
        let port = new.address.clone();
        house.store.create_mailbox(new, false, staff(), Channel::Cli, house.now).await.unwrap();
        let warned = async |house: &House| house.store.warnings(&port, house.now).await.unwrap();
        assert_eq!(warned(house).await, []);
        let mut claire = physician(CLAIRE, "Claire", "TILLEUL");
        let end = house.now.plus(30 * DAY);
        claire.exercises[0].situations[0].end = Some(end);
        house.store.put_person(&claire, staff(), house.now).await.unwrap();
        assert_eq!(warned(house).await, [Warning::OwnerLeaving { at: end }]);
        house.later(30 * 86_400);
        assert_eq!(warned(house).await, [Warning::OwnerGone]);
        house.knock(port.as_str(), NADIA).await.expect("it stays readable");
        let lend = Change::Delegated { person: id(KARIM), from: None, until: None };
        let lent = house.store.move_mailbox(&port, lend, None, false, staff(), Channel::Cli, house.now, |_, _| Ok(())).await;
        assert_eq!(refused(lent.map(|_| ())), Refusal::OwnerGone);
        let (now, reason) = (house.now, Some("cessation d'activité".to_owned()));
        let hand = Change::HandedOver { to: id(KARIM) };
        let handed = house.store.move_mailbox(&port, hand, reason, false, staff(), Channel::Cli, now, move |mailbox, person| {
            movement::hand_over(mailbox, person.unwrap(), now)
        });
        handed.await.unwrap();
        assert_eq!(warned(house).await, []);
        let practice = Structure { id: PRACTICE.to_owned(), name: "LES LILAS".to_owned(), finess: Some("990000028".to_owned()), ..Default::default() };
        house.store.put_structure(&practice, staff(), house.now).await.unwrap();
        assert_eq!(warned(house).await, [Warning::StructureHasFiness]);
        assert_eq!(house.store.mailboxes_at(PRACTICE).await.unwrap().len(), 1);
    }
}

on_both! {
    /// Proves: CAB-13, TRU-51, TRU-55.
    async fn a_closed_mailbox_can_come_back_for_thirty_days_and_never_after(house) {
        house.change(CABINET, Change::Closing).await;
        assert_eq!(house.store.close_due(house.now.plus(GRACE).minus(Duration::from_micros(1))).await.unwrap(), 0);
        let (claire, now) = (house.claire().await, house.now);
        let rights = movement::Mandate::Held(claire.owner_rights().unwrap());
        let cabinet = address(CABINET);
        let reopened = house.store.move_mailbox(&cabinet, Change::Resumed, None, false, author(&id(CLAIRE)), Channel::Webmail, now, move |mailbox, _| {
            movement::reopen(&rights, mailbox, now)
        });
        reopened.await.unwrap();
        house.later(60);
        assert_eq!(house.store.close_due(house.now.plus(GRACE)).await.unwrap(), 0, "it was reopened");
        house.change(CABINET, Change::Closing).await;
        house.later(30 * 86_400);
        assert_eq!(house.store.close_due(house.now).await.unwrap(), 1);
        assert_eq!(house.store.close_due(house.now).await.unwrap(), 0);
        assert_eq!(refused(house.knock(CABINET, CLAIRE).await), Refusal::NoRight);
        let [closed] = &house.acts(CABINET, "movement.closed").await[..] else { panic!("one line") };
        assert_eq!(closed.author, Author::task("closing"));
        assert_eq!(mine(house, NADIA).await.iter().map(|m| m.state).collect::<Vec<_>>(), [State::Close], "told for a month");
        house.later(30 * 86_400);
        assert!(mine(house, NADIA).await.is_empty());
    }
}

on_both! {
    /// Proves: BAL-04, DEL-08, DEL-10.
    async fn a_person_sees_each_of_her_mailboxes_in_its_own_right(house) {
        house.letter("t1", "Compte rendu").await;
        let [one] = &mine(house, NADIA).await[..] else { panic!("one mailbox") };
        assert_eq!((one.mailbox.address.as_str(), one.capacity, one.unseen, one.accepted), (CABINET, Capacity::Delegataire, 1, false));
        assert_eq!((one.since, one.until, one.last_use, one.state), (house.now, None, None, State::Active));
        let (from, until) = (house.now.plus(DAY), house.now.plus(3 * DAY));
        house.change(KINE, Change::Delegated { person: id(NADIA), from: Some(from), until: Some(until) }).await;
        let both = mine(house, NADIA).await;
        let kine = both.iter().find(|m| m.mailbox.address.as_str() == KINE).unwrap();
        assert_eq!(kine.right, Right::NotBegun { capacity: Capacity::Delegataire, from });
        assert_eq!((kine.since, kine.until, kine.unseen), (from, Some(until), 0));
        house.later(60);
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        house.later(3 * 86_400);
        let ended = mine(house, NADIA).await;
        assert!(ended.iter().all(|m| matches!(m.right, Right::Ended { .. })) && ended.len() == 2, "told for thirty days");
        assert!(ended.iter().all(|m| m.unseen == 0), "and nothing of what is inside");
        house.later(31 * 86_400);
        assert!(mine(house, NADIA).await.is_empty());
        assert!(mine(house, "899790009999").await.is_empty());
    }
}

on_both! {
    /// Proves: DEL-08, DEL-09. The end told is the first one known, by the movements or by the register.
    async fn the_end_that_is_told_is_the_first_one_known(house) {
        let mut nadia = secretary(NADIA, "Nadia", "SUREAU");
        let end = house.now.plus(5 * DAY);
        nadia.exercises[0].situations[0].end = Some(end);
        house.store.put_person(&nadia, staff(), house.now).await.unwrap();
        assert_eq!(mine(house, NADIA).await[0].until, Some(end));
        house.change(CABINET, Change::Delegated { person: id(NADIA), from: None, until: Some(house.now.plus(DAY)) }).await;
        assert_eq!(mine(house, NADIA).await[0].until, Some(house.now.plus(DAY)));
    }
}

on_both! {
    /// Proves: CAB-08, DEL-03.
    async fn a_first_visit_and_the_last_one_are_told(house) {
        let nadia = house.nadia().await;
        let accept = |mailbox: &Mailbox, _: Option<&Person>, who: &IdNat, now| movement::accept(mailbox, who, now);
        let accepted = Change::Accepted { person: id(NADIA) };
        make(house, NADIA, accepted.clone(), accept).await.unwrap();
        assert_eq!(refused(make(house, NADIA, accepted, accept).await), Refusal::AlreadyThere);
        assert!(house.store.recheck(&nadia, Channel::Imap, house.now).await.unwrap().is_none(), "her open session is not disturbed");
        let told = async |house: &House| {
            let people = house.store.people(&address(CABINET), house.now).await.unwrap();
            people.into_iter().find(|p| p.person == id(NADIA)).map(|p| (p.accepted, p.last_use)).unwrap()
        };
        let entered = house.now;
        assert_eq!(told(house).await, (true, Some((entered, Channel::Imap))));
        house.later(59);
        house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await.unwrap();
        assert_eq!(told(house).await.1, Some((entered, Channel::Imap)), "written at most once a minute");
        house.later(1);
        house.store.create_folder(&nadia, "Courriers", Channel::Imap, house.now).await.unwrap();
        assert_eq!(told(house).await.1.map(|(at, _)| at), Some(house.now));
        assert_eq!(mine(house, NADIA).await[0].last_use, Some(house.now));
    }
}

on_both! {
    /// Proves: CAB-06, DEL-02.
    async fn somebody_leaves_by_herself_and_is_out_at_once(house) {
        let nadia = house.nadia().await;
        let leave = |mailbox: &Mailbox, _: Option<&Person>, who: &IdNat, now| movement::renounce(mailbox, who, now);
        make(house, NADIA, Change::DelegationEnded { person: id(NADIA) }, leave).await.unwrap();
        assert_eq!(refused(house.store.create_folder(&nadia, "Labo", Channel::Imap, house.now).await), Refusal::RightLost);
        let [line] = &house.acts(CABINET, "movement.delegation_ended").await[..] else { panic!("one line") };
        assert_eq!(line.author.person(), Some(&id(NADIA)), "the history tells that she left herself");
        assert_eq!(refused(make(house, CLAIRE, Change::Closing, leave).await), Refusal::OwnerStays);
    }
}

on_both! {
    /// Proves: CAB-08, DEL-03, CAB-16. Its people read the history, page by page, and nobody else does.
    async fn the_history_is_read_newest_first_by_the_people_of_the_mailbox(house) {
        for n in 0..5 {
            house.letter(&format!("t{n}"), "Compte rendu").await;
        }
        let (nadia, claire) = (house.nadia().await, house.claire().await);
        house.look(&nadia, "INBOX").await;
        let page = async |query: TimelineQuery| house.store.timeline(&claire, query, house.now).await.unwrap();
        let all = page(TimelineQuery { limit: 200, ..Default::default() }).await;
        assert!(all.windows(2).all(|pair| pair[0].seq == pair[1].seq + 1) && all.last().unwrap().seq == 1);
        let first = page(TimelineQuery { limit: 3, ..Default::default() }).await;
        let before = first.last().map(|line| (line.at, line.seq));
        let second = page(TimelineQuery { limit: 200, before, ..Default::default() }).await;
        assert_eq!([first, second].concat(), all, "no line twice, none left out");
        let count = async |kinds| page(TimelineQuery { limit: 200, kinds, ..Default::default() }).await.len();
        assert_eq!((count(Kinds::Movements).await, count(Kinds::Access).await), (2, 2));
        assert_eq!(count(Kinds::Letters).await, all.len() - 4);
        let hers = page(TimelineQuery { limit: 200, person: Some(id(NADIA)), ..Default::default() }).await;
        let acts: Vec<&str> = hers.iter().map(|line| line.act.as_str()).collect();
        assert!(acts.contains(&"movement.delegated") && acts.contains(&"access.opened"), "{acts:?}");
        assert!(hers.iter().all(|line| line.author.person() == Some(&id(NADIA)) || line.object == NADIA));
        house.change(CABINET, Change::DelegationEnded { person: id(NADIA) }).await;
        let shut = house.store.timeline(&nadia, TimelineQuery { limit: 1, ..Default::default() }, house.now).await;
        assert_eq!(refused(shut), Refusal::RightLost);
        assert_eq!(refused(house.store.movements_history(&nadia, house.now).await), Refusal::RightLost);
    }
}

on_both! {
    /// Proves: BAL-01.
    async fn a_machine_opens_an_application_mailbox_by_its_certificate_and_no_other_kind(house) {
        let hospital = Structure { id: "1990000028".to_owned(), name: "HOPITAL".to_owned(), finess: Some("990000028".to_owned()), ..Default::default() };
        house.store.put_structure(&hospital, staff(), house.now).await.unwrap();
        let new = NewMailbox {
            address: address("labo_auto@pli.mssante.test"),
            kind: Kind::App,
            bearer: Bearer::Structure { structure: "990000028".to_owned() },
            label: "Laboratoire".to_owned(),
            structure: None,
            first: vec![Change::ResponsableAdded { person: id(CLAIRE) }],
        };
        let app = new.address.clone();
        house.store.create_mailbox(new.clone(), false, staff(), Channel::Cli, house.now).await.unwrap();
        let made = house.store.mailbox(&app).await.unwrap().unwrap();
        assert_eq!(made.bearer, Bearer::Structure { structure: "1990000028".to_owned() }, "found by its FINESS number");
        let secretary_answers = NewMailbox {
            address: address("autre_auto@pli.mssante.test"),
            first: vec![Change::ResponsableAdded { person: id(NADIA) }],
            ..new
        };
        let refusal = house.store.create_mailbox(secretary_answers, false, staff(), Channel::Cli, house.now).await;
        assert_eq!(refused(refusal), Refusal::NotEligible, "who answers for it is judged at the creation");
        let dn = "CN=labo.ch-valclair.test,OU=1990000028,O=CH,C=FR";
        let add = async |at: &str| house.store.add_certificate(&address(at), named(dn), staff(), Channel::Cli, house.now).await;
        add(app.as_str()).await.unwrap();
        assert_eq!(refused(add(app.as_str()).await), Refusal::AlreadyThere);
        assert_eq!(refused(add(CABINET).await), Refusal::NotForThisKind);
        assert_eq!(house.store.certificates(&app).await.unwrap()[0].dn, dn);
        let supplier = NewCertificate { structure: Some("399900000100019".to_owned()), ..named("CN=editeur,OU=399900000100019,C=FR") };
        let enter = async |new: &NewCertificate| house.store.add_certificate(&app, new.clone(), staff(), Channel::Cli, house.now).await;
        assert_eq!(refused(enter(&supplier).await), Refusal::OtherStructure);
        enter(&NewCertificate { approved_by: Some("Anne ALISIER".to_owned()), ..supplier }).await.unwrap();
        assert_eq!(house.acts(app.as_str(), "certificate.added").await[1].facts["approved_by"], "Anne ALISIER");
        house.store.remove_certificate(&app, dn, staff(), Channel::Cli, house.now).await.unwrap();
        assert_eq!(house.store.certificates(&app).await.unwrap().len(), 1);
        assert_eq!(house.acts(app.as_str(), "certificate.removed").await[0].facts["dn"], dn);
    }
}

on_both! {
    /// Proves: CAB-17, TRU-53.
    async fn a_cabinet_that_nobody_takes_over_is_reminded_then_suspended_and_comes_back_with_an_owner(house) {
        let mut claire = physician(CLAIRE, "Claire", "TILLEUL");
        claire.exercises[0].situations[0].end = Some(house.later(3600));
        house.store.put_person(&claire, staff(), house.now).await.unwrap();
        let gone = house.now;
        let mut told = Vec::new();
        for day in 0..=90 {
            house.now = gone.plus(DAY * day);
            let suspended = house.store.vacancies_due(house.now).await.unwrap();
            assert_eq!(house.store.vacancies_due(house.now).await.unwrap(), 0, "twice does nothing");
            for due in house.store.notices_due(10, DAY, house.now).await.unwrap() {
                house.store.settle_notice(due.id, store::accounts::Told::Delivered, house.now).await.unwrap();
                assert_eq!(due.to, CABINET);
                told.push((day, 0));
            }
            if suspended > 0 {
                told.push((day, suspended));
            }
        }
        assert_eq!(told, [(30, 0), (60, 0), (80, 0), (90, 1)]);
        assert_eq!(refused(house.knock(CABINET, NADIA).await), Refusal::MailboxSuspended);
        let last = house.store.mailbox(&address(CABINET)).await.unwrap().unwrap().movements.pop().unwrap();
        assert_eq!((last.change, last.reason.as_deref()), (Change::Suspended, Some("90 jours sans propriétaire")));
        // Handed over and resumed, it counts no days.
        house.change(CABINET, Change::HandedOver { to: id(KARIM) }).await;
        house.change(CABINET, Change::Resumed).await;
        house.later(400 * 86_400);
        assert_eq!(house.store.vacancies_due(house.now).await.unwrap(), 0);
        house.knock(CABINET, NADIA).await.unwrap();
    }
}

on_both! {
    /// Proves: CAB-08, DEL-03.
    async fn acts_are_shown_for_thirteen_months_and_movements_for_ever(house) {
        house.letter("t1", "Compte rendu").await;
        house.change(CABINET, Change::Delegated { person: id(KARIM), from: None, until: None }).await;
        let begun = house.now;
        let shown = async |house: &House| {
            let claire = house.claire().await;
            let lines = house.store.timeline(&claire, TimelineQuery { limit: 200, ..Default::default() }, house.now).await.unwrap();
            let known = |act: &str| lines.iter().any(|line| line.act == act && line.at == begun);
            (known("message.received"), known("movement.delegated"))
        };
        house.now = begun.plus(DAY * 395);
        assert_eq!(shown(house).await, (true, true));
        house.now = begun.plus(DAY * 397);
        assert_eq!(shown(house).await, (false, true));
    }
}

pub fn named(dn: &str) -> NewCertificate {
    NewCertificate { dn: dn.to_owned(), structure: Some("1990000028".to_owned()), approved_by: None }
}
