//! Plays a `.dlg` script: conversations of several clients with one mailbox, line by line.
//!
//! ```text
//! # a remark
//! A opens sureau              a session of a person who is in (its greeting is checked)
//! A knocks                    a session inside TLS, nobody logged in
//! A -> a1 SELECT INBOX        the client says (`\r\n` inside stands for a line end)
//! A <- a1 OK done             the server says exactly this (a literal shows its line ends as `\r\n`; a space at the end is written `␠`)
//! A <~ * OK [UIDNEXT …] …     the same, `…` standing for anything
//! A <* a1 OK …                any lines, the last of them like this
//! A <.                        the server closed the connection
//! deliver short Essai         a letter arrives: `short <subject>` or `nested`
//! clock 2026-11-30T17:00:00Z  the operator's clock is moved
//! delegate sureau until 2026-11-30T17:00:00Z      (or without `until`)
//! withdraw sureau             her delegation ends now
//! suspend                     staff suspends the mailbox
//! faults {"down": true}       what PSC suffers from
//! stop                        the server is told to stop
//! ```
//! `$token(P04)` and `$line(P04,mailbox)` in a client's line stand for a fresh token of a persona and its XOAUTH2 line.
//! Silence is proved by what comes next: the next line expected must be the next line said.

use std::collections::HashMap;
use std::time::Duration;

use imap::Begin;
use rules::Moment;
use rules::movement::Change;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};
use tokio::time::timeout;

use crate::stage::{Kept, Stage, letters, person_named};

/// Longer than any answer takes; a wait that ends here is a failure.
const PATIENCE: Duration = Duration::from_secs(20);

struct Client(BufReader<DuplexStream>);

impl Client {
    /// The next line with its literals; `None` at the end of the stream.
    async fn hear(&mut self) -> Option<String> {
        let mut heard = Vec::new();
        loop {
            let before = heard.len();
            let read = timeout(PATIENCE, self.0.read_until(b'\n', &mut heard)).await.expect("the server says nothing");
            read.expect("a pipe");
            if heard.len() == before {
                return None;
            }
            let line = String::from_utf8_lossy(&heard[before..]).trim_end_matches(['\r', '\n']).to_owned();
            let announced = line.rsplit_once('{').and_then(|(_, n)| n.strip_suffix('}')).and_then(|n| n.parse::<usize>().ok());
            let Some(length) = announced.filter(|_| line.starts_with('*') || before > 0) else {
                let text = String::from_utf8_lossy(&heard).into_owned();
                return Some(text.strip_suffix("\r\n").expect("a line ends in CRLF").replace("\r\n", "\\r\\n"));
            };
            let mut literal = vec![0; length];
            timeout(PATIENCE, self.0.read_exact(&mut literal)).await.expect("the literal does not come").expect("a pipe");
            heard.extend_from_slice(&literal);
        }
    }
}

pub async fn play(name: &str, script: &str, kept: Kept) {
    let with_psc = ["$token(", "$line(", "$bearer("].iter().any(|order| script.contains(order));
    let stage = if with_psc { Stage::set_with_psc(kept).await } else { Stage::set(kept).await };
    let mut clients: HashMap<String, Client> = HashMap::new();
    for (number, line) in script.lines().enumerate() {
        let place = format!("{name}.dlg:{} ({kept:?}): {line}", number + 1);
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (actor, rest) = line.split_once(' ').unwrap_or((line, ""));
        if actor.len() == 1 && actor.chars().all(|c| c.is_ascii_uppercase()) {
            client_line(&stage, &mut clients, actor, rest.trim(), &place).await;
        } else {
            direct(&stage, actor, rest.trim(), &place).await;
        }
    }
    drop(clients);
    stage.fall().await;
}

