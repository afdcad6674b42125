//! Limits of a session that a script cannot show: time that passes, many connections, many failures.

mod stage;

use std::time::Duration;

use imap::Begin;
use stage::{CABINET, Kept, SUREAU, Stage, TILLEUL, cabinet, idnat, letters};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

async fn hear(client: &mut BufReader<DuplexStream>) -> String {
    let mut line = String::new();
    client.read_line(&mut line).await.expect("a line");
    line.trim_end().to_owned()
}

async fn say(client: &mut BufReader<DuplexStream>, line: &str) {
    client.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.expect("written");
}

/// Proves: LPS-44.
#[tokio::test]
async fn thirty_minutes_without_a_command_are_enough_idling_or_not() {
    let stage = Stage::set(Kept::Sqlite).await;
    let mut silent = BufReader::new(stage.opened_by(&idnat(TILLEUL)).await);
    let mut idling = BufReader::new(stage.opened_by(&idnat(SUREAU)).await);
    let mut stranger = BufReader::new(stage.converse(Begin::Secured));
    for client in [&mut silent, &mut idling, &mut stranger] {
        hear(client).await;
    }
    say(&mut idling, "a1 IDLE").await;
    assert_eq!(hear(&mut idling).await, "+ idling");
    // From here on only timers move the time, one after the other.
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    assert_eq!(hear(&mut stranger).await, "* BYE Personne ne s'est identifie a temps");
    assert!((180..182).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    for client in [&mut silent, &mut idling] {
        assert_eq!(hear(client).await, "* BYE 30 min sans commande, a bientot");
    }
    assert!((1800..1802).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    tokio::time::resume();
    stage.fall().await;
}

/// Proves: LPS-44.
#[tokio::test]
async fn the_thirty_third_session_of_a_person_is_refused_and_a_freed_seat_is_taken() {
    let stage = Stage::set_with_psc(Kept::Sqlite).await;
    let mut open = Vec::new();
    for _ in 0..32 {
        let mut client = BufReader::new(stage.opened_by(&idnat(SUREAU)).await);
        hear(&mut client).await;
        open.push(client);
    }
    let line = sandbox::xoauth2(CABINET, &stage.token("P04").await);
    let mut late = BufReader::new(stage.converse(Begin::Secured));
    hear(&mut late).await;
    say(&mut late, &format!("a1 AUTHENTICATE XOAUTH2 {line}")).await;
    assert_eq!(hear(&mut late).await, "a1 NO [LIMIT] Trop de connexions ouvertes sur cette boite");
    let mut leaves = open.pop().expect("a session");
    say(&mut leaves, "z LOGOUT").await;
    while !hear(&mut leaves).await.is_empty() {}
    say(&mut late, &format!("a2 AUTHENTICATE XOAUTH2 {line}")).await;
    assert!(hear(&mut late).await.starts_with("a2 OK [CAPABILITY "));
    drop((open, late));
    stage.fall().await;
}

/// Proves: PSC-26, LPS-12.
#[tokio::test]
async fn too_many_failures_close_the_door_for_a_while_without_a_challenge() {
    let stage = Stage::set(Kept::Sqlite).await;
    let line = sandbox::xoauth2(CABINET, "hhh.ppp.sss");
    for attempt in 0..10 {
        let mut client = BufReader::new(stage.converse(Begin::Secured));
        hear(&mut client).await;
        say(&mut client, &format!("a1 AUTHENTICATE XOAUTH2 {line}")).await;
        assert!(hear(&mut client).await.starts_with("+ "), "attempt {attempt}");
        say(&mut client, "").await;
        assert_eq!(hear(&mut client).await, "a1 NO [AUTHENTICATIONFAILED] Jeton refuse");
    }
    let mut client = BufReader::new(stage.converse(Begin::Secured));
    hear(&mut client).await;
    say(&mut client, &format!("a1 AUTHENTICATE XOAUTH2 {line}")).await;
    assert!(hear(&mut client).await.starts_with("a1 NO [LIMIT] "));
    assert!(hear(&mut client).await.starts_with("* BYE "));
    assert_eq!(hear(&mut client).await, "");
    stage.fall().await;
}

/// Proves: PSC-21.
#[tokio::test]
async fn every_refusal_is_in_the_journal_even_when_the_client_just_hangs_up() {
    let stage = Stage::set_with_psc(Kept::Sqlite).await;
    for (persona, hangs_up) in [("P06", false), ("P06", true)] {
        let line = sandbox::xoauth2(CABINET, &stage.token(persona).await);
        let mut client = BufReader::new(stage.converse(Begin::Secured));
        hear(&mut client).await;
        say(&mut client, &format!("a1 AUTHENTICATE XOAUTH2 {line}")).await;
        hear(&mut client).await;
        if !hangs_up {
            say(&mut client, "").await;
            hear(&mut client).await;
        }
    }
    let refused = stage.acts(Some(cabinet())).await.iter().filter(|act| *act == "access.refused").count();
    assert_eq!(refused, 2);
    // A token that proves nobody is journalled too, in the register's chain: no person of the mailbox did it.
    let mut client = BufReader::new(stage.converse(Begin::Secured));
    hear(&mut client).await;
    say(&mut client, &format!("a1 AUTHENTICATE XOAUTH2 {}", sandbox::xoauth2(CABINET, "hhh.ppp.sss"))).await;
    hear(&mut client).await;
    assert_eq!(stage.acts(None).await.last().map(String::as_str), Some("access.refused"));
    stage.fall().await;
}

/// Longer than one group of messages in number, and in bytes: the answer streams, nothing is lost between two groups.
#[tokio::test]
async fn a_long_answer_holds_every_message_whole() {
    let stage = Stage::set(Kept::Sqlite).await;
    let long = "Une ligne de compte rendu, ni courte ni longue.\r\n".repeat(30_000);
    for number in 0..125 {
        let mut letter = letters::short(&format!("lettre-{number}"));
        if number % 50 == 0 {
            letter.extend_from_slice(long.as_bytes());
        }
        stage.deliver(letter).await;
    }
    let mut client = BufReader::new(stage.opened_by(&idnat(SUREAU)).await);
    hear(&mut client).await;
    say(&mut client, "a1 EXAMINE INBOX").await;
    while !hear(&mut client).await.starts_with("a1 ") {}
    say(&mut client, "a2 FETCH 1:* (UID RFC822.SIZE BODY[])").await;
    for number in 0..125 {
        let line = hear(&mut client).await;
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[..5], ["*", &(number + 1).to_string(), "FETCH", "(UID", &(number + 1).to_string()]);
        let length: usize = words[8].trim_matches(['{', '}']).parse().expect("a length");
        assert_eq!(words[6].parse(), Ok(length), "RFC822.SIZE is what BODY[] holds");
        let mut message = vec![0; length];
        client.read_exact(&mut message).await.expect("the message");
        assert!(message.windows(20).any(|piece| String::from_utf8_lossy(piece).contains(&format!("lettre-{number}"))));
        assert_eq!(hear(&mut client).await, ")");
    }
    assert_eq!(hear(&mut client).await, "a2 OK FETCH completed");
    drop(client);
    stage.fall().await;
}

/// An idle session sleeps in this future; with its struct and the TLS buffers it must stay far below 60 KiB.
#[tokio::test]
async fn a_sleeping_session_is_a_small_future() {
    let stage = Stage::set(Kept::Sqlite).await;
    let access = stage.access(&idnat(SUREAU)).await;
    let (io, _other) = tokio::io::duplex(64);
    let begin = Begin::LoggedIn(Box::new(access));
    let ip = std::net::Ipv4Addr::LOCALHOST.into();
    let session = imap::converse(Box::new(io), ip, stage.shared.clone(), begin, stage.stop.clone());
    let size = size_of_val(&session);
    assert!(size <= 4096, "{size} bytes");
    drop(session);
    stage.fall().await;
}

/// Proves: LPS-31.
#[tokio::test]
async fn a_lost_right_is_told_within_five_seconds_of_the_end_by_the_clock_alone() {
    // Nobody moves the clock or the mailbox here: the session must wake by itself when the right ends.
    let stage = Stage::set(Kept::Sqlite).await;
    let soon = stage.now().plus(Duration::from_secs(20 * 60));
    stage.movement(rules::movement::Change::Delegated { person: idnat(SUREAU), from: None, until: Some(soon) }).await;
    let mut client = BufReader::new(stage.opened_by(&idnat(SUREAU)).await);
    hear(&mut client).await;
    say(&mut client, "a1 SELECT INBOX").await;
    while !hear(&mut client).await.starts_with("a1 ") {}
    say(&mut client, "a2 IDLE").await;
    assert_eq!(hear(&mut client).await, "+ idling");
    stage.tick();
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    assert_eq!(hear(&mut client).await, "* BYE L'acces a cette boite a pris fin");
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(20 * 60 + 5), "{waited:?}");
    tokio::time::resume();
    drop(client);
    stage.fall().await;
}
