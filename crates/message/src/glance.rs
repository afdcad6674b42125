//! What is read once at arrival and kept (encrypted) beside the message: IMAP ENVELOPE and BODYSTRUCTURE, section offsets, facts for the figures.

use serde::{Deserialize, Serialize};

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

/// One MIME part and where its bytes are.
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

impl Glance {
    /// Reads a whole message (CRLF line ends). Never fails: what cannot be read is kept as plain text, within the limits (depth 32, 500 parts, 1,000 fields).
    pub fn of(bytes: &[u8]) -> Self {
        let _ = bytes;
        todo!()
    }

    /// The form that `store` keeps.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    pub fn decode(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}
