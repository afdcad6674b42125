//! The terms of use: texts that never change, acceptances that say which text, a new version that asks again.

use rules::{Channel, Moment, Refusal};
use store::mailboxes::{Acceptance, Text};
use store::{Error, Store};

use crate::house::{CABINET, House, NADIA, author, id, of, on_both, refused, staff};

fn text(version: &str, since: Moment) -> Text {
    Text::french(version.to_owned(), format!("Conditions {version}"), since)
}

on_both! {
    /// Proves: CGU-01, CGU-02, PSC-40.
    async fn a_new_version_asks_everybody_again_from_its_day_on(house) {
        house.nadia().await;
        let day = house.now.plus(std::time::Duration::from_secs(3_600));
        house.store.publish_terms(text("2026-12", day), staff(), house.now).await.unwrap();
        house.nadia().await;
        assert_eq!(house.store.terms(&id(NADIA)).await.unwrap().current, "2026-01", "not before its day");
        house.later(3_600);
        let refusal = refused(house.knock(CABINET, NADIA).await);
        assert!(matches!(refusal, Refusal::TermsNotAccepted { ref version, .. } if version == "2026-12"), "{refusal:?}");
        let terms = house.store.terms(&id(NADIA)).await.unwrap();
        assert!(!terms.up_to_date() && terms.current == "2026-12", "pages send her there");
        house.store.accept_terms(&id(NADIA), of("2026-12"), author(&id(NADIA)), house.now).await.unwrap();
        house.nadia().await;
        let old = house.store.terms_history(&id(NADIA)).await.unwrap();
        assert_eq!(old.iter().map(|a| a.version.as_str()).collect::<Vec<_>>(), ["2026-01", "2026-12"]);
    }
}

on_both! {
    /// Proves: CGU-02. Somebody who accepts ahead of the day is not shut out meanwhile, nor asked twice.
    async fn a_version_accepted_ahead_of_its_day_holds_on_that_day(house) {
        let day = house.now.plus(std::time::Duration::from_secs(3_600));
        house.store.publish_terms(text("2026-12", day), staff(), house.now).await.unwrap();
        house.later(1);
        house.store.accept_terms(&id(NADIA), of("2026-12"), author(&id(NADIA)), house.now).await.unwrap();
        house.nadia().await;
        house.later(3_600);
        house.nadia().await;
    }
}

on_both! {
    /// Proves: CGU-02, PSC-40. Who, which version and text, when, from where, in which session.
    async fn an_acceptance_says_which_words_were_read_and_from_where(house) {
        let published = text("2026-12", house.now);
        house.store.publish_terms(published.clone(), staff(), house.now).await.unwrap();
        let english = Text { language: "en".to_owned(), body: "Terms".to_owned(), ..published.clone() };
        house.store.publish_terms(english.clone(), staff(), house.now).await.unwrap();
        let accept = async |text_sha256: &str| {
            let acceptance = Acceptance {
                version: "2026-12".to_owned(),
                text_sha256: Some(text_sha256.to_owned()),
                channel: Channel::Webmail,
                ip: Some("192.0.2.7".parse().unwrap()),
                session: Some("41".to_owned()),
            };
            house.store.accept_terms(&id(NADIA), acceptance, author(&id(NADIA)), house.now).await
        };
        let other = refused(accept(&"0".repeat(64)).await);
        assert!(matches!(other, Refusal::TermsNotAccepted { ref version, .. } if version == "2026-12"), "other words: {other:?}");
        accept(&english.sha256()).await.unwrap();
        let history = house.store.terms_history(&id(NADIA)).await.unwrap();
        let last = history.last().unwrap();
        assert_eq!((last.at, last.channel, last.ip.as_deref(), last.session.as_deref()), (house.now, Channel::Webmail, Some("192.0.2.7"), Some("41")));
        assert_eq!(last.sha256, Some(english.sha256()));
        let lines = house.lines(None).await;
        let line = lines.iter().rfind(|line| line.act == "terms.accepted").unwrap();
        assert_eq!((line.object.as_str(), line.facts["sha256"].as_str()), (NADIA, last.sha256.as_deref()));
        let unknown = house.store.accept_terms(&id(NADIA), of("1999"), author(&id(NADIA)), house.now).await;
        assert!(matches!(refused(unknown), Refusal::TermsNotAccepted { .. }));
    }
}

on_both! {
    /// Proves: CGU-03. Texts are the operator's, versioned, and stay what people accepted.
    async fn a_published_text_never_changes(house) {
        let first = house.store.terms_text(None).await.unwrap().unwrap();
        assert_eq!((first.text.version.as_str(), first.text.body.as_str()), ("2026-01", "Conditions d'essai"));
        assert_eq!(first.sha256, first.text.sha256());
        let again = house.store.publish_terms(text("2026-01", house.now), staff(), house.now).await;
        assert!(matches!(again, Err(Error::Exists("terms"))));
        house.store.publish_terms(text("2026-12", house.now), staff(), house.now).await.unwrap();
        house.config.terms_text = "D'autres mots".to_owned();
        house.restart().await;
        assert_eq!(house.store.terms_text(Some("2026-01")).await.unwrap(), Some(first), "the configuration does not rewrite it");
        let refusal = refused(house.knock(CABINET, NADIA).await);
        assert!(matches!(refusal, Refusal::TermsNotAccepted { ref version, .. } if version == "2026-12"), "nor does a restart go back: {refusal:?}");
        assert_eq!(house.store.terms_text_in(None, "en").await.unwrap().unwrap().text.language, "fr", "not translated");
        assert_eq!(house.lines(None).await.iter().filter(|line| line.act == "terms.published").count(), 2);
    }
}

/// Proves: CGU-01, PSC-39. Published on one node, asked for at once on the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_published_on_one_node_is_asked_for_on_the_other() {
    let mut house = House::postgres().await;
    let other = Store::open(house.config.clone(), rules::Entropy::seeded(2)).await.unwrap();
    house.nadia().await;
    house.later(1);
    house.store.publish_terms(text("2026-12", house.now), staff(), house.now).await.unwrap();
    let here = std::mem::replace(&mut house.store, other);
    let refusal = refused(house.knock(CABINET, NADIA).await);
    assert!(matches!(refusal, Refusal::TermsNotAccepted { ref version, .. } if version == "2026-12"), "{refusal:?}");
    here.close().await;
    house.end().await;
}
