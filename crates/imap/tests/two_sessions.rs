//! Two people in one folder do what they like, in any order; each believes only what the server tells. In the end both believe the truth.

mod stage;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use stage::{Kept, SUREAU, Stage, TILLEUL, idnat, letters};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

/// A client that counts, and remembers a UID once it was told.
struct Person {
    io: BufReader<DuplexStream>,
    folder: Vec<Option<u32>>,
    tag: u32,
}

impl Person {
    async fn enter(stage: &Stage, who: &str) -> Self {
        let io = BufReader::new(stage.opened_by(&idnat(who)).await);
        let mut person = Self { io, folder: Vec::new(), tag: 0 };
        person.line().await;
        person.order("SELECT INBOX").await;
        person
    }

    /// One line, its literals left out.
    async fn line(&mut self) -> String {
        let mut whole = String::new();
        loop {
            let mut line = String::new();
            self.io.read_line(&mut line).await.expect("a line");
            let line = line.trim_end();
            whole.push_str(line);
            let length = line.rsplit_once('{').and_then(|(_, n)| n.strip_suffix('}')).and_then(|n| n.parse::<usize>().ok());
            let Some(length) = length else { return whole };
            let mut literal = vec![0; length];
            self.io.read_exact(&mut literal).await.expect("a literal");
        }
    }

    /// Says a command and believes all that is answered; returns the numbers of the `SEARCH` line, if there was one.
    async fn order(&mut self, command: &str) -> Vec<u32> {
        self.tag += 1;
        let tag = format!("t{} ", self.tag);
        self.io.get_mut().write_all(format!("{tag}{command}\r\n").as_bytes()).await.expect("written");
        let mut found = Vec::new();
        loop {
            let line = self.line().await;
            if let Some(end) = line.strip_prefix(&tag) {
                assert!(!end.starts_with("BAD") || end.contains("No such message number"), "{command}: {line}");
                return found;
            }
            if let Some(numbers) = line.strip_prefix("* SEARCH") {
                found = numbers.split_whitespace().map(|n| n.parse().expect("a number")).collect();
            }
            let numbers_may_move = command.starts_with("UID") || !["FETCH", "STORE", "SEARCH"].iter().any(|verb| command.starts_with(verb));
            self.believe(&line, numbers_may_move);
        }
    }

    fn believe(&mut self, line: &str, numbers_may_move: bool) {
        let words: Vec<&str> = line.split(' ').collect();
        let Some(Ok(number)) = words.get(1).map(|n| n.parse::<usize>()) else { return };
        match words[2] {
            "EXISTS" => {
                assert!(number >= self.folder.len(), "{line} after {}", self.folder.len());
                self.folder.resize(number, None);
            }
            "EXPUNGE" => {
                assert!(numbers_may_move, "{line}");
                self.folder.remove(number - 1);
            }
            "FETCH" => {
                let uid = words.iter().position(|word| word.ends_with("UID")).map(|at| words[at + 1].trim_end_matches(')'));
                let Some(uid) = uid.map(|uid| uid.parse().expect("a UID")) else { return };
                let place = &mut self.folder[number - 1];
                assert!(place.is_none_or(|known| known == uid), "{line}: it was {place:?}");
                *place = Some(uid);
            }
            _ => {}
        }
    }
}

#[derive(Clone, Debug)]
enum Deed {
    Command(bool, String),
    Letter,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let command = prop_oneof![
        3 => (1_u32..9).prop_map(|n| format!("STORE {n} +FLAGS.SILENT (\\Deleted)")),
        2 => (1_u32..9).prop_map(|n| format!("UID STORE {n}:* FLAGS (\\Seen)")),
        1 => Just("EXPUNGE".to_owned()),
        1 => (1_u32..20).prop_map(|n| format!("UID EXPUNGE {n}:{}", n + 4)),
        1 => (1_u32..9).prop_map(|n| format!("COPY {n} INBOX")),
        1 => (1_u32..20).prop_map(|n| format!("UID MOVE {n} Archive")),
        2 => (1_u32..9).prop_map(|n| format!("FETCH {n}:* (UID FLAGS BODY[TEXT])")),
        1 => Just("SEARCH DELETED".to_owned()),
        1 => Just("UID SEARCH ALL".to_owned()),
        2 => Just("NOOP".to_owned()),
        1 => Just("APPEND INBOX {14+}\r\nSubject: x\r\n\r\n".to_owned()),
    ];
    let deed = prop_oneof![9 => (any::<bool>(), command).prop_map(|(who, command)| Deed::Command(who, command)), 1 => Just(Deed::Letter)];
    proptest::collection::vec(deed, 1..40)
}

async fn act_out(kept: Kept, deeds: Vec<Deed>) {
    let stage = Stage::set(kept).await;
    for subject in ["Un", "Deux", "Trois", "Quatre", "Cinq"] {
        stage.deliver(letters::short(subject)).await;
    }
    let (mut one, mut other) = (Person::enter(&stage, SUREAU).await, Person::enter(&stage, TILLEUL).await);
    for deed in deeds {
        match deed {
            Deed::Command(true, command) => drop(one.order(&command).await),
            Deed::Command(false, command) => drop(other.order(&command).await),
            Deed::Letter => stage.deliver(letters::short("Encore")).await,
        }
    }
    let mut truth = Person::enter(&stage, SUREAU).await;
    let uids = truth.order("UID SEARCH ALL").await;
    for person in [&mut one, &mut other] {
        person.order("NOOP").await;
        person.order("UID FETCH 1:* (UID)").await;
        let believed: Vec<u32> = person.folder.iter().map(|uid| uid.expect("told by the FETCH")).collect();
        assert_eq!(believed, uids);
    }
    drop((one, other, truth));
    stage.fall().await;
}

fn with(kept: Kept, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner
        .run(&deeds(), |deeds| {
            runtime.block_on(act_out(kept, deeds));
            Ok(())
        })
        .expect("two sessions agree");
}

#[test]
fn two_people_in_one_folder_end_with_the_same_belief_on_sqlite() {
    with(Kept::Sqlite, 24);
}

#[test]
fn two_people_in_one_folder_end_with_the_same_belief_on_postgresql() {
    with(Kept::Postgres, 6);
}
