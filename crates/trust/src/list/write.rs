//! Writes a white list in the exact shape of the real file, unsigned.
//!
//! Requirements: TRU-20 (trust-space §2: four spaces, LF, no newline between declaration and root, none at the end). For the laboratory only.

use rules::Moment;

use super::NAMESPACE;
use super::c14n::escape_text;

/// One (domain, certificate) pair of a list to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    pub description: String,
    /// As declared: `CN=…,OU=…,O=…,ST=…,C=FR`.
    pub dn: String,
    pub responsible: String,
    pub support: String,
    pub updated: Moment,
}

impl Entry {
    /// An entry with invented contacts.
    pub fn new(name: &str, dn: &str, updated: Moment) -> Self {
        let contact = format!("00 00 00 00 00, contact@{name}.example");
        Self {
            name: name.to_owned(),
            description: format!("Domaine {name}"),
            dn: dn.to_owned(),
            responsible: contact.clone(),
            support: contact,
            updated,
        }
    }
}

/// `YYYY-MM-DDThh:mm:ssZ`, always 20 characters.
fn date(at: Moment) -> String {
    let text = Moment::from_secs(at.secs()).to_string();
    format!("{}Z", text.get(..19).unwrap_or(&text))
}

/// The list, unsigned; entries are sorted by name.
pub fn write(entries: &[Entry], generated: Moment) -> String {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| (&a.name, &a.dn).cmp(&(&b.name, &b.dn)));
    let mut out = String::with_capacity(640 * entries.len() + 300);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListeBlancheMSSante xmlns=\"");
    out.push_str(NAMESPACE);
    out.push_str("\">\n");
    line(&mut out, 1, "DateDeGeneration", &date(generated));
    out.push_str("    <ListeDomaines>\n");
    for entry in sorted {
        out.push_str("        <Domaine>\n");
        line(&mut out, 3, "Nom", &entry.name);
        line(&mut out, 3, "Description", &entry.description);
        line(&mut out, 3, "DNCertificatOperateur", &entry.dn);
        line(&mut out, 3, "ResponsableContact", &entry.responsible);
        line(&mut out, 3, "SupportContact", &entry.support);
        line(&mut out, 3, "DateMAJ", &date(entry.updated));
        out.push_str("        </Domaine>\n");
    }
    out.push_str("    </ListeDomaines>\n</ListeBlancheMSSante>");
    out
}

fn line(out: &mut String, indent: usize, name: &str, text: &str) {
    for _ in 0..indent {
        out.push_str("    ");
    }
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape_text(text, out);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}