async fn client_line(stage: &Stage, clients: &mut HashMap<String, Client>, actor: &str, rest: &str, place: &str) {
    let (verb, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut enter = |io| clients.insert(actor.to_owned(), Client(BufReader::new(io)));
    match verb {
        "opens" => {
            enter(stage.opened_by(&person_named(text)).await);
            let greeting = clients.get_mut(actor).expect("just in").hear().await.unwrap_or_default();
            assert!(greeting.starts_with("* PREAUTH [CAPABILITY IMAP4rev1 "), "{place}: {greeting}");
            return;
        }
        "knocks" => {
            enter(stage.converse(Begin::Secured));
            return;
        }
        _ => {}
    }
    let client = clients.get_mut(actor).unwrap_or_else(|| panic!("{place}: nobody"));
    match verb {
        "->" => {
            let said = format!("{}\r\n", filled(stage, text).await.replace("\\r\\n", "\r\n"));
            client.0.get_mut().write_all(said.as_bytes()).await.unwrap_or_else(|_| panic!("{place}: the server has gone"));
        }
        "<-" => {
            let heard = client.hear().await;
            assert_eq!(heard, Some(text.replace('␠', " ")), "{place}");
        }
        "<~" => {
            let heard = client.hear().await.unwrap_or_else(|| panic!("{place}: the server has gone"));
            assert!(like(text, &heard), "{place}\n heard: {heard}");
        }
        "<*" => {
            let mut before = Vec::new();
            loop {
                let heard = client.hear().await.unwrap_or_else(|| panic!("{place}: the server has gone after {before:#?}"));
                if like(text, &heard) {
                    break;
                }
                let other_tag = heard.split(' ').next() == text.split(' ').next() && !heard.starts_with('*');
                assert!(!other_tag, "{place}\n heard: {heard}\n after: {before:#?}");
                before.push(heard);
            }
        }
        "<." => {
            let heard = client.hear().await;
            assert_eq!(heard, None, "{place}");
        }
        other => panic!("{place}: {other}?"),
    }
}

async fn direct(stage: &Stage, verb: &str, rest: &str, place: &str) {
    let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
    match verb {
        "deliver" if first == "nested" => stage.deliver(letters::nested()).await,
        "deliver" => stage.deliver(letters::short(after)).await,
        "clock" => stage.clock(rest),
        "delegate" => {
            let until = after.strip_prefix("until ").map(|at| Moment::parse(at).unwrap_or_else(|| panic!("{place}: when?")));
            stage.movement(Change::Delegated { person: person_named(first), from: None, until }).await;
        }
        "withdraw" => stage.movement(Change::DelegationEnded { person: person_named(first) }).await,
        "suspend" => stage.movement(Change::Suspended).await,
        "faults" => stage.faults(serde_json::from_str(rest).expect("JSON")).await,
        "stop" => stage.stop.cancel(),
        other => panic!("{place}: {other}?"),
    }
}

/// Puts tokens in their places.
async fn filled(stage: &Stage, text: &str) -> String {
    let Some((at, kind)) = ["$token(", "$line(", "$bearer("].iter().find_map(|kind| text.find(kind).map(|at| (at, *kind))) else {
        return text.to_owned();
    };
    let (what, after) = text[at + kind.len()..].split_once(')').expect("a closing parenthesis");
    let before = &text[..at];
    let value = match (kind, what) {
        ("$token(", persona) => stage.token(persona).await,
        ("$line(", what) => {
            let (persona, mailbox) = what.split_once(',').expect("persona,mailbox");
            sandbox::xoauth2(mailbox, &stage.token(persona).await)
        }
        ("$bearer(", what) => {
            let (persona, mailbox) = what.split_once(',').expect("persona,mailbox");
            sandbox::oauthbearer(mailbox, &stage.token(persona).await, "mss.pli.mssante.test", 143)
        }
        other => panic!("{other:?}"),
    };
    format!("{before}{value}{after}")
}

/// `…` is anything.
fn like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('…');
    let Some(mut rest) = text.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}
