//! A message as people read it: who wrote to whom, the text, what is attached. Reads when somebody opens a letter, never at arrival.
//!
//! RFC 5322, RFC 2045-2049, RFC 2231. Requirements: MSG-30, DOC-42, LPS-52. Never fails: what cannot be read is shown as plain text. Bytes
//! of an attachment are those that were sent: no character set is guessed for them.

pub mod html;

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use rules::Moment;

use crate::correspondent::{self, Correspondent};
use html::Clean;

/// Text of one letter that is shown, bytes of UTF-8; what follows is in the source.
const SHOWN: usize = 2 * 1024 * 1024;
/// Messages inside messages that can be opened.
const DEEPEST: usize = 8;

/// A message read for its reader.
pub struct Letter<'x> {
    message: Message<'x>,
    bytes: &'x [u8],
    /// It has a header at all.
    readable: bool,
}

/// Something attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its number among the attachments of its message, from 1.
    pub number: usize,
    /// The name its sender gave it, or one made from its type. No path, no control character.
    pub name: String,
    /// `type/subtype`, lower case; `application/octet-stream` when none was said.
    pub media: String,
    /// Bytes once decoded.
    pub size: usize,
    /// Shown inside the text (an image of the HTML).
    pub inside: bool,
    /// It is a message of its own.
    pub letter: bool,
}

impl<'x> Letter<'x> {
    pub fn read(bytes: &'x [u8]) -> Self {
        let mut message = MessageParser::default().parse(bytes).unwrap_or_default();
        let readable = !message.parts.is_empty();
        if !readable {
            // The library looks for fields in the first part: there must be one.
            message.parts.push(MessagePart::default());
        }
        Self { message, bytes, readable }
    }

    pub fn subject(&self) -> String {
        correspondent::tidy(self.message.subject().unwrap_or_default())
    }

    pub fn from(&self) -> Vec<Correspondent> {
        self.people(HeaderName::From)
    }

    pub fn to(&self) -> Vec<Correspondent> {
        self.people(HeaderName::To)
    }

    pub fn cc(&self) -> Vec<Correspondent> {
        self.people(HeaderName::Cc)
    }

    pub fn reply_to(&self) -> Vec<Correspondent> {
        self.people(HeaderName::ReplyTo)
    }

    /// Whom the sender asks to be told that the letter was read (RFC 8098); empty: nobody.
    pub fn receipt_to(&self) -> Vec<Correspondent> {
        self.people(HeaderName::DispositionNotificationTo)
    }

    fn people(&self, field: HeaderName<'static>) -> Vec<Correspondent> {
        let list = |value: &HeaderValue<'_>| match value {
            HeaderValue::Address(list) => correspondent::of(list),
            HeaderValue::Text(text) => crate::header::correspondents(text),
            HeaderValue::TextList(texts) => texts.iter().flat_map(|text| crate::header::correspondents(text)).collect(),
            _ => Vec::new(),
        };
        self.message.header_values(field).flat_map(list).collect()
    }

    /// `Date:`, if it can be read.
    pub fn date(&self) -> Option<Moment> {
        self.message.date().filter(|date| date.is_valid()).map(|date| Moment::from_secs(date.to_timestamp()))
    }

    /// Without its angle brackets.
    pub fn message_id(&self) -> Option<&str> {
        self.message.message_id()
    }

    /// Message-IDs of the letters before this one, oldest first, without brackets.
    pub fn references(&self) -> Vec<String> {
        ids(self.message.references())
    }

    /// Without brackets.
    pub fn in_reply_to(&self) -> Option<String> {
        ids(self.message.in_reply_to()).into_iter().next()
    }

    /// The text as plain text, whatever its form in the letter.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for at in 0..self.message.text_body_count() {
            let Some(part) = self.message.body_text(at) else { continue };
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&part);
        }
        if !self.readable {
            text = String::from_utf8_lossy(self.bytes).into_owned();
        }
        let mut text: String = text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
        if text.len() > SHOWN {
            let end = (0..=SHOWN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
        }
        text
    }

    /// The letter has a form of its own for screens.
    pub fn has_html(&self) -> bool {
        self.message.html_bodies().any(|part| matches!(part.body, PartType::Html(_)))
    }

    /// The HTML form made harmless, with its own images; nothing remote. Requirements: DOC-42.
    pub fn html(&self) -> Option<Clean> {
        if !self.has_html() {
            return None;
        }
        let parts: Vec<Cow<'_, str>> = (0..self.message.html_body_count()).filter_map(|at| self.message.body_html(at)).collect();
        let whole = parts.join("\n");
        let end = (0..=whole.len().min(SHOWN)).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
        Some(html::clean(&whole[..end], |id| self.image(id)))
    }

    /// An image of the letter by its Content-ID, as a `data:` address.
    fn image(&self, id: &str) -> Option<String> {
        let part = self.message.attachments().find(|part| part.content_id().is_some_and(|known| known.trim_matches(['<', '>']) == id))?;
        html::data_image(&media_of(part), &content(&self.message, part)?)
    }

    pub fn attachments(&self) -> Vec<Attachment> {
        let parts = self.message.attachments().enumerate();
        parts.map(|(at, part)| describe(&self.message, at + 1, part)).collect()
    }

    /// The decoded bytes of an attachment, by its number; and of one inside an attached message, by the numbers on the way.
    pub fn attachment(&self, path: &[usize]) -> Option<(Attachment, Vec<u8>)> {
        let (number, inner) = path.split_first()?;
        let part = self.message.attachments().nth(number.checked_sub(1)?)?;
        let bytes = content(&self.message, part)?;
        if inner.is_empty() {
            return Some((describe(&self.message, *number, part), bytes.into_owned()));
        }
        if path.len() > DEEPEST || !is_letter(part) {
            return None;
        }
        Letter::read(&bytes).attachment(inner)
    }
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(text) => vec![text.clone().into_owned()],
        HeaderValue::TextList(texts) => texts.iter().map(|text| text.clone().into_owned()).collect(),
        _ => Vec::new(),
    }
}

