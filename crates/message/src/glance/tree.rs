//! The MIME tree of a message (RFC 2046 §5.1): where each entity begins and ends. One pass, no decoding.
//!
//! An inner part can never reach over the boundary of an outer one, even when its own closing boundary is missing.
//! A `multipart` without a usable boundary, or with no part in it, is a leaf of plain text, and so is what lies deeper than the limit.

use std::ops::Range;

use memchr::memmem::Finder;

use super::header::{Header, line_end, unfold, without_line_end};
use super::parameters::Parametric;
use super::{MAX_DEPTH, MAX_PARTS, Part};

/// One entity: the message, a part, or the message inside a `message/rfc822` part.
pub(super) struct Entity<'a> {
    pub header: Header<'a>,
    /// Its `Content-Type`, if it has one that says `type/subtype`.
    pub media: Option<Parametric>,
    pub start: usize,
    pub body: Range<usize>,
    pub content: Content<'a>,
}

pub(super) enum Content<'a> {
    /// Bytes of the declared type.
    Leaf,
    /// Declared as a container that could not be opened: shown as plain text.
    Opaque,
    /// Never empty.
    Multipart(Vec<Entity<'a>>),
    Message(Box<Entity<'a>>),
}

impl Content<'_> {
    /// Where the last entity inside ends.
    fn end(&self) -> usize {
        match self {
            Self::Multipart(parts) => parts.last().map_or(0, |part| part.body.end),
            Self::Message(inner) => inner.body.end,
            Self::Leaf | Self::Opaque => 0,
        }
    }
}

/// Reads the tree of the whole message.
pub(super) fn read(bytes: &[u8]) -> Entity<'_> {
    let mut scanner = Scanner { bytes, boundaries: Vec::new(), parts: 0, dashes: Finder::new(b"\n--") };
    scanner.entity(0, 0, false).0
}

/// A boundary line, or the end of the message.
struct Delimiter {
    /// Which of the open boundaries; `None` is the end of the message.
    level: Option<usize>,
    closing: bool,
    /// Where the line begins, without the line end before it (that one belongs to the boundary), and where the next line begins.
    before: usize,
    next: usize,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    /// Boundaries of the multiparts that are open, the outermost first.
    boundaries: Vec<Vec<u8>>,
    parts: usize,
    dashes: Finder<'static>,
}

impl<'a> Scanner<'a> {
    /// Reads the entity that begins at `start`; answers it and the delimiter that ended it.
    fn entity(&mut self, start: usize, depth: usize, in_digest: bool) -> (Entity<'a>, Delimiter) {
        let (header, body) = Header::read(self.bytes, start, |line| self.matches(line).is_some());
        let media = header.first("content-type").map(|value| Parametric::read(&unfold(value))).filter(|media| media.media().is_some());
        let container = Container::of(media.as_ref(), in_digest);
        let (content, end) = match container {
            Container::None => (Content::Leaf, self.next_delimiter(body)),
            _ if depth + 1 >= MAX_DEPTH => (Content::Opaque, self.next_delimiter(body)),
            Container::Message => {
                let (inner, end) = self.entity(body, depth + 1, false);
                (Content::Message(Box::new(inner)), end)
            }
            Container::Multipart { boundary, digest } => {
                self.boundaries.push(boundary);
                let (parts, end) = self.multipart(body, depth, digest);
                (if parts.is_empty() { Content::Opaque } else { Content::Multipart(parts) }, end)
            }
            Container::Broken => (Content::Opaque, self.next_delimiter(body)),
        };
        // Where an empty part's blank line is also the line end that belongs to the boundary, the part keeps it, and so must its parents.
        let body_end = end.before.max(body).max(content.end());
        (Entity { header, media, start, body: body..body_end, content }, end)
    }

    /// Reads the parts between the boundaries of the innermost multipart and takes its boundary off the stack.
    fn multipart(&mut self, body: usize, depth: usize, digest: bool) -> (Vec<Entity<'a>>, Delimiter) {
        let level = self.boundaries.len() - 1;
        let mut parts = Vec::new();
        let mut delimiter = self.next_delimiter(body);
        while delimiter.level == Some(level) && !delimiter.closing && self.parts < MAX_PARTS {
            self.parts += 1;
            let (part, end) = self.entity(delimiter.next, depth + 1, digest);
            parts.push(part);
            delimiter = end;
        }
        self.boundaries.truncate(level);
        if delimiter.level == Some(level) {
            delimiter = self.next_delimiter(delimiter.next);
        }
        (parts, delimiter)
    }

