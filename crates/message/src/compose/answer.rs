//! What an answer takes from the letter it answers: whom it goes to, its subject, its place in the conversation, the words quoted.
//!
//! RFC 5322 §3.6.4, §3.6.5. Requirements: LPS-52.

use crate::correspondent::Correspondent;
use crate::letter::Letter;

/// References kept: the first one and the latest, so that a long conversation keeps its root.
const REFERENCES: usize = 20;

/// Whom an answer goes to: the writer (or where it asks to be answered), and with `all` the others, never the mailbox itself.
pub fn recipients(letter: &Letter<'_>, own: &str, all: bool) -> (Vec<Correspondent>, Vec<Correspondent>) {
    let asked = letter.reply_to();
    let first = if asked.is_empty() { letter.from() } else { asked };
    // An answer to what the mailbox itself sent goes to those it had written to.
    let mut to = if first.iter().all(|one| one.address == own) { letter.to() } else { first };
    to.retain(|one| one.address != own);
    let mut cc = Vec::new();
    if all {
        for one in letter.to().into_iter().chain(letter.cc()) {
            let known = |list: &[Correspondent]| list.iter().any(|known| known.address == one.address);
            if one.address != own && !known(&to) && !known(&cc) {
                cc.push(one);
            }
        }
    }
    (to, cc)
}

/// `Re: …`, once.
pub fn reply_subject(subject: &str) -> String {
    prefixed("Re: ", &["re:", "re :", "rép:", "rép :", "rep:", "rep :"], subject)
}

/// `Tr: …`, once.
pub fn forward_subject(subject: &str) -> String {
    prefixed("Tr: ", &["tr:", "tr :", "fwd:", "fw:"], subject)
}

fn prefixed(prefix: &str, known: &[&str], subject: &str) -> String {
    let lower = subject.trim_start().to_lowercase();
    if known.iter().any(|one| lower.starts_with(one)) { subject.to_owned() } else { format!("{prefix}{subject}") }
}

/// `In-Reply-To` and `References` of an answer to this letter.
pub fn thread(letter: &Letter<'_>) -> (Option<String>, Vec<String>) {
    let Some(id) = letter.message_id().map(str::to_owned) else { return (None, Vec::new()) };
    let mut references = letter.references();
    if references.is_empty() {
        references.extend(letter.in_reply_to());
    }
    references.retain(|one| *one != id);
    references.push(id.clone());
    if references.len() > REFERENCES {
        references.drain(1..=references.len() - REFERENCES);
    }
    (Some(id), references)
}

/// Each line behind a `>`, the signature left out.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.trim_end().lines() {
        if line == "-- " {
            break;
        }
        out.push_str(if line.starts_with('>') { ">" } else { "> " });
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
