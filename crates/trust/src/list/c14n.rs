//! Exclusive canonical form (without comments) of a tree: the bytes that a digest or a signature is computed over.
//!
//! Exclusive XML Canonicalization 1.0, with no InclusiveNamespaces list; the tree has no comments, processing instructions or DTD (see `xml`).
//! Requirements: TRU-06 steps 6 and 7, TRU-08. Cannot fail, and interprets nothing.

use super::xml::{Attribute, Element, Node};

/// The canonical form of an element and what it holds, but for the child element at position `without` (the enveloped signature).
pub fn canonical(apex: &Element<'_>, without: Option<usize>) -> Vec<u8> {
    let mut writer = Writer { out: String::new(), rendered: Vec::new() };
    writer.element(apex, without);
    writer.out.into_bytes()
}

struct Writer<'t> {
    out: String,
    /// Declarations written by the elements that are open: (prefix, namespace).
    rendered: Vec<(&'t str, &'t str)>,
}

impl<'t> Writer<'t> {
    fn element(&mut self, element: &'t Element<'_>, without: Option<usize>) {
        let mark = self.rendered.len();
        self.out.push('<');
        self.name(&element.prefix, &element.local);
        self.declarations(element);
        self.attributes(element);
        self.out.push('>');
        for (at, child) in element.children.iter().enumerate() {
            match child {
                Node::Element(_) if without == Some(at) => {}
                Node::Element(child) => self.element(child, None),
                Node::Text(text) => escape_text(text, &mut self.out),
            }
        }
        self.out.push_str("</");
        self.name(&element.prefix, &element.local);
        self.out.push('>');
        self.rendered.truncate(mark);
    }

    fn name(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(local);
    }

    /// Declares each prefix the element itself makes use of, unless an open element already wrote the same declaration.
    fn declarations(&mut self, element: &'t Element<'_>) {
        let of_attributes = element.attributes.iter().filter(|a| !a.prefix.is_empty()).map(|a| (&*a.prefix, &*a.namespace));
        let mut used: Vec<(&str, &str)> = of_attributes.chain([(&*element.prefix, &*element.namespace)]).collect();
        used.sort_unstable();
        used.dedup();
        for (prefix, namespace) in used {
            let before = self.rendered.iter().rev().find(|(p, _)| *p == prefix).map_or("", |(_, n)| n);
            if prefix == "xml" || before == namespace {
                continue;
            }
            self.rendered.push((prefix, namespace));
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(prefix);
            self.value(namespace);
        }
    }

    /// Attributes by namespace, then by name; those without a namespace first.
    fn attributes(&mut self, element: &'t Element<'_>) {
        let mut sorted: Vec<&Attribute> = element.attributes.iter().collect();
        sorted.sort_unstable_by(|a, b| (&a.namespace, &a.local).cmp(&(&b.namespace, &b.local)));
        for attribute in sorted {
            self.out.push(' ');
            self.name(&attribute.prefix, &attribute.local);
            self.value(&attribute.value);
        }
    }

    fn value(&mut self, value: &str) {
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

/// Escapes the four characters that the canonical form escapes in texts. Also how the laboratory writes its lists.
pub(super) fn escape_text(mut text: &str, out: &mut String) {
    while let Some(at) = text.find(['&', '<', '>', '\r']) {
        let (plain, rest) = text.split_at(at);
        out.push_str(plain);
        out.push_str(match rest.as_bytes()[0] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&#xD;",
        });
        text = &rest[1..];
    }
    out.push_str(text);
}
