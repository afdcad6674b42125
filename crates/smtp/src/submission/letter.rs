//! A submitted message: may it leave as it is? And the two fields a client may have forgotten.
//!
//! Requirements: LPS-50, LPS-52, TRU-41, TRU-48, PSC-31. Message-ID and Date are added when missing; nothing else is ever changed.

use bytes::Bytes;
use message::{Glance, header, trace};
use rules::access::Access;
use rules::{Address, Domain, Moment, Refusal};
use trust::Snapshot;

use crate::letter;

/// A message ready to leave, read once in its final form.
pub(super) struct Ready {
    pub(super) bytes: Bytes,
    pub(super) glance: Glance,
    pub(super) message_id: String,
}

/// Refuses what would be unsafe or would lie about its author.
pub(super) fn check(
    glance: &Glance,
    bytes: &[u8],
    access: &Access,
    null_sender: bool,
    ours: &[Domain],
    list: &Snapshot,
) -> Result<(), Refusal> {
    letter::sound(glance)?;
    if !glance.facts.doubled.is_empty() {
        return Err(Refusal::Malformed { reason: "a field that must be alone stands twice" });
    }
    if glance.facts.from.is_empty() {
        return Err(Refusal::Malformed { reason: "no From" });
    }
    let from: Vec<Address> =
        glance.facts.from.iter().map(|text| Address::parse(text)).collect::<Result<_, _>>().map_err(|_| Refusal::SenderNotMailbox)?;
    if null_sender {
        rules::mail::outgoing_report(access, &from)?;
        if !glance.facts.is_mdn {
            return Err(Refusal::SenderNotMailbox);
        }
    } else {
        rules::mail::header_from(access, &from)?;
    }
    let mailbox = access.address().as_str();
    let head = &bytes[..bytes.len().min(glance.header_len as usize)];
    for sender in header::values(head, "Sender") {
        if header::addresses(&sender).iter().any(|address| address != mailbox) {
            return Err(Refusal::SenderNotMailbox);
        }
    }
    for reply_to in header::values(head, "Reply-To") {
        for address in header::addresses(&reply_to) {
            let domain = Address::parse(&address).map_err(|_| Refusal::BadAddress)?.domain();
            if !ours.contains(&domain) && !list.lists(&domain) {
                return Err(Refusal::ListAbsent);
            }
        }
    }
    Ok(())
}

/// Adds the fields that are missing, after our trace line at the top. Requirements: LPS-52, MSG-02.
pub(super) async fn complete(bytes: Bytes, glance: Glance, trace_length: usize, id: &str, domain: &Domain, at: Moment) -> Ready {
    let mut added = String::new();
    if glance.message_id.is_none() && header::values(&bytes, "Message-ID").is_empty() {
        added.push_str(&format!("Message-ID: {}\r\n", letter::message_id(id, domain)));
    }
    if glance.date.is_none() && header::values(&bytes, "Date").is_empty() {
        added.push_str(&format!("Date: {}\r\n", trace::date(at)));
    }
    let (bytes, glance) = if added.is_empty() {
        (bytes, glance)
    } else {
        let whole: Bytes = [&bytes[..trace_length], added.as_bytes(), &bytes[trace_length..]].concat().into();
        let glance = letter::glance(&whole).await;
        (whole, glance)
    };
    // A Message-ID field that cannot be read stays as it is; the queue still needs a name for the message.
    let message_id = glance.message_id.clone().unwrap_or_else(|| letter::message_id(id, domain));
    Ready { bytes, glance, message_id }
}
