//! A letter that people write here: header, text, attachments, as bytes ready to leave or to be kept as a draft.
//!
//! RFC 5322, RFC 2045-2049, RFC 8098 §2.1. Requirements: LPS-52, MSG-01, MSG-10, MSG-11, MSG-30. Nothing that somebody typed can begin a line of the
//! header; nothing names the person who writes, unless she signs the text.

pub mod answer;

use std::borrow::Cow;

use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use rules::Moment;

use crate::correspondent::{Correspondent, tidy};
use crate::{header, letter, trace};

/// Field of a draft that says what it answers: `<folder>/<uid>`. It never leaves.
pub const ANSWERS: &str = "X-Pli-Answers";

/// A letter about to be written.
#[derive(Clone, Debug)]
pub struct Composed<'a> {
    pub from: &'a Correspondent,
    pub to: &'a [Correspondent],
    pub cc: &'a [Correspondent],
    pub subject: &'a str,
    /// Plain text, any line ends.
    pub text: &'a str,
    pub enclosed: &'a [Enclosed],
    /// The mailbox wants to be told when the letter is read (MSG-30).
    pub receipt: bool,
    /// Without brackets.
    pub message_id: &'a str,
    pub in_reply_to: Option<&'a str>,
    pub references: &'a [String],
    pub date: Moment,
    /// Our software number (X-MSS-NIL); `None` in a draft.
    pub nil: Option<&'a str>,
    /// Draft: the letter that this one answers.
    pub answers: Option<&'a str>,
}

/// Something attached by the person who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    pub name: String,
    /// `type/subtype`.
    pub media: String,
    pub bytes: Vec<u8>,
}

impl Composed<'_> {
    /// `boundary` must be unlike anything a text holds: drawn for this letter, letters and digits.
    pub fn write(&self, boundary: &str) -> Vec<u8> {
        let mut headers: Vec<(Cow<'_, str>, HeaderType<'_>)> = vec![("From".into(), address(self.from).into())];
        for (name, people) in [("To", self.to), ("Cc", self.cc)] {
            if !people.is_empty() {
                headers.push((name.into(), Address::new_list(people.iter().map(address).collect()).into()));
            }
        }
        headers.push(("Subject".into(), Text::new(tidy(self.subject)).into()));
        headers.push(("Date".into(), Raw::new(trace::date(self.date)).into()));
        headers.push(("Message-ID".into(), MessageId::new(id(self.message_id)).into()));
        if let Some(before) = self.in_reply_to.map(id).filter(|id| !id.is_empty()) {
            headers.push(("In-Reply-To".into(), MessageId::new(before).into()));
        }
        let references: Vec<String> = self.references.iter().map(|one| id(one)).filter(|id| !id.is_empty()).collect();
        if !references.is_empty() {
            headers.push(("References".into(), MessageId::new_list(references.into_iter()).into()));
        }
        if self.receipt {
            headers.push(("Disposition-Notification-To".into(), address(self.from).into()));
        }
        if let Some(nil) = self.nil {
            headers.push(("X-MSS-NIL".into(), Raw::new(tidy(nil)).into()));
        }
        if let Some(answers) = self.answers {
            headers.push((ANSWERS.into(), Raw::new(tidy(answers)).into()));
        }
        headers.push(("MIME-Version".into(), Raw::new("1.0").into()));
        let mut message = mail_builder::MessageBuilder::new();
        message.headers = headers;
        message.body = Some(self.body(boundary));
        let mut bytes = Vec::new();
        message.serialize(&mut bytes);
        bytes
    }

    fn body(&self, boundary: &str) -> MimePart<'_> {
        let text = MimePart::new("text/plain", BodyPart::Text(lines(self.text).into()));
        if self.enclosed.is_empty() {
            return text;
        }
        let mut parts = vec![text];
        parts.extend(self.enclosed.iter().map(enclosed));
        MimePart::new(ContentType::new("multipart/mixed").attribute("boundary", boundary.to_owned()), parts)
    }
}

fn enclosed(one: &Enclosed) -> MimePart<'_> {
    let name = letter::file_name(&one.name);
    // A message inside a message is not encoded (RFC 2046 §5.2.1).
    if one.media == "message/rfc822" {
        let way = if one.bytes.is_ascii() { "7bit" } else { "8bit" };
        return MimePart::new("message/rfc822", BodyPart::Binary((&one.bytes[..]).into())).attachment(name).transfer_encoding(way);
    }
    let media = if sound_media(&one.media) { one.media.as_str() } else { "application/octet-stream" };
    let bytes = BodyPart::Binary((&one.bytes[..]).into());
    // Whatever it is, it arrives bit for bit: base64, which no machine on the way rewrites.
    MimePart {
        headers: vec![("Content-Type".into(), ContentType::new(media).attribute("name", name.clone()).into())],
        contents: encoded(bytes),
    }
    .attachment(name)
    .transfer_encoding("base64")
}

/// Base64 in lines, as the body of a part that says so.
fn encoded(bytes: BodyPart<'_>) -> BodyPart<'static> {
    let BodyPart::Binary(bytes) = bytes else { return BodyPart::Binary(Cow::Owned(Vec::new())) };
    let mut out = Vec::with_capacity(bytes.len() * 4 / 3 + bytes.len() / 28 + 8);
    mail_builder::encoders::base64::Base64Encoder::new().wrap_lines().encode_into(&bytes, &mut out);
    BodyPart::Binary(Cow::Owned(out))
}

/// `type/subtype` and nothing else; never a container, whose inside we have not looked at.
fn sound_media(media: &str) -> bool {
    let token = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    media.split_once('/').is_some_and(|(kind, sub)| token(kind) && token(sub) && !matches!(kind, "multipart" | "message"))
}

fn address(one: &Correspondent) -> Address<'static> {
    Address::new_address(one.name.as_deref().map(tidy), tidy(&one.address))
}

/// The id between the brackets, if that is what it is.
fn id(text: &str) -> String {
    let text = text.trim().trim_matches(['<', '>']);
    if text.len() <= 500 && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>()\"\\,;".contains(&b)) {
        text.to_owned()
    } else {
        String::new()
    }
}

/// Every line ended by CRLF, controls gone.
fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").lines() {
        out.extend(line.chars().filter(|c| *c == '\t' || !c.is_control()));
        out.push_str("\r\n");
    }
    out
}

/// Addresses typed in a field: names or not, separated by commas, semicolons or lines. What is no address is given back as it was typed.
pub fn typed(field: &str) -> (Vec<Correspondent>, Vec<String>) {
    let (mut good, mut bad) = (Vec::<Correspondent>::new(), Vec::new());
    for one in split(field) {
        match header::correspondents(&tidy(&one)).as_slice() {
            [only] if rules::Address::parse(&only.address).is_ok() => {
                if good.iter().all(|known| known.address != only.address) {
                    good.push(only.clone());
                }
            }
            _ => bad.push(tidy(&one)),
        }
    }
    (good, bad)
}

/// Splits at separators outside of quotes and brackets.
fn split(field: &str) -> Vec<String> {
    let (mut all, mut one, mut quoted, mut angle) = (Vec::new(), String::new(), false, false);
    for c in field.chars() {
        match c {
            '"' => quoted = !quoted,
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            ',' | ';' | '\n' | '\r' if !quoted && !angle => {
                all.push(std::mem::take(&mut one));
                continue;
            }
            _ => {}
        }
        one.push(c);
    }
    all.push(one);
    all.retain(|text| !text.trim().is_empty());
    all
}
