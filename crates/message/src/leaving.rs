//! What is looked at in a whole message before it leaves or is filed, and the facts that the journal keeps of it. One for submission and pages.
//!
//! Requirements: LPS-50, LPS-52, TRU-41, TRU-44, TRU-48, TRU-58, PSC-31, IND-12. Facts are declarations and counts: never a subject, a name or a
//! word of the text. It asks nobody: what must be asked (is this domain in the list?) is handed over.

use rules::access::Access;
use rules::mail::Class;
use rules::{Address, Domain, Refusal};
use serde_json::{Value, json};

use crate::glance::{Facts, Glance};
use crate::header;

/// Header octets of a message (trust-space §11).
const HEADER: u32 = 256 * 1024;
const HOPS: u16 = 50;

/// Refuses what would be unsafe to file or to send: a header without end, a loop, a second author.
pub fn sound(glance: &Glance) -> Result<(), Refusal> {
    if glance.header_len > HEADER {
        return Err(Refusal::Malformed { reason: "header over 256 KiB" });
    }
    if glance.facts.received > HOPS {
        return Err(Refusal::Loop);
    }
    if doubled(&glance.facts, "From") {
        return Err(Refusal::Malformed { reason: "two From fields" });
    }
    Ok(())
}

/// Does this field stand twice?
pub fn doubled(facts: &Facts, field: &str) -> bool {
    facts.doubled.iter().any(|name| name.eq_ignore_ascii_case(field))
}

/// Refuses what would be unsafe to send, or would lie about its author. `lists`: is this domain in the trust space?
pub fn check(
    glance: &Glance,
    bytes: &[u8],
    access: &Access,
    null_sender: bool,
    ours: &[Domain],
    lists: impl Fn(&Domain) -> bool,
) -> Result<(), Refusal> {
    sound(glance)?;
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
            if !ours.contains(&domain) && !lists(&domain) {
                return Err(Refusal::ListAbsent);
            }
        }
    }
    Ok(())
}

/// Facts of `message.sent`. `internal`, `space`, `citizens` count the recipients of each kind.
pub fn sending_facts(facts: &Facts, azp: &str, ours: &[Domain], to: &[Address], report: bool) -> Value {
    let count = |class| to.iter().filter(|address| class_of(&address.domain(), ours) == class).count();
    json!({
        "nil": facts.nil,
        "azp": azp,
        "internal": count(Class::Interne),
        "space": count(Class::Espace),
        "citizens": count(Class::Usager),
        "xdm": facts.xdm,
        "code_cda": facts.code_cda,
        "ins": facts.ins,
        "mes": facts.mes,
        "mdn_asked": facts.mdn_asked,
        "report": report,
    })
}

/// On which side of the trust space a correspondent is.
pub fn class_of(domain: &Domain, ours: &[Domain]) -> Class {
    Class::of(domain, ours, is_citizens(domain).then_some(domain))
}

/// Domain of the citizens' messaging (`patient.mssante.fr`).
fn is_citizens(domain: &Domain) -> bool {
    domain.as_str().starts_with("patient.mssante.")
}

/// A Message-ID of ours, in the form in which `Glance` gives one.
pub fn message_id(id: &str, domain: &Domain) -> String {
    format!("<{id}@{domain}>")
}