fn is_letter(part: &MessagePart<'_>) -> bool {
    matches!(part.body, PartType::Message(_)) || part.is_content_type("message", "rfc822")
}

fn describe(message: &Message<'_>, number: usize, part: &MessagePart<'_>) -> Attachment {
    let media = media_of(part);
    let letter = is_letter(part);
    let given = part.attachment_name().map(file_name).filter(|name| !name.is_empty());
    let name = given.unwrap_or_else(|| match &part.body {
        PartType::Message(inner) if !inner.parts.is_empty() => format!("{}.eml", file_name(inner.subject().unwrap_or("message"))),
        _ => format!("piece-{number}{}", extension(&media)),
    });
    let said_attached = part.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
    let inside = part.content_id().is_some() && !said_attached && media.starts_with("image/");
    let size = content(message, part).map_or(0, |bytes| bytes.len());
    Attachment { number, name, media, size, inside, letter }
}

/// A file's name that can be shown and given to a browser: no path, no control, nothing that turns the writing round.
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean: String = last.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    let clean = clean.trim().trim_start_matches('.');
    let end = (0..=clean.len().min(200)).rev().find(|at| clean.is_char_boundary(*at)).unwrap_or(0);
    clean[..end].to_owned()
}

fn extension(media: &str) -> &'static str {
    match media {
        "application/pdf" => ".pdf",
        "application/zip" => ".zip",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/xml" | "application/xml" => ".xml",
        "message/rfc822" => ".eml",
        "message/delivery-status" | "message/disposition-notification" | "text/rfc822-headers" => ".txt",
        _ => ".bin",
    }
}

fn media_of(part: &MessagePart<'_>) -> String {
    let token = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    match part.content_type() {
        Some(said) => match said.subtype() {
            Some(sub) if token(said.ctype()) && token(sub) => format!("{}/{}", said.ctype(), sub).to_ascii_lowercase(),
            _ => "application/octet-stream".to_owned(),
        },
        None if matches!(part.body, PartType::Text(_)) => "text/plain".to_owned(),
        None => "application/octet-stream".to_owned(),
    }
}

/// The bytes of a part as they were before they were encoded for the journey.
fn content<'m>(message: &'m Message<'_>, part: &'m MessagePart<'_>) -> Option<Cow<'m, [u8]>> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(Cow::Borrowed(raw)),
        Encoding::Base64 => Some(base64_decode(raw).map_or(Cow::Borrowed(raw), Cow::Owned)),
        Encoding::QuotedPrintable => Some(quoted_printable_decode(raw).map_or(Cow::Borrowed(raw), Cow::Owned)),
    }
}
