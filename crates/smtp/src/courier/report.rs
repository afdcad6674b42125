//! Which reports the sender gets, and in which words.
//!
//! RFC 3461 §5, MSG-22. Requirements: TRU-40, MSG-20, MSG-21. Never a report about a message without sender.

use bytes::Bytes;
use message::dsn::{Action, Report, Reported};
use rules::{Address, Moment};
use store::queue::Queued;

use super::outcome::{Failure, Seen};
use super::reply::Reply;
use crate::{Shared, letter, transaction};

/// One recipient's news, to be told to the sender.
pub(super) struct News<'a> {
    pub(super) row: &'a Queued,
    pub(super) reported: Reported,
}

impl<'a> News<'a> {
    pub(super) fn failed(row: &'a Queued, failure: &Failure, at: Moment) -> Self {
        let (french, english) = words(&failure.status, failure);
        let reported = reported(row, Action::Failed, &failure.status, &failure.seen, at);
        let diagnostic = Some(diagnostic(failure));
        Self { row, reported: Reported { diagnostic, explanation: french, english, ..reported } }
    }

    /// Status 4.x: it is still being tried, until `until`.
    pub(super) fn delayed(row: &'a Queued, failure: &Failure, until: Moment, at: Moment) -> Self {
        let reported = reported(row, Action::Delayed, "4.4.1", &failure.seen, at);
        let explanation =
            "Le serveur du destinataire ne prend pas le message pour l'instant. Rien à faire : les essais continuent.".to_owned();
        let english = "The recipient's server does not take the message for now. Nothing to do: it is being tried again.".to_owned();
        let (diagnostic, will_retry_until) = (Some(diagnostic(failure)), Some(until));
        Self { row, reported: Reported { diagnostic, will_retry_until, explanation, english, ..reported } }
    }

    /// Taken by a server that will not report itself.
    pub(super) fn relayed(row: &'a Queued, reply: &Reply, seen: &Seen, at: Moment) -> Self {
        let reported = reported(row, Action::Relayed, "2.0.0", seen, at);
        let explanation = "Cet opérateur a pris le message ; il n'envoie pas d'accusé de réception.".to_owned();
        let english = "That operator took the message; it sends no receipt.".to_owned();
        Self { row, reported: Reported { diagnostic: Some(reply.to_string()), explanation, english, ..reported } }
    }

    /// Filed in a mailbox of ours.
    pub(super) fn delivered(row: &'a Queued, at: Moment) -> Self {
        let reported = reported(row, Action::Delivered, "2.0.0", &Seen::default(), at);
        let (explanation, english) = deposited();
        Self { row, reported: Reported { explanation, english, ..reported } }
    }
}

/// The words of a receipt: in the mailbox, which is not read.
pub(crate) fn deposited() -> (String, String) {
    (
        "Le message est dans la boîte ; cela ne dit pas qu'il a été lu.".to_owned(),
        "The message is in the mailbox; this does not say it was read.".to_owned(),
    )
}

fn reported(row: &Queued, action: Action, status: &str, seen: &Seen, at: Moment) -> Reported {
    Reported {
        recipient: row.recipient.clone(),
        original: row.original.clone(),
        action,
        status: status.to_owned(),
        remote_mta: seen.host.clone(),
        diagnostic: None,
        last_attempt: at,
        will_retry_until: None,
        explanation: String::new(),
        english: String::new(),
    }
}

fn diagnostic(failure: &Failure) -> String {
    // What the peer said is quoted; what we found is said in the form of a reply.
    if failure.replied { failure.cause.clone() } else { format!("{}50 {}", &failure.status[..1], failure.cause) }
}

/// The report about rows of one message. `None` when its sender is the null sender.
pub(super) fn build(shared: &Shared, news: &[News<'_>], original: &Bytes, at: Moment) -> Option<store::queue::Report> {
    let row = news.first()?.row;
    let recipients: Vec<_> = news.iter().map(|news| news.reported.clone()).collect();
    let about = About {
        to: row.sender.as_ref()?,
        domain: &row.sender.as_ref()?.domain(),
        arrival: row.accepted,
        envelope_id: row.envelope_id.as_deref(),
        return_full: row.return_full,
    };
    Some(write(shared, &about, &recipients, original, at))
}

/// The message reported on.
pub(crate) struct About<'a> {
    pub(crate) to: &'a Address,
    /// Domain of ours that reports.
    pub(crate) domain: &'a rules::Domain,
    pub(crate) arrival: Moment,
    pub(crate) envelope_id: Option<&'a str>,
    pub(crate) return_full: bool,
}

/// A report, ready for the queue.
pub(crate) fn write(shared: &Shared, about: &About<'_>, recipients: &[Reported], original: &Bytes, at: Moment) -> store::queue::Report {
    let id = transaction::new(&shared.clock, &shared.entropy);
    let report = Report {
        domain: about.domain,
        reporting_mta: &shared.host_name,
        to: about.to,
        arrival: about.arrival,
        envelope_id: about.envelope_id,
        recipients,
        original,
        return_full: about.return_full,
        message_id: &format!("{id}@{}", about.domain),
        boundary: &format!("=_{id}"),
        at,
    };
    let bytes: Bytes = report.build().into();
    let glance = message::Glance::of(&bytes);
    store::queue::Report {
        to: about.to.clone(),
        glance: glance.encode().into(),
        message_id: glance.message_id.unwrap_or_else(|| letter::message_id(&id, about.domain)),
        bytes,
        transaction: id,
        expires: at.plus(shared.limits.expire),
    }
}

/// What happened and what to do, by the refusal when it is ours, else by the status (MSG-22).
fn words(status: &str, failure: &Failure) -> (String, String) {
    if let Some(why) = &failure.refusal {
        return (why.french(), why.smtp().english);
    }
    let detail = status.split_once('.').map_or("", |(_, detail)| detail);
    let (french, english) = match detail {
        "1.1" | "1.0" | "1.2" | "1.10" => ("Adresse inconnue. Vérifiez-la, ou cherchez la boîte dans l'annuaire.", "Unknown address."),
        "2.1" => ("Boîte fermée ou désactivée. Cherchez une autre adresse du destinataire dans l'annuaire.", "Mailbox closed or disabled."),
        "2.2" => ("Boîte pleine. Prévenez le destinataire par un autre moyen, puis renvoyez le message.", "Mailbox full."),
        "3.4" => (
            "Message trop volumineux pour ce destinataire. Renvoyez-le avec des pièces jointes plus légères.",
            "Message too big for that server.",
        ),
        "4.4" => ("Serveur du destinataire introuvable. Vérifiez l'adresse.", "The recipient's server cannot be found."),
        "4.7" => (
            "Le serveur du destinataire n'a pas pris le message malgré des essais répétés. Prévenez-le par un autre moyen.",
            "The server did not take the message in spite of repeated tries.",
        ),
        "7.10" => (
            "Le serveur du destinataire n'accepte pas de connexion chiffrée : le message n'est pas parti en clair. Prévenez votre opérateur.",
            "The server offers no encryption: the message was not sent in clear.",
        ),
        _ if detail.starts_with("7.") => (
            "Refusé par l'opérateur du destinataire (confiance). Prévenez votre opérateur.",
            "Refused by the recipient's operator (trust).",
        ),
        _ => ("Le serveur du destinataire a refusé le message.", "The recipient's server refused the message."),
    };
    (french.to_owned(), english.to_owned())
}
