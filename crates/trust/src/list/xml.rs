//! XML into a tree, once, with limits: what is verified and what is read are the same nodes.
//!
//! XML 1.0 and Namespaces in XML 1.0, without DTD, processing instructions, or entities other than the five predefined and numeric ones.
//! Requirements: TRU-05, TRU-06 step 1. Knows nothing of lists and signatures but the sizes of their texts.

use std::borrow::Cow;
use std::rc::Rc;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::{DSIG, Fault, LARGEST, XML};

const DEPTH: usize = 8;
const ELEMENTS: usize = 400_000;
const ATTRIBUTES: usize = 16;
/// One text of the list's own elements.
const TEXT: usize = 4 * 1024;
/// One text inside the signature: a certificate in base64 is longer than 4 KiB when its policies are wordy.
const SIGNATURE_TEXT: usize = 16 * 1024;
const XINCLUDE: &str = "http://www.w3.org/2001/XInclude";
const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// An element; its namespace is resolved, declarations are not kept (exclusive canonical form writes them where they are used).
#[derive(Clone, Debug)]
pub struct Element<'a> {
    pub prefix: String,
    pub local: String,
    /// Empty: none.
    pub namespace: Rc<str>,
    pub attributes: Vec<Attribute>,
    pub children: Vec<Node<'a>>,
}

/// An attribute that is not a namespace declaration.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub prefix: String,
    pub local: String,
    pub namespace: Rc<str>,
    pub value: String,
}

#[derive(Clone, Debug)]
pub enum Node<'a> {
    Element(Element<'a>),
    Text(Cow<'a, str>),
}

impl<'a> Element<'a> {
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && *self.namespace == *namespace
    }

    /// Child elements, texts skipped.
    pub fn elements(&self) -> impl Iterator<Item = &Element<'a>> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The texts directly inside hold nothing but white space.
    pub fn has_only_elements(&self) -> bool {
        self.children.iter().all(|node| match node {
            Node::Element(_) => true,
            Node::Text(text) => text.bytes().all(|b| b.is_ascii_whitespace()),
        })
    }

    /// The text of an element that holds nothing else.
    pub fn text(&self) -> Option<&str> {
        match self.children.as_slice() {
            [] => Some(""),
            [Node::Text(text)] => Some(text),
            _ => None,
        }
    }
}

/// Reads a document; `LB-XML` for whatever is not one, or goes beyond a limit.
///
/// Requirements: TRU-05.
pub fn parse(bytes: &[u8]) -> Result<Element<'_>, Fault> {
    if bytes.len() > LARGEST {
        return Err(bad("larger than 32 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| bad("not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut tree = Tree::default();
    loop {
        match reader.read_event().map_err(|e| bad(e.to_string()))? {
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(piece) => tree.text(piece.xml10_content())?,
            Event::CData(piece) => tree.text(piece.xml10_content())?,
            Event::GeneralRef(reference) => tree.text(Cow::Owned(resolve(&reference)?.to_string()))?,
            Event::Decl(decl) => tree.declaration(&decl)?,
            Event::Comment(_) => {}
            Event::DocType(_) => return Err(bad("DTD")),
            Event::PI(_) => return Err(bad("processing instruction")),
            Event::Eof => return tree.finish(),
        }
        tree.begun = true;
    }
}

fn bad(detail: impl Into<String>) -> Fault {
    Fault::new(XML, detail)
}

/// One of the five predefined entities, or a character by its number.
fn resolve(reference: &BytesRef<'_>) -> Result<char, Fault> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().ok_or_else(|| bad("bad character reference"));
    }
    match &**reference {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(bad("entity")),
    }
}

/// Characters that XML 1.0 allows (§2.2).
fn allowed(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..))
}

/// The tree while it grows.
#[derive(Default)]
struct Tree<'a> {
    open: Vec<Element<'a>>,
    /// Declarations in force: (depth of their element, prefix, namespace).
    scope: Vec<(usize, String, Rc<str>)>,
    root: Option<Element<'a>>,
    elements: usize,
    begun: bool,
}

