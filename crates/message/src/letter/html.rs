//! HTML of a letter made harmless: an allow-list of elements and attributes, nothing remote, nothing active.
//!
//! Requirements: DOC-42. The frame that shows it has a policy of its own and no script; this is the first of the two walls. Styles are
//! dropped whole: the letter is read in our own.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ammonia::{Builder, UrlRelative};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Pictures that browsers draw without running anything.
const PICTURES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];
/// Bytes of one picture shown inside a letter.
const PICTURE: usize = 4 * 1024 * 1024;
/// Pictures of one letter.
const PICTURES_SHOWN: usize = 60;

/// Elements that stand; all others go, their text stays (but for `GONE`).
const ELEMENTS: [&str; 59] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
];
/// Elements that go with all they hold.
const GONE: [&str; 14] =
    ["script", "style", "title", "head", "object", "embed", "applet", "iframe", "frame", "frameset", "noscript", "template", "svg", "math"];

/// HTML that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    pub html: String,
    /// Pictures that lay elsewhere and are not fetched.
    pub remote: usize,
}

/// `image` gives a picture of the letter by its Content-ID, as a `data:` address.
pub(super) fn clean(html: &str, image: impl Fn(&str) -> Option<String>) -> Clean {
    let images = inner_images(html, image);
    let remote = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&remote);
    let keep = move |element: &str, attribute: &str, value: &str| -> Option<String> {
        match (element, attribute) {
            ("img", "src") => {
                let kept = picture(value, &images);
                if kept.is_none() {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                kept
            }
            ("a", "href") => web_or_mail(value).then(|| value.to_owned()),
            ("a", "rel" | "target") => Some(value.to_owned()),
            _ => Some(value.to_owned()),
        }
    };
    let cells: HashSet<&str> = ["colspan", "rowspan", "align", "valign"].into();
    let attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", HashSet::from(["href"])),
        ("img", HashSet::from(["src", "alt", "width", "height"])),
        ("td", cells.clone()),
        ("th", cells),
        ("table", HashSet::from(["border", "cellpadding", "cellspacing"])),
        ("ol", HashSet::from(["start"])),
    ]);
    let html = Builder::empty()
        .tags(ELEMENTS.into())
        .clean_content_tags(GONE.into())
        .tag_attributes(attributes)
        .generic_attributes(HashSet::from(["title", "lang", "dir"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "cid", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(move |element, attribute, value| keep(element, attribute, value).map(Cow::Owned))
        .clean(html)
        .to_string();
    Clean { html, remote: remote.load(Ordering::Relaxed) }
}

/// A picture of the message as a `data:` address, if browsers can only draw it.
pub(super) fn data_image(media: &str, bytes: &[u8]) -> Option<String> {
    (PICTURES.contains(&media) && bytes.len() <= PICTURE).then(|| format!("data:{media};base64,{}", STANDARD.encode(bytes)))
}

/// The pictures that the text names by `cid:`.
fn inner_images(html: &str, image: impl Fn(&str) -> Option<String>) -> HashMap<String, String> {
    let mut images = HashMap::new();
    for rest in html.split("cid:").skip(1) {
        let id: String = rest.chars().take_while(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '>' | '<' | ')')).take(300).collect();
        if images.len() < PICTURES_SHOWN
            && !images.contains_key(&id)
            && let Some(data) = image(&decoded(&id))
        {
            images.insert(id, data);
        }
    }
    images
}

/// A Content-ID may be percent-encoded in its address (RFC 2392).
fn decoded(id: &str) -> String {
    let mut out = Vec::with_capacity(id.len());
    let mut rest = id.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn picture(value: &str, images: &HashMap<String, String>) -> Option<String> {
    let value = value.trim();
    if let Some(id) = value.strip_prefix("cid:") {
        return images.get(id).cloned();
    }
    let inner = value.strip_prefix("data:")?;
    let (head, data) = inner.split_once(',')?;
    let media = head.strip_suffix(";base64")?;
    let base64 = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    (PICTURES.contains(&media) && data.len() <= PICTURE * 4 / 3 + 4 && data.bytes().all(base64)).then(|| value.to_owned())
}

fn web_or_mail(value: &str) -> bool {
    let value = value.trim_start().to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| value.starts_with(scheme))
}
