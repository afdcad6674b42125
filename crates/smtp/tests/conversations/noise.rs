//! Noise on port 25: whatever is said after the handshake, every answer is a reply, the session ends in order, and the next one is served.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::house::House;
use crate::lab::Shown;
use crate::script::Client;

/// What a confused, hurried or hostile client says.
fn words() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "EHLO a.test",
        "HELO a.test",
        "MAIL FROM:<cardiologie@voisin.mssante.test>",
        "MAIL FROM:<>",
        "MAIL FROM:<a@b",
        "RSET",
        "NOOP x",
        "HELP",
        "RCPT TO:<cabinet.des-lilas@pli.mssante.test>",
        "RCPT TO:<x@y.test>",
        "DATA",
        ".",
        "STARTTLS",
        "AUTH XOAUTH2 AAAA",
        "BDAT 5 LAST",
        "VRFY a",
        "From: <cardiologie@voisin.mssante.test>",
        "",
        "..",
        "MAIL FROM:<cardiologie@voisin.mssante.test> SIZE=99999999999999999999",
    ]);
    prop_oneof![
        12 => known.prop_map(|line| format!("{line}\r\n").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
        1 => Just(vec![b'x'; 3_000]),
    ]
}

/// Proves: TRU-49.
#[tokio::test]
async fn noise_gets_replies_and_never_breaks_the_server() {
    let house = House::ours().await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..60 {
        let noise = prop::collection::vec(words(), 0..25).new_tree(&mut runner).expect("a case").current();
        let mut client = Client::operator(&house, Shown::Good).await;
        for said in &noise {
            client.say(said);
        }
        // Ends a command, a message, and the session, whichever is open.
        client.say(b"\r\n.\r\nQUIT\r\n");
        let mut last = String::new();
        while let Some(line) = client.line().await {
            let code = line.get(..3).and_then(|code| code.parse::<u16>().ok());
            assert!(code.is_some_and(|code| (200..600).contains(&code)), "{line} after {noise:?}");
            last = line;
        }
        let ended = ["221", "421", "550"].iter().any(|code| last.starts_with(code));
        assert!(ended, "the last reply was {last:?} after {noise:?}");
    }
    assert!(
        house
            .cabinet()
            .await
            .iter()
            .all(|message| message.contains("From: <cardiologie@voisin.mssante.test>") || !message.contains("From:"))
    );
    house.close().await;
}
