//! A letter opened: people before addresses, who opened it, the text, what is attached.
//!
//! Requirements: CAB-16, LPS-43, MSG-12, MSG-14, MSG-30, DOC-42. The text of a stranger is only ever shown as text here; its HTML stands in a frame of
//! its own (`parts`).

use message::letter::Attachment;
use message::{Correspondent, Letter};
use rules::access::Access;
use store::folders::FolderId;
use store::mail::{Stored, flag};

use super::line::is_citizen;
use crate::App;
use crate::frame::{Fault, Words};

/// A letter on the page.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) uid: u32,
    pub(super) folder: i64,
    /// Number in the mailbox.
    pub(super) message: i64,
    pub(super) subject: String,
    pub(super) from: Vec<Who>,
    pub(super) to: Vec<Who>,
    pub(super) cc: Vec<Who>,
    pub(super) when: String,
    pub(super) iso: String,
    pub(super) flagged: bool,
    /// Sentences, the first who opened it first.
    pub(super) openers: Vec<String>,
    pub(super) paragraphs: Vec<Block>,
    /// The letter has a form of its own, and it is what is shown.
    pub(super) has_html: bool,
    pub(super) as_html: bool,
    pub(super) pieces: Vec<Piece>,
    pub(super) size: String,
    /// Its sender asks to be told that it was read, and nobody has answered.
    pub(super) receipt: bool,
    /// Path of this letter.
    pub(super) href: String,
    pub(super) back: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

/// Somebody in the head of a letter.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) citizen: bool,
}

/// A run of lines: somebody's words, or those of a letter before.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) quoted: bool,
    pub(super) spans: Vec<Span>,
}

#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) text: String,
    /// The text is an address of the web.
    pub(super) link: bool,
}

/// Something attached.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) href: String,
    /// Browsers can show it without running anything.
    pub(super) viewable: bool,
}

impl Opened {
    pub(super) fn of(app: &App, w: Words, access: &Access, folder: FolderId, stored: &Stored, as_text: bool) -> Result<Self, Fault> {
        let bytes = stored.bytes.as_deref().ok_or(Fault::NotFound)?;
        let letter = Letter::read(bytes);
        let href = format!("{}/{}/{}", super::base(access), folder.0, stored.uid);
        let who = |people: Vec<Correspondent>| people.iter().map(|one| Who::of(one, app)).collect::<Vec<_>>();
        let when = letter.date().unwrap_or(stored.internal_date);
        let subject = message::card::shown_subject(&letter.subject());
        let has_html = letter.has_html();
        let as_html = has_html && !as_text;
        let pieces = letter.attachments().into_iter().filter(|one| !(one.inside && has_html)).map(|one| Piece::of(w, &href, one)).collect();
        let told = stored.flags.keywords.iter().any(|word| word.eq_ignore_ascii_case(super::receipt::TOLD));
        let own = letter.from().iter().all(|one| one.address == access.address().as_str());
        Ok(Self {
            uid: stored.uid,
            folder: folder.0,
            message: stored.message,
            subject: if subject.is_empty() { w.no_subject() } else { subject },
            from: who(letter.from()),
            to: who(letter.to()),
            cc: who(letter.cc()),
            when: w.date_time(when),
            iso: when.to_string(),
            flagged: stored.flags.system & flag::FLAGGED != 0,
            openers: Vec::new(),
            paragraphs: if as_html { Vec::new() } else { blocks(&letter.text()) },
            has_html,
            as_html,
            pieces,
            size: w.size(u64::from(stored.size)),
            receipt: !told && !own && !letter.receipt_to().is_empty() && !super::read_only(access),
            href,
            back: String::new(),
            previous: None,
            next: None,
        })
    }
}

impl Who {
    fn of(one: &Correspondent, app: &App) -> Self {
        Self { name: one.shown(), address: one.address.clone(), citizen: is_citizen(one, &app.config.domains) }
    }

    /// The name is more than the address.
    pub(super) fn named(&self) -> bool {
        self.name != self.address
    }
}

impl Piece {
    fn of(w: Words, letter: &str, one: Attachment) -> Self {
        let kind = if one.letter { w.kind_letter() } else { kind(w, &one.media) };
        Self {
            about: format!("{kind}, {}", w.size(one.size as u64)),
            href: format!("{letter}/piece/{}", one.number),
            viewable: super::parts::viewable(&one.media),
            name: one.name,
        }
    }
}

/// The sort of file in words.
fn kind(w: Words, media: &str) -> String {
    match media {
        "application/pdf" => w.kind_pdf(),
        "application/zip" | "application/x-zip-compressed" => w.kind_archive(),
        "text/plain" => w.kind_text(),
        media if media.starts_with("image/") => w.kind_image(),
        media => media.to_owned(),
    }
}

impl Words {
    /// `12 ko`, `3,4 Mo`.
    pub(super) fn size(self, bytes: u64) -> String {
        match bytes {
            0..1_000 => self.size_bytes(bytes),
            1_000..1_000_000 => self.size_kilo(bytes / 1_000),
            _ => self.size_mega(format!("{}{}{}", bytes / 1_000_000, self.decimal(), bytes / 100_000 % 10)),
        }
    }
}

/// The text in runs of the same depth, addresses of the web told apart.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in text.lines() {
        let quoted = line.starts_with('>');
        if blocks.last().is_none_or(|last| last.quoted != quoted) {
            blocks.push(Block { quoted, spans: Vec::new() });
        }
        let Some(block) = blocks.last_mut() else { continue };
        spans(line, &mut block.spans);
        block.spans.push(Span { text: "\n".to_owned(), link: false });
    }
    blocks
}

fn spans(line: &str, into: &mut Vec<Span>) {
    let mut rest = line;
    while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let end = rest[at..].find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '«' | '»')).map_or(rest.len(), |n| at + n);
        let address = rest[at..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        into.push(Span { text: rest[..at].to_owned(), link: false });
        into.push(Span { text: address.to_owned(), link: true });
        rest = &rest[at + address.len()..];
    }
    into.push(Span { text: rest.to_owned(), link: false });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_letters_before_are_told_apart_and_addresses_become_links() {
        let blocks = blocks("Voir https://a.test/x?y=1.\n> avant\n>> encore\nfin");
        assert_eq!(blocks.iter().map(|block| block.quoted).collect::<Vec<_>>(), [false, true, false]);
        let links: Vec<&str> = blocks[0].spans.iter().filter(|span| span.link).map(|span| span.text.as_str()).collect();
        assert_eq!(links, ["https://a.test/x?y=1"]);
        let whole: String = blocks.iter().flat_map(|block| &block.spans).map(|span| span.text.as_str()).collect();
        assert_eq!(whole, "Voir https://a.test/x?y=1.\n> avant\n>> encore\nfin\n", "not a letter is lost");
    }
}
