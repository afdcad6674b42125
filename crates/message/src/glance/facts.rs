//! What the figures count and what acceptance looks at, read off the header and the tree.
//!
//! Requirements: IND-12, MSG-03, TRU-44, TRU-48. Judges nothing: whether a value is right is for `rules`.

use super::Facts;
use super::addresses::{self, Entry};
use super::header::{Header, unfold};
use super::parameters::Parametric;
use super::tree::{Content, Entity};

/// The name that the national profile gives to an archive of documents.
const XDM: &str = "IHE_XDM.ZIP";

/// Facts of the whole message.
pub(super) fn of(root: &Entity<'_>) -> Facts {
    let header = &root.header;
    Facts {
        nil: header.text("x-mss-nil"),
        code_cda: header.text("x-mss-codecda"),
        ins: header.text("x-mss-ins"),
        mes: header.text("x-mss-mes"),
        xdm: has_xdm(root),
        mdn_asked: header.first("disposition-notification-to").is_some(),
        is_mdn: is_report(root, "disposition-notification"),
        is_dsn: is_report(root, "delivery-status"),
        auto_submitted: header.text("auto-submitted").is_some_and(|value| !is_word(&value, "no")),
        from: authors(header),
        received: u16::try_from(header.all("received").count()).unwrap_or(u16::MAX),
        delivered_to: header.all("delivered-to").map(|value| String::from_utf8_lossy(&unfold(value)).into_owned()).collect(),
        doubled: doubled(header),
    }
}

/// Does the value say `word`, whatever parameters or comments follow (RFC 3834 §5)?
fn is_word(value: &str, word: &str) -> bool {
    value.split([';', '(', ' ']).next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}

fn is_report(root: &Entity<'_>, kind: &str) -> bool {
    let Some(media) = root.media.as_ref() else { return false };
    let report = media.media().is_some_and(|(main, sub)| main.eq_ignore_ascii_case(b"multipart") && sub.eq_ignore_ascii_case(b"report"));
    report && media.says("report-type", kind)
}

fn authors(header: &Header<'_>) -> Vec<String> {
    let entries = header.all("from").flat_map(|value| addresses::read(&unfold(value)));
    entries
        .filter_map(|entry| match entry {
            Entry::Address(address) if !address.host.is_empty() => {
                Some(format!("{}@{}", String::from_utf8_lossy(&address.mailbox), String::from_utf8_lossy(&address.host)).to_lowercase())
            }
            _ => None,
        })
        .collect()
}

fn doubled(header: &Header<'_>) -> Vec<String> {
    let once = ["From", "To", "Subject", "Date", "Message-ID"];
    once.into_iter().filter(|name| header.all(name).nth(1).is_some()).map(str::to_owned).collect()
}

/// Looks at every part of this message, and not into forwarded ones: their archive was counted when they were sent.
fn has_xdm(entity: &Entity<'_>) -> bool {
    if let Content::Multipart(parts) = &entity.content {
        return parts.iter().any(has_xdm);
    }
    let named = |parametric: &Parametric, name| parametric.says(name, XDM);
    entity.media.as_ref().is_some_and(|media| named(media, "name"))
        || entity.header.first("content-disposition").is_some_and(|value| named(&Parametric::read(&unfold(value)), "filename"))
}
