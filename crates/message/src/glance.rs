//! What is read once at arrival and kept (encrypted) beside the message: IMAP ENVELOPE and BODYSTRUCTURE, section offsets,
//! facts for the figures.
//!
//! RFC 3501 §7.4.2 (what FETCH answers), RFC 5322 (header), RFC 2045/2046 (MIME). Requirements: IND-12, MSG-03, TRU-44, TRU-48.
//! Decodes no text and no attachment: IMAP wants names and parameters as they stood, so the header is cut, never interpreted further.
//! May not fail, may not do I/O, and never changes a byte of the message.

mod addresses;
mod facts;
mod header;
mod imap;
mod parameters;
mod tree;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use header::Header;

/// Nested multiparts and messages that are looked into; deeper ones are shown as plain text.
pub const MAX_DEPTH: usize = 32;
/// Parts that are told apart; what follows them stays in the message, without a number of its own.
pub const MAX_PARTS: usize = 500;
/// Fields of one header that are read; the header's end is found beyond them all the same.
pub const MAX_FIELDS: usize = 1000;

/// Everything FETCH needs without parsing again. Offsets count from the first byte that was glanced at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glance {
    /// Bytes of the header with its empty line; the text begins here.
    pub header_len: u32,
    /// IMAP `ENVELOPE` value, ready to be written: `("date" "subject" …)`. ASCII or RFC 2047 as it stood; 8-bit goes out as literals.
    pub envelope: Vec<u8>,
    /// IMAP `BODYSTRUCTURE` value (with extension data).
    pub body_structure: Vec<u8>,
    /// IMAP `BODY` value (without extension data).
    pub body: Vec<u8>,
    /// Parts in order; path `[]` is the message itself, `[1, 2]` is part 1.2.
    pub parts: Vec<Part>,
    /// `Date:` of the header, microseconds UTC, if it could be read; and its calendar day as written (for SENTON…): days since 1970-01-01.
    pub date: Option<i64>,
    pub date_day: Option<i32>,
    pub message_id: Option<String>,
    pub facts: Facts,
}

/// One MIME part and where its bytes are: `mime_start <= body_start <= body_end`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub path: Vec<u16>,
    /// Start of the MIME header of the part, start of its body, end of its body.
    pub mime_start: u32,
    pub body_start: u32,
    pub body_end: u32,
    /// A `message/rfc822` part: its header is `body_start..inner_text`.
    pub inner_text: Option<u32>,
}

/// What the figures count (IND-12, MSG-03) and what acceptance looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// `X-MSS-NIL`, `X-MSS-CODECDA`, `X-MSS-INS`, `X-MSS-MES` as declared, trimmed; `None` absent.
    pub nil: Option<String>,
    pub code_cda: Option<String>,
    pub ins: Option<String>,
    pub mes: Option<String>,
    /// An `IHE_XDM.ZIP` is attached.
    pub xdm: bool,
    /// `Disposition-Notification-To` is there.
    pub mdn_asked: bool,
    /// `multipart/report; report-type=disposition-notification` / `delivery-status`.
    pub is_mdn: bool,
    pub is_dsn: bool,
    pub auto_submitted: bool,
    /// Addresses of `From:` in lower case.
    pub from: Vec<String>,
    /// Number of `Received:` and values of `Delivered-To:` (loops, TRU-44).
    pub received: u16,
    pub delivered_to: Vec<String>,
    /// Fields that stand more than once among From, To, Subject, Date, Message-ID (TRU-48).
    pub doubled: Vec<String>,
}

/// Which bytes of a part a `BODY[…]` asks for (RFC 3501 §6.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// `BODY[]`, `BODY[1.2]`: the whole message, or the content of the part.
    Content,
    /// `BODY[1.MIME]`: the MIME header of the part, with its empty line.
    Mime,
    /// `BODY[HEADER]`, `BODY[2.HEADER]`: the header of a message, with its empty line.
    Header,
    /// `BODY[TEXT]`, `BODY[2.TEXT]`: a message without its header.
    Text,
}

impl Glance {
    /// Reads a whole message (CRLF line ends). Never fails: what cannot be read is kept as plain text, within the limits
    /// ([`MAX_DEPTH`], [`MAX_PARTS`], [`MAX_FIELDS`]). Of a message over 4 GiB (none is ever accepted) only the first 4 GiB are seen.
    ///
    /// Requirements: IND-12, MSG-03, TRU-44, TRU-48.
    pub fn of(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
        let root = tree::read(bytes);
        let mut body_structure = Vec::with_capacity(512);
        imap::structure(&root, bytes, true, &mut body_structure);
        let mut body = Vec::with_capacity(256);
        imap::structure(&root, bytes, false, &mut body);
        let mut envelope = Vec::with_capacity(512);
        imap::envelope(&root.header, &mut envelope);
        let (date, date_day) = date_of(&root.header);
        Self {
            header_len: root.body.start as u32,
            envelope,
            body_structure,
            body,
            parts: tree::number(&root),
            date,
            date_day,
            message_id: root.header.text("message-id").filter(|id| !id.is_empty()),
            facts: facts::of(&root),
        }
    }

    /// Where the bytes of a section are; `None` when the message has no such section. `path` is empty for the message itself.
    pub fn section(&self, path: &[u16], section: Section) -> Option<Range<usize>> {
        let part = self.parts.iter().find(|part| part.path == path)?;
        let (mime, body, end) = (part.mime_start as usize, part.body_start as usize, part.body_end as usize);
        if path.is_empty() {
            return match section {
                Section::Content => Some(mime..end),
                Section::Header => Some(mime..body),
                Section::Text => Some(body..end),
                Section::Mime => None,
            };
        }
        match section {
            Section::Content => Some(body..end),
            Section::Mime => Some(mime..body),
            Section::Header => part.inner_text.map(|text| body..text as usize),
            Section::Text => part.inner_text.map(|text| text as usize..end),
        }
    }

    /// The form that `store` keeps.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads what [`Glance::encode`] wrote; `None` if the bytes are anything else.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// The moment and the calendar day of `Date:`. The day is the writer's, whatever the zone: SEARCH SENTON compares it so (RFC 3501 §6.4.4).
fn date_of(header: &Header<'_>) -> (Option<i64>, Option<i32>) {
    let read = header.text("date").and_then(|text| mail_parser::DateTime::parse_rfc822(&text)).filter(mail_parser::DateTime::is_valid);
    let day = read.as_ref().and_then(|date| i32::try_from(date.to_timestamp_local().div_euclid(86_400)).ok());
    (read.map(|date| date.to_timestamp() * 1_000_000), day)
}
