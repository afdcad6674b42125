//! One sentence for each act of the journal: entries, letters, folders. Movements have their own catalogue (`sentences`).
//!
//! Requirements: CAB-16, IND-A, TRU-58. A sentence names people, operators and numbers of letters; never a subject, for the journal has none.

use rules::journal::{Act, Line};
use rules::movement::Movement;
use rules::{Author, Channel, IdNat};

use super::sentences::{self, Names};
use crate::frame::Words;

/// The people a line names.
pub(super) fn named(line: &Line) -> impl Iterator<Item = IdNat> {
    let about = if line.act.starts_with("movement.") { IdNat::parse(&line.object).ok() } else { None };
    line.author.person().cloned().into_iter().chain(about)
}

/// The line as a sentence; `None` for an act that says nothing to people. `movements`: those of the mailbox, for their own words.
pub(super) fn act(w: Words, names: &Names, line: &Line, movements: &[Movement]) -> Option<String> {
    let known = Act::parse(&line.act)?;
    if line.act.starts_with("movement.") {
        let seq = line.facts.get("movement").and_then(serde_json::Value::as_i64)?;
        return movements.iter().find(|movement| movement.seq == seq).map(|found| sentences::movement(w, names, found));
    }
    let by = names.author(w, &line.author);
    let how_many = letters(w, &line.object);
    let to = fact(line, "to");
    Some(match known {
        Act::AccessOpened => w.act_entered(by, means(w, line.channel)),
        Act::AccessRefused => w.act_turned_away(by, fact(line, "code")),
        Act::MessageReceived => match &line.author {
            Author::Peer { id } => w.act_received_from(id),
            _ => w.act_received(),
        },
        Act::MessageFetched => w.act_read(by, how_many),
        Act::MessageOpened => w.act_opened(by, how_many),
        Act::MessageAppended => w.act_filed(by, how_many),
        Act::MessageFlagged => w.act_marked(by, how_many),
        Act::MessageCopied => w.act_copied(by, how_many),
        Act::MessageMoved => w.act_moved(by, how_many),
        Act::MessageExpunged => w.act_deleted(by, how_many),
        Act::MessageSent => w.act_sent(by, recipients(w, line)),
        Act::MessageDelivered => w.act_delivered(to),
        Act::MessageDelayed => w.act_delayed(to),
        Act::MessageFailed => w.act_failed(to),
        Act::FolderCreated => w.act_folder_created(by),
        Act::FolderRenamed => w.act_folder_renamed(by),
        Act::FolderDeleted => w.act_folder_deleted(by),
        Act::HistoryExported => w.act_history_exported(by),
        Act::MailboxExported => w.act_mailbox_exported(by),
        Act::CertificateAdded => w.act_certificate_added(by),
        Act::CertificateRemoved => w.act_certificate_removed(by),
        _ => return None,
    })
}

/// The icon beside the sentence.
pub(super) fn icon(act: &str) -> &'static str {
    match act.split_once('.') {
        Some(("movement", _)) => "users",
        Some(("access", "refused")) => "triangle-alert",
        Some(("access", _)) => "key-round",
        Some(("message", "sent" | "delivered")) => "send",
        Some(("message", "failed" | "delayed")) => "triangle-alert",
        Some(("message", "fetched" | "opened")) => "eye",
        Some(("message", _)) => "mail",
        Some((_, "exported")) => "download",
        _ => "info",
    }
}

fn fact<'a>(line: &'a Line, key: &str) -> &'a str {
    line.facts.get(key).and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn means(w: Words, channel: Channel) -> String {
    match channel {
        Channel::Imap | Channel::Smtp => w.by_software(),
        Channel::Webmail => w.by_pages(),
        Channel::Api => w.by_api(),
        Channel::Cli | Channel::System => w.by_desk(),
    }
}

fn recipients(w: Words, line: &Line) -> String {
    match line.facts.get("recipients").and_then(serde_json::Value::as_u64) {
        Some(1) => w.one_recipient(),
        Some(count) => w.some_recipients(count),
        None => w.recipients_unknown(),
    }
}

/// « une lettre », « 4 lettres », from a set of numbers such as `12:14,18`.
fn letters(w: Words, set: &str) -> String {
    match count(set) {
        0 | 1 => w.a_letter(),
        many => w.many_letters(many),
    }
}

fn count(set: &str) -> u64 {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let one = |part: &str| match part.split_once(':') {
        Some((from, to)) => number(from).zip(number(to)).map_or(0, |(from, to)| to.abs_diff(from) + 1),
        None => u64::from(number(part).is_some()),
    };
    set.split(',').map(one).sum()
}

#[cfg(test)]
mod tests {
    use rules::Moment;

    use super::*;
    use crate::frame::Lang;

    fn line(author: Author, act: &str, object: &str, channel: Channel, facts: serde_json::Value) -> Line {
        let at = Moment::parse("2026-11-21T22:00:00Z").unwrap();
        Line { seq: 1, at, author, act: act.to_owned(), object: object.to_owned(), channel, facts, hash: String::new() }
    }

    #[test]
    fn a_set_of_letters_is_counted() {
        assert_eq!([count("7"), count("12:14,18"), count("4:2"), count(""), count("x")], [1, 4, 3, 0, 0]);
    }

    /// Proves: CAB-16.
    #[test]
    fn an_act_is_told_with_its_author_and_without_content() {
        let (w, names) = (Words(Lang::Fr), Names::default());
        let nadia = || Author::Person { id: IdNat::parse("899790000048").unwrap(), capacity: None };
        let told = |line: &Line| act(w, &names, line, &[]).unwrap();
        let sent = line(nadia(), "message.sent", "9", Channel::Smtp, serde_json::json!({ "recipients": 2, "size": 900 }));
        assert_eq!(told(&sent), "899790000048 a envoyé une lettre à 2 destinataires.");
        let read = line(nadia(), "message.fetched", "1:3", Channel::Imap, serde_json::Value::Null);
        assert_eq!(told(&read), "899790000048 a consulté 3 lettres.");
        let peer = Author::Peer { id: rules::Domain::parse("voisin.mssante.test").unwrap() };
        assert_eq!(
            told(&line(peer, "message.received", "9", Channel::Smtp, serde_json::Value::Null)),
            "Lettre reçue de voisin.mssante.test."
        );
    }

    #[test]
    fn every_act_of_a_mailbox_has_its_sentence() {
        let (w, names) = (Words(Lang::Fr), Names::default());
        let of_mailbox = ["access.", "message.", "folder.", "certificate.", "history.exported", "mailbox.exported"];
        for known in Act::ALL.iter().filter(|act| of_mailbox.iter().any(|prefix| act.as_str().starts_with(prefix))) {
            let line = line(Author::task("essai"), known.as_str(), "1", Channel::System, serde_json::Value::Null);
            assert!(act(w, &names, &line, &[]).is_some(), "{} has no sentence", known.as_str());
        }
    }
}
