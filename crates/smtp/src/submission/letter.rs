//! A submitted message: the two fields a client may have forgotten. Whether it may leave is asked of `message::leaving`.
//!
//! Requirements: LPS-52. Message-ID and Date are added when missing; nothing else is ever changed.

use bytes::Bytes;
use message::{Glance, header, trace};
use rules::{Domain, Moment};

use crate::letter;

/// A message ready to leave, read once in its final form.
pub(super) struct Ready {
    pub(super) bytes: Bytes,
    pub(super) glance: Glance,
    pub(super) message_id: String,
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
