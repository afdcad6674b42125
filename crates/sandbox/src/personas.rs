//! The personas of the sandbox: read, checked (SIM-12), and turned into facts of the register and a plan of mailboxes.
//!
//! Requirements: SIM-11, SIM-12. Invented people only; never loaded by `pli serve` in production.

mod checks;
mod dates;
mod mailboxes;
mod model;
pub(crate) mod register;

pub use mailboxes::{Grant, PlannedMailbox};
pub use model::{Activity, Exercice, Expected, Local, MailDomains, Persona, Place};

/// The shipped file.
const SHIPPED: &str = include_str!("../personas.json");

/// Why a file of personas is refused (SIM-12).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPersonas {
    #[error("personas: not the expected JSON: {0}")]
    Json(String),
    #[error("personas: version {0} is not known, only 1")]
    Version(u32),
    #[error("personas: wrong {what} of {id} (control key or form)")]
    Key { id: String, what: &'static str },
    #[error("personas: `{0}` stands twice")]
    Doubled(String),
    #[error("personas: {from} names `{to}`, which does not exist")]
    Dangling { from: String, to: String },
    #[error("personas: {0} holds a date, number, address or kind that cannot be read")]
    Form(String),
}

/// A checked file.
#[derive(Clone, Debug)]
pub struct Personas {
    file: model::File,
}

impl Personas {
    /// The personas that Pli ships.
    pub fn shipped() -> Self {
        Self::read(SHIPPED).expect("the shipped file is read by a test")
    }

    /// Reads and checks a file (`--personas FILE`).
    pub fn read(json: &str) -> Result<Self, BadPersonas> {
        let file: model::File = serde_json::from_str(json).map_err(|fault| BadPersonas::Json(fault.to_string()))?;
        checks::check(&file)?;
        Ok(Self { file })
    }

    pub fn all(&self) -> &[Persona] {
        &self.file.personas
    }

    pub fn domains(&self) -> &MailDomains {
        &self.file.mail_domains
    }

    /// By key (`P04`), slug (`nadia.sureau`) or IdNat.
    pub fn find(&self, name: &str) -> Option<&Persona> {
        let named = |p: &&Persona| p.id.eq_ignore_ascii_case(name) || p.slug.eq_ignore_ascii_case(name) || p.idnat == name;
        Some(name).filter(|name| !name.is_empty()).and_then(|_| self.file.personas.iter().find(named))
    }

    /// The person who bears a mailbox of the file (PER, CAB).
    pub fn bearer_of(&self, address: &rules::Address) -> Option<&Persona> {
        let mailbox = self.file.mailboxes.iter().find(|m| m.address.eq_ignore_ascii_case(address.as_str()))?;
        self.by_key(&mailbox.bearer)
    }

    /// `Nadia SUREAU`.
    pub fn name(persona: &Persona) -> String {
        format!("{} {}", register::given(persona), register::family(persona))
    }

    /// `sub` that PSC gives to an IdNat.
    pub fn subject(&self, idnat: &str) -> String {
        format!("f:{}:{idnat}", self.file.psc_federation_uuid)
    }

    /// `start` moved by an offset of the file (`-PT20H`).
    pub(crate) fn moved(start: rules::Moment, offset: &str) -> Option<rules::Moment> {
        dates::moved(start, offset)
    }

    pub(crate) fn place(&self, key: &str) -> Option<&Place> {
        self.places().find(|place| place.id == key)
    }

    fn by_key(&self, key: &str) -> Option<&Persona> {
        self.file.personas.iter().find(|p| p.id == key)
    }

    fn places(&self) -> impl Iterator<Item = &Place> {
        self.file.structures.iter().chain(&self.file.other_cabinets)
    }
}
