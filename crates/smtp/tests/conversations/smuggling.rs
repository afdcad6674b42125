//! SMTP smuggling, on both sides: no false end of a message is believed, and none ever leaves.

use bytes::Bytes;
use rules::{Address, Channel};
use store::mail::{SendTo, Sending};

use crate::house::{House, Plan};
use crate::lab::{self, Shown};
use crate::script::Client;

const FALSE_ENDS: [&str; 6] = ["\n.\n", "\r\n.\n", "\n.\r\n", "\r.\r\n", "\0", "\r\n.\r\r\n"];

fn smuggled(false_end: &str) -> String {
    let second = "MAIL FROM:<cardiologie@voisin.mssante.test>\r\nRCPT TO:<claire.tilleul@pli.mssante.test>\r\nDATA\r\nFrom: <x@y.test>\r\n\r\nfaux\r\n.\r\n";
    format!("From: <cardiologie@voisin.mssante.test>\r\n\r\nun{false_end}{second}")
}

/// Proves: TRU-45.
#[tokio::test]
async fn a_peer_that_smuggles_is_refused_and_cut_off() {
    let house = House::ours().await;
    for false_end in FALSE_ENDS {
        let mut client = Client::operator(&house, Shown::Good).await;
        client.tell("MAIL FROM:<cardiologie@voisin.mssante.test>").await;
        client.tell("RCPT TO:<cabinet.des-lilas@pli.mssante.test>").await;
        client.tell("DATA").await;
        client.say(smuggled(false_end).as_bytes());
        let first = client.line().await.expect("a reply");
        assert!(first.starts_with("550-5.6.0 Malformed message ("), "{false_end:?}: {first}");
        assert!(client.line().await.expect("its French").starts_with("550 5.6.0 Message mal forme"));
        assert_eq!(client.line().await, None, "{false_end:?}: the connection ends");
    }
    assert_eq!(house.cabinet().await, Vec::<String>::new());
    house.close().await;
}

/// Proves: TRU-45.
#[tokio::test]
async fn a_person_cannot_send_what_could_be_read_in_two_ways() {
    let house = House::ours().await;
    for false_end in FALSE_ENDS {
        let mut client = Client::person(&house, "cabinet.des-lilas@pli.mssante.test", "P04").await;
        client.tell("MAIL FROM:<cabinet.des-lilas@pli.mssante.test>").await;
        client.tell("RCPT TO:<cardiologie@voisin.mssante.test>").await;
        client.tell("DATA").await;
        client.say(smuggled(false_end).as_bytes());
        assert!(client.hear().await.starts_with("550 5.6.0"), "{false_end:?}");
        assert_eq!(client.line().await, None, "{false_end:?}: the connection ends");
    }
    assert!(house.store().queue().await.expect("the queue").is_empty());
    house.close().await;
}

/// Proves: TRU-45. Even if such a message were in the store, the courier would not let it out: its sender is told.
#[tokio::test]
async fn the_courier_never_emits_a_false_end() {
    let there = House::start(Plan::of(lab::peer())).await;
    let here = House::ours().await;
    let access = here.enter("cabinet.des-lilas@pli.mssante.test", "P01").await;
    let address = |text: &str| Address::parse(text).expect("an address");
    for (n, false_end) in FALSE_ENDS.into_iter().enumerate() {
        let bytes: Bytes = smuggled(false_end).into();
        let sending = Sending {
            glance: message::Glance::of(&bytes).encode().into(),
            bytes,
            message_id: format!("<{n}@pli.mssante.test>"),
            recipients: vec![SendTo { address: address("cardiologie@voisin.mssante.test"), notify: None, original: None }],
            envelope_id: None,
            return_full: false,
            transaction: format!("T{n}"),
            channel: Channel::Api,
            facts: serde_json::Value::Null,
            report: false,
            expires: here.now().plus(crate::house::HOUR),
        };
        here.store().send(&access, sending, here.now()).await.expect("queued");
    }
    let route = there.operators;
    let here = here.with_courier(&[("voisin.mssante.test", route)]);
    let reports = here.wait_for("cabinet.des-lilas@pli.mssante.test", "P01", "INBOX", FALSE_ENDS.len()).await;
    assert!(reports.iter().all(|report| report.contains("Status: 5.6.0")), "{reports:?}");
    let cardiology = there.enter("cardiologie@voisin.mssante.test", "P09").await;
    assert_eq!(there.folder(&cardiology, "INBOX").await, Vec::<String>::new());
    here.close().await;
    there.close().await;
}
