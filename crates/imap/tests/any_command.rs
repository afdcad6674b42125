//! Whatever well-formed command a person gives, and whatever noise comes between, each is answered under its tag and the session lives on.

mod printed;
mod stage;

use imap::command::Command;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use stage::{Kept, Stage, TILLEUL, idnat, letters};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Commands answered at once: not IDLE, which waits, nor those that end or begin a session.
fn answered_at_once() -> impl Strategy<Value = Command> {
    printed::commands().prop_filter("it waits, or ends the session", |command| {
        !matches!(command, Command::Idle | Command::Logout | Command::StartTls | Command::Authenticate { .. })
    })
}

fn said() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let command = answered_at_once().prop_map(|command| printed::print("t", &command));
    let noise = "[ -~]{0,40}".prop_map(|noise| format!("t {}", noise.replace(['{', '}'], "")).into_bytes());
    let select = Just(b"t SELECT INBOX".to_vec());
    proptest::collection::vec(prop_oneof![8 => command, 2 => noise, 2 => select], 1..25)
}

async fn say_all(said: Vec<Vec<u8>>) {
    let stage = Stage::set(Kept::Sqlite).await;
    stage.deliver(letters::nested()).await;
    stage.deliver(letters::short("Un")).await;
    let mut io = stage.opened_by(&idnat(TILLEUL)).await;
    let mut wire = Vec::new();
    for command in &said {
        wire.extend_from_slice(command);
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"last LOGOUT\r\n");
    io.write_all(&wire).await.expect("written");
    let mut heard = Vec::new();
    io.read_to_end(&mut heard).await.expect("an end");
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(heard.ends_with("last OK LOGOUT completed\r\n"), "{}\n{heard}", String::from_utf8_lossy(&wire));
    let answers = heard.split("\r\n").filter(|line| ["t OK ", "t NO ", "t BAD "].iter().any(|start| line.starts_with(start))).count();
    assert_eq!(answers, said.len(), "{}\n{heard}", String::from_utf8_lossy(&wire));
    stage.fall().await;
}

#[test]
fn every_command_is_answered_once_and_the_store_stays_sound() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 32, failure_persistence: None, ..Config::default() });
    runner
        .run(&said(), |said| {
            runtime.block_on(say_all(said));
            Ok(())
        })
        .expect("every command is answered");
}
