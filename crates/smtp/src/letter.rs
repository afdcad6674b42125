//! What both doors look at in a whole message before it is accepted, and the facts the journal keeps of it.
//!
//! Requirements: TRU-44, TRU-48, TRU-58, IND-12. Facts are declarations and counts: never a subject, a name or a word of the text.

use bytes::Bytes;
use message::Glance;
use message::glance::Facts;
pub(crate) use message::leaving::{class_of, message_id, sending_facts, sound};
use rules::mail::Class;
use rules::mailbox::MailboxId;
use rules::{Address, Domain, Refusal};
use serde_json::{Value, json};

use crate::command::Reverse;
use crate::data::Data;

/// Beyond this, reading a message is given to a thread that may take its time.
const LONG_READING: usize = 256 * 1024;
/// Room made at once for a message whose size was announced; a liar gets no more than this.
const ANNOUNCED: u64 = 1 << 20;

/// Room for a message that begins with our trace line.
pub(crate) fn body(trace: &str, from: &Reverse) -> Vec<u8> {
    let announced = usize::try_from(from.size.unwrap_or(8 * 1024).min(ANNOUNCED)).unwrap_or(0);
    let mut body = Vec::with_capacity(trace.len() + announced + 512);
    body.extend_from_slice(trace.as_bytes());
    body
}

/// The message as the machine left it: small and well formed enough?
pub(crate) fn whole(data: Data, limit: u64) -> Result<Bytes, Refusal> {
    if data.too_big() {
        return Err(Refusal::TooBig { limit });
    }
    if data.long_line() {
        return Err(Refusal::Malformed { reason: crate::data::Fault::LongLine.reason() });
    }
    Ok(data.into_body().into())
}

/// Reads a message once, off the reactor when it is long.
pub(crate) async fn glance(bytes: &Bytes) -> Glance {
    if bytes.len() < LONG_READING {
        return Glance::of(bytes);
    }
    let message = bytes.clone();
    match tokio::task::spawn_blocking(move || Glance::of(&message)).await {
        Ok(glance) => glance,
        // Only when the runtime is going away: the reply will never leave either.
        Err(_) => Glance::of(bytes),
    }
}

/// Was the message in one of these mailboxes already? (TRU-44)
pub(crate) fn comes_back<'a>(facts: &Facts, mut to: impl Iterator<Item = &'a Address>) -> bool {
    to.any(|address| facts.delivered_to.iter().any(|seen| seen.trim().trim_matches(['<', '>']).eq_ignore_ascii_case(address.as_str())))
}

/// Domains of the authors that the message declares; `None` for one that is no address at all.
pub(crate) fn author_domains(facts: &Facts) -> impl Iterator<Item = Option<Domain>> {
    facts.from.iter().map(|text| Address::parse(text).ok().map(|address| address.domain()))
}

/// Facts of `message.received`.
pub(crate) fn arrival_facts(facts: &Facts, class: Class, from_unproved: bool) -> Value {
    json!({
        "nil": facts.nil,
        "class": class.as_str(),
        "xdm": facts.xdm,
        "code_cda": facts.code_cda,
        "ins": facts.ins,
        "mdn": facts.is_mdn,
        "dsn": facts.is_dsn,
        "from_unproved": from_unproved,
    })
}

/// Each mailbox once.
pub(crate) fn distinct(mailboxes: impl Iterator<Item = MailboxId>) -> Vec<MailboxId> {
    let mut list: Vec<_> = mailboxes.collect();
    list.sort_unstable();
    list.dedup();
    list
}