impl<'a> Tree<'a> {
    fn declaration(&self, decl: &quick_xml::events::BytesDecl<'_>) -> Result<(), Fault> {
        if self.begun {
            return Err(bad("XML declaration not at the start"));
        }
        if decl.version().ok().as_deref() != Some("1.0") {
            return Err(bad("not XML 1.0"));
        }
        match decl.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("UTF-8") => Ok(()),
            Some(_) => Err(bad("encoding is not UTF-8")),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        if self.root.is_some() {
            return Err(bad("second root"));
        }
        self.elements += 1;
        if self.elements > ELEMENTS {
            return Err(bad("too many elements"));
        }
        if self.open.len() == DEPTH {
            return Err(bad("too deep"));
        }
        let depth = self.open.len();
        let mut plain = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|e| bad(e.to_string()))?;
            if count == ATTRIBUTES {
                return Err(bad("too many attributes"));
            }
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|e| bad(e.to_string()))?;
            if attribute.value.contains('<') || value.len() > TEXT || !allowed(&value) {
                return Err(bad("attribute"));
            }
            match split(attribute.key.into_inner())? {
                ("", "xmlns") => self.declare(depth, "", &value)?,
                ("xmlns", prefix) => self.declare(depth, prefix, &value)?,
                (prefix, local) => plain.push((prefix.to_owned(), local.to_owned(), value.into_owned())),
            }
        }
        let name = start.name();
        let (prefix, local) = split(name.into_inner())?;
        let (prefix, local, namespace) = (prefix.to_owned(), local.to_owned(), self.namespace(prefix)?);
        if *namespace == *XINCLUDE {
            return Err(bad("XInclude"));
        }
        let attributes = self.attributes(plain)?;
        self.open.push(Element { prefix, local, namespace, attributes, children: Vec::new() });
        Ok(())
    }

    fn attributes(&self, plain: Vec<(String, String, String)>) -> Result<Vec<Attribute>, Fault> {
        let mut attributes: Vec<Attribute> = Vec::with_capacity(plain.len());
        for (prefix, local, value) in plain {
            let namespace = if prefix.is_empty() { Rc::from("") } else { self.namespace(&prefix)? };
            if attributes.iter().any(|a| a.local == local && a.namespace == namespace) {
                return Err(bad("attribute twice"));
            }
            attributes.push(Attribute { prefix, local, namespace, value });
        }
        Ok(attributes)
    }

    fn declare(&mut self, depth: usize, prefix: &str, namespace: &str) -> Result<(), Fault> {
        let reserved = prefix == "xmlns" || prefix == "xml" || namespace == XML_NAMESPACE || namespace == "http://www.w3.org/2000/xmlns/";
        if reserved || (namespace.is_empty() && !prefix.is_empty()) {
            return Err(bad("namespace declaration"));
        }
        self.scope.push((depth, prefix.to_owned(), Rc::from(namespace)));
        Ok(())
    }

    fn namespace(&self, prefix: &str) -> Result<Rc<str>, Fault> {
        if prefix == "xml" {
            return Ok(Rc::from(XML_NAMESPACE));
        }
        match self.scope.iter().rev().find(|(_, p, _)| p == prefix) {
            Some((_, _, namespace)) => Ok(Rc::clone(namespace)),
            None if prefix.is_empty() => Ok(Rc::from("")),
            None => Err(bad("undeclared prefix")),
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        let element = self.open.pop().ok_or_else(|| bad("end without a start"))?;
        let depth = self.open.len();
        self.scope.retain(|(at, _, _)| *at < depth);
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, piece: Cow<'a, str>) -> Result<(), Fault> {
        if !allowed(&piece) {
            return Err(bad("character that XML does not allow"));
        }
        let Some(parent) = self.open.last_mut() else {
            return if piece.bytes().all(|b| b.is_ascii_whitespace()) { Ok(()) } else { Err(bad("text outside the root")) };
        };
        let most = if &*parent.namespace == DSIG { SIGNATURE_TEXT } else { TEXT };
        let length = match parent.children.last_mut() {
            Some(Node::Text(text)) => {
                text.to_mut().push_str(&piece);
                text.len()
            }
            _ if piece.is_empty() => 0,
            _ => {
                let length = piece.len();
                parent.children.push(Node::Text(piece));
                length
            }
        };
        if length > most { Err(bad("text too long")) } else { Ok(()) }
    }

    fn finish(self) -> Result<Element<'a>, Fault> {
        if !self.open.is_empty() {
            return Err(bad("missing end tag"));
        }
        self.root.ok_or_else(|| bad("no root element"))
    }
}

/// Prefix and local name; ASCII names only, which is all the list and its signature need.
fn split(name: &str) -> Result<(&str, &str), Fault> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let plain = |part: &str| {
        part.bytes()
            .enumerate()
            .all(|(at, b)| b == b'_' || b.is_ascii_alphabetic() || (at > 0 && (b.is_ascii_digit() || b == b'-' || b == b'.')))
    };
    let sound = !local.is_empty() && plain(prefix) && plain(local) && !(prefix.is_empty() && name.contains(':'));
    if sound { Ok((prefix, local)) } else { Err(bad("name")) }
}
