//! The entries of a list whose signature is verified, read from the same tree.
//!
//! Requirements: TRU-04, TRU-06 step 8, TRU-15, TRU-19. An entry that breaks the format is set aside, the others stay. Contacts are personal data:
//! they are checked for presence and not kept.

use std::collections::HashMap;

use rules::{Domain, Moment};

use super::xml::Element;
use super::{Fault, NAMESPACE, XML};
use crate::dn::Dn;

/// The six children of an entry, in order.
const CHILDREN: [&str; 6] = ["Nom", "Description", "DNCertificatOperateur", "ResponsableContact", "SupportContact", "DateMAJ"];
/// Domains known to belong to MSSanté; others are kept, with a warning (TRU-19).
const SUFFIXES: [&str; 3] = ["mssante.fr", "mssante.apicrypt.org", "interop-mssante.apicrypt.org"];

/// What a list says.
#[derive(Debug)]
pub struct Read {
    pub generated: Moment,
    /// The different DNs, as declared and in normal form.
    pub dns: Vec<Declared>,
    pub entries: Vec<Record>,
    pub aside: Vec<Aside>,
    /// Domains under none of the usual suffixes.
    pub unusual: usize,
}

/// A DN of the list.
#[derive(Clone, Debug)]
pub struct Declared {
    pub text: String,
    pub dn: Dn,
}

/// One (domain, certificate) pair.
#[derive(Clone, Debug)]
pub struct Record {
    pub domain: Domain,
    /// Position in `Read::dns`.
    pub dn: usize,
    pub description: String,
    /// `None` when the date could not be read: nothing depends on it.
    pub updated: Option<Moment>,
}

/// An entry that could not be read, for the report at the desk (TRU-04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// From 1, in the order of the file.
    pub position: usize,
    /// What stood as its name, cut to 60 characters.
    pub name: String,
    pub why: String,
}

impl std::fmt::Display for Aside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entrée {} ({}) : {}", self.position, self.name, self.why)
    }
}

/// The root is a white list's.
pub(super) fn is_list(root: &Element<'_>) -> Result<(), Fault> {
    if root.is(NAMESPACE, "ListeBlancheMSSante") { Ok(()) } else { Err(Fault::new(XML, "not a white list")) }
}

/// Date and domains, then nothing but the signature.
pub(super) fn frame<'r, 'a>(root: &'r Element<'a>) -> Result<(&'r Element<'a>, &'r Element<'a>), Fault> {
    let mut parts = root.elements();
    let date = parts.next().filter(|e| e.is(NAMESPACE, "DateDeGeneration"));
    let domains = parts.next().filter(|e| e.is(NAMESPACE, "ListeDomaines"));
    match (date, domains) {
        (Some(date), Some(domains)) if root.has_only_elements() && parts.count() <= 1 => Ok((date, domains)),
        _ => Err(Fault::new(XML, "not DateDeGeneration, ListeDomaines, Signature")),
    }
}

/// Reads date and entries. Call it only on a tree whose signature was checked.
pub(crate) fn read(root: &Element<'_>) -> Result<Read, Fault> {
    is_list(root)?;
    let (date, domains) = frame(root)?;
    let generated = date.text().and_then(self::date).ok_or_else(|| Fault::new(XML, "DateDeGeneration"))?;
    let mut read = Read { generated, dns: Vec::new(), entries: Vec::new(), aside: Vec::new(), unusual: 0 };
    let mut seen = HashMap::new();
    for (at, entry) in domains.elements().enumerate() {
        match record(entry, &mut read.dns, &mut seen) {
            Ok(record) => {
                read.unusual += usize::from(!usual(record.domain.as_str()));
                read.entries.push(record);
            }
            Err(why) => {
                let name = entry.elements().next().and_then(Element::text).unwrap_or_default();
                read.aside.push(Aside { position: at + 1, name: name.chars().take(60).collect(), why });
            }
        }
    }
    if read.entries.is_empty() {
        return Err(Fault::new(XML, "no readable entry"));
    }
    Ok(read)
}

fn record(entry: &Element<'_>, dns: &mut Vec<Declared>, seen: &mut HashMap<String, usize>) -> Result<Record, String> {
    if !entry.is(NAMESPACE, "Domaine") || !entry.has_only_elements() {
        return Err("ce n'est pas un élément Domaine".to_owned());
    }
    let mut texts = [""; 6];
    let mut children = entry.elements();
    for (text, name) in texts.iter_mut().zip(CHILDREN) {
        let child =
            children.next().filter(|child| child.is(NAMESPACE, name)).ok_or_else(|| format!("il manque {name}, ou l'ordre est autre"))?;
        *text = child.text().ok_or_else(|| format!("{name} ne contient pas que du texte"))?;
    }
    if children.next().is_some() {
        return Err("un élément de trop".to_owned());
    }
    let [name, description, declared, _, _, updated] = texts;
    let domain = Domain::parse(name.trim()).map_err(|e| e.to_string())?;
    let dn = match seen.get(declared) {
        Some(dn) => *dn,
        None => {
            let dn = Dn::parse(declared).map_err(|e| format!("DN : {e}"))?;
            dns.push(Declared { text: declared.to_owned(), dn });
            seen.insert(declared.to_owned(), dns.len() - 1);
            dns.len() - 1
        }
    };
    Ok(Record { domain, dn, description: description.to_owned(), updated: date(updated) })
}

/// `YYYY-MM-DDThh:mm:ssZ`, always 20 characters.
fn date(text: &str) -> Option<Moment> {
    let text = text.trim();
    let shape = text.len() == 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T';
    if shape { Moment::parse(text) } else { None }
}

/// The suffixes of MSSanté, and `.test`, which is nobody's.
fn usual(domain: &str) -> bool {
    let under = |suffix: &str| domain == suffix || domain.strip_suffix(suffix).is_some_and(|head| head.ends_with('.'));
    SUFFIXES.into_iter().any(under) || under("test")
}
