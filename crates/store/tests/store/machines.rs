//! Machines at the door of APP mailboxes, on both engines.

use rules::mailbox::{Bearer, Kind};
use rules::movement::Change;
use rules::register::Structure;
use rules::{Author, Channel, Refusal};
use store::mailboxes::{MachineKnock, NewMailbox};

use crate::house::{CABINET, CLAIRE, address, id, on_both, refused, staff};
use crate::rooms::named;

on_both! {
    /// Proves: PSC-41, LPS-20, LPS-22, PSC-39.
    async fn a_machine_is_let_in_by_its_certificate_until_that_is_withdrawn(house) {
        let hospital = Structure { id: "1990000028".to_owned(), name: "HOPITAL".to_owned(), finess: Some("990000028".to_owned()), ..Default::default() };
        house.store.put_structure(&hospital, staff(), house.now).await.unwrap();
        let dn = "CN=labo.ch-valclair.test,OU=1990000028,O=CH,C=FR";
        let (labo, radio) = (address("labo_auto@pli.mssante.test"), address("radio_auto@pli.mssante.test"));
        let open = async |at: &rules::Address| {
            let new = NewMailbox {
                address: at.clone(),
                kind: Kind::App,
                bearer: Bearer::Structure { structure: "1990000028".to_owned() },
                label: "Automate".to_owned(),
                structure: None,
                first: vec![Change::ResponsableAdded { person: id(CLAIRE) }],
            };
            house.store.create_mailbox(new, false, staff(), Channel::Cli, house.now).await.unwrap();
            house.store.add_certificate(at, named(dn), staff(), Channel::Cli, house.now).await.unwrap();
        };
        let knock = async |at: Option<&rules::Address>, dn: &str| {
            let knock = MachineKnock { address: at.cloned(), dn: dn.to_owned(), channel: Channel::Imap, ip: None };
            house.store.enter_machine(knock, house.now).await
        };
        open(&labo).await;
        assert_eq!(knock(None, dn).await.unwrap().address(), &labo, "the only one");
        open(&radio).await;
        assert_eq!(refused(knock(None, dn).await), Refusal::CertificateRefused, "two: which one?");
        let nowhere = address("nulle.part@pli.mssante.test");
        for (at, dn) in [(&nowhere, dn), (&address(CABINET), dn), (&labo, "CN=inconnu,C=FR")] {
            assert_eq!(refused(knock(Some(at), dn).await), Refusal::CertificateRefused, "{at} {dn}");
        }
        let access = knock(Some(&labo), dn).await.unwrap();
        let line = house.acts(labo.as_str(), "access.opened").await.pop().unwrap();
        assert_eq!(line.author, Author::Machine { id: dn.to_owned() });
        assert_eq!(house.acts(CABINET, "access.refused").await.pop().unwrap().author, Author::Machine { id: dn.to_owned() });

        assert!(house.store.recheck(&access, Channel::Imap, house.now).await.unwrap().is_none(), "nothing moved");
        let mut woken = house.store.feed().subscribe(access.mailbox());
        house.store.remove_certificate(&labo, dn, staff(), Channel::Cli, house.now).await.unwrap();
        woken.changed().await;
        assert_eq!(refused(house.store.recheck(&access, Channel::Imap, house.now).await), Refusal::RightLost);
        assert_eq!(refused(house.store.open_folder(&access, "INBOX").await), Refusal::RightLost, "inside the transaction too");
        assert_eq!(house.acts(labo.as_str(), "access.refused").await.pop().unwrap().facts["cause"], "CERTIFICATE_REFUSED");
        assert_eq!(knock(None, dn).await.unwrap().address(), &radio, "one again");
    }
}