    /// The next boundary line of any open multipart at or after `at`, which begins a line.
    fn next_delimiter(&self, at: usize) -> Delimiter {
        let end = Delimiter { level: None, closing: true, before: self.bytes.len(), next: self.bytes.len() };
        if self.boundaries.is_empty() || at >= self.bytes.len() {
            return end;
        }
        let first = self.bytes[at..].starts_with(b"--").then_some(at);
        let others = self.dashes.find_iter(&self.bytes[at..]).map(|feed| at + feed + 1);
        for start in first.into_iter().chain(others) {
            let next = line_end(self.bytes, start);
            if let Some((level, closing)) = self.matches(without_line_end(&self.bytes[start..next])) {
                let before = without_line_end(&self.bytes[..start]).len();
                return Delimiter { level: Some(level), closing, before, next };
            }
        }
        end
    }

    /// Which open multipart a line is a boundary of (the innermost that fits), and whether it closes it.
    fn matches(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.strip_prefix(b"--")?.trim_ascii_end();
        let closes = line.strip_suffix(b"--");
        self.boundaries.iter().enumerate().rev().find_map(|(level, boundary)| {
            if line == boundary.as_slice() {
                return Some((level, false));
            }
            (closes == Some(boundary.as_slice())).then_some((level, true))
        })
    }
}

enum Container {
    None,
    Message,
    Multipart { boundary: Vec<u8>, digest: bool },
    Broken,
}

impl Container {
    fn of(media: Option<&Parametric>, in_digest: bool) -> Self {
        let Some((kind, subtype)) = media.and_then(Parametric::media) else {
            return if in_digest { Self::Message } else { Self::None };
        };
        if kind.eq_ignore_ascii_case(b"message") && subtype.eq_ignore_ascii_case(b"rfc822") {
            return Self::Message;
        }
        if !kind.eq_ignore_ascii_case(b"multipart") {
            return Self::None;
        }
        let boundary = media.and_then(|media| media.parameter("boundary")).map(<[u8]>::trim_ascii_end).unwrap_or_default();
        if boundary.is_empty() {
            return Self::Broken;
        }
        Self::Multipart { boundary: boundary.to_vec(), digest: subtype.eq_ignore_ascii_case(b"digest") }
    }
}

/// Gives the parts their IMAP numbers (RFC 3501 §6.4.5), in the order of the message; `[]` is the message.
pub(super) fn number(root: &Entity<'_>) -> Vec<Part> {
    let mut parts = vec![part(root, &[])];
    number_message(root, &[], &mut parts);
    parts
}

fn number_message(message: &Entity<'_>, path: &[u16], parts: &mut Vec<Part>) {
    match &message.content {
        Content::Multipart(children) => number_children(children, path, parts),
        _ => number_part(message, &child(path, 0), parts),
    }
}

fn number_children(children: &[Entity<'_>], path: &[u16], parts: &mut Vec<Part>) {
    for (index, entity) in children.iter().enumerate() {
        number_part(entity, &child(path, index), parts);
    }
}

fn number_part(entity: &Entity<'_>, path: &[u16], parts: &mut Vec<Part>) {
    parts.push(part(entity, path));
    match &entity.content {
        Content::Multipart(children) => number_children(children, path, parts),
        Content::Message(inner) => number_message(inner, path, parts),
        Content::Leaf | Content::Opaque => {}
    }
}

fn child(path: &[u16], index: usize) -> Vec<u16> {
    let mut child = path.to_vec();
    // MAX_PARTS keeps every number far below 65,535.
    child.push(u16::try_from(index + 1).unwrap_or(u16::MAX));
    child
}

fn part(entity: &Entity<'_>, path: &[u16]) -> Part {
    let inner_text = match &entity.content {
        Content::Message(inner) if !path.is_empty() => Some(inner.body.start as u32),
        _ => None,
    };
    Part {
        path: path.to_vec(),
        mime_start: entity.start as u32,
        body_start: entity.body.start as u32,
        body_end: entity.body.end as u32,
        inner_text,
    }
}
