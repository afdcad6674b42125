//! The shape of `personas.json`, version 1: what is written there and nothing computed. Unknown keys are ignored.
//!
//! Requirements: SIM-11. May not judge: the checks are in `checks`, the meaning in `register` and `mailboxes`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
pub struct File {
    pub version: u32,
    pub mail_domains: MailDomains,
    pub psc_federation_uuid: String,
    pub structures: Vec<Place>,
    #[serde(default)]
    pub other_cabinets: Vec<Place>,
    pub personas: Vec<Persona>,
    #[serde(default)]
    pub mailboxes: Vec<PersonaMailbox>,
}

/// The domains of the three operators of the demo.
#[derive(Clone, Debug, Deserialize)]
pub struct MailDomains {
    pub operator: String,
    pub peer: String,
    pub citizens: String,
}

/// A structure or a small cabinet.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    /// Key inside the file, e.g. `S03`.
    pub id: String,
    pub name: String,
    /// `1`+FINESS, `3`+SIRET or `4`+RPPS-rang.
    pub idnat_struct: String,
    #[serde(default)]
    pub rpps_rang: String,
    #[serde(default)]
    pub finess_eg: String,
    #[serde(default)]
    pub finess_ej: String,
    #[serde(default)]
    pub siret: String,
    #[serde(default)]
    pub secteur: String,
    #[serde(default)]
    pub telephone: String,
    #[serde(default)]
    pub cert_dn: String,
    /// Keys of a PSC activity that this place fills.
    #[serde(default)]
    pub psc: Map<String, Value>,
    /// Civil date.
    #[serde(default)]
    pub closed: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Persona {
    /// `P01`…
    pub id: String,
    /// `claire.tilleul`
    pub slug: String,
    /// Empty for citizens.
    #[serde(default)]
    pub idnat: String,
    #[serde(default)]
    pub rpps: String,
    /// French, one line.
    pub label: String,
    pub civil: Civil,
    /// Where the e-CPS is activated from; private, never published.
    #[serde(default)]
    pub contact_prive: PrivateContact,
    #[serde(default)]
    pub exercices: Vec<Exercice>,
    pub psc: PscTraits,
    /// Employee known to her structure's own login only (no RPPS).
    #[serde(default)]
    pub local: Option<Local>,
    #[serde(default)]
    pub ins: Option<Ins>,
    /// What tests compare with.
    pub expected: Expected,
    #[serde(default)]
    pub ordre: Option<Ordre>,
}

/// Civil identity.
#[derive(Clone, Debug, Deserialize)]
pub struct Civil {
    pub civilite: String,
    pub nom_naissance: String,
    pub prenoms: Vec<String>,
}

/// Correspondence addresses of the registry (CPS-01).
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PrivateContact {
    #[serde(default)]
    pub mobile: String,
    #[serde(default)]
    pub email: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Exercice {
    pub psc: Map<String, Value>,
    pub activities: Vec<Activity>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Activity {
    pub situation_id: String,
    /// Key of a place of this file.
    #[serde(default)]
    pub structure: Option<String>,
    pub psc: Map<String, Value>,
    /// TRE_R21 code.
    #[serde(default)]
    pub fonction: String,
    /// TRE_R24 code.
    #[serde(default)]
    pub type_activite_liberale: String,
    /// Civil date.
    pub debut: String,
    #[serde(default)]
    pub fin: String,
    #[serde(default)]
    pub employeur_idnat: String,
}

/// How psc-sim plays this persona.
#[derive(Clone, Debug, Deserialize)]
pub struct PscTraits {
    /// Shown on the login page.
    pub login: bool,
    #[serde(default)]
    pub channels: Vec<String>,
    pub auth_mode: String,
    pub acr: String,
    /// `full`, `sparse` or `none`.
    pub userinfo: String,
    #[serde(default)]
    pub other_ids: Vec<Value>,
    /// State of the e-CPS at the demo's start: `NONE`, `WAITING`, `ACTIVABLE`, `QR_SENT`, `ACTIVE`, `EXPIRED`, `BLOCKED`.
    #[serde(default)]
    pub ecps: String,
    /// ISO 8601 duration from the demo's start to the moment when that state began.
    #[serde(default)]
    pub ecps_offset: String,
    /// What the person types on her phone to approve.
    #[serde(default)]
    pub ecps_code: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Local {
    pub structure: String,
    pub internal_id: String,
    /// Name typed at the structure's own login.
    #[serde(default)]
    pub login: String,
    /// `sub` that the structure's provider gives.
    #[serde(default)]
    pub idp_sub: String,
    /// Factors of a full login.
    #[serde(default)]
    pub amr: Vec<String>,
    /// What she does there, in French.
    #[serde(default)]
    pub fonction: String,
    /// Password for a login without the structure's provider; published on purpose.
    #[serde(default)]
    pub fallback_password: String,
    /// Secret of her one-time codes; published on purpose.
    #[serde(default)]
    pub totp_secret_base32: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Ins {
    pub matricule: String,
    #[serde(default)]
    pub represents: Vec<String>,
    #[serde(default)]
    pub represented_by: Vec<String>,
}

/// The oracle.
#[derive(Clone, Debug, Deserialize)]
pub struct Expected {
    pub habilite_mss: bool,
    pub cab_owner: bool,
    pub cab_cotitulaire: bool,
    /// Kinds of mailbox this persona may be délégataire of.
    pub delegataire: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Ordre {
    /// Civil date of striking off.
    #[serde(default)]
    pub radie_le: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct PersonaMailbox {
    pub address: String,
    /// `PER`, `ORG`, `APP`, `CAB`.
    pub kind: String,
    /// Key of a persona (PER, CAB) or of a structure (ORG, APP).
    pub bearer: String,
    #[serde(default)]
    pub situation_id: Option<String>,
    #[serde(default)]
    pub structure: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    /// `SUSPENDUE`; absent: active.
    #[serde(default)]
    pub state: Option<String>,
    #[serde(default)]
    pub responsables: Vec<String>,
    #[serde(default)]
    pub cotitulaires: Vec<Joined>,
    #[serde(default)]
    pub delegataires: Vec<Joined>,
}

/// Somebody else who may enter a mailbox.
#[derive(Clone, Debug, Deserialize)]
pub struct Joined {
    /// Key of a persona.
    pub who: String,
    /// Accepted the terms already.
    #[serde(default)]
    pub cgu: bool,
    /// ISO 8601 durations from the demo's start, e.g. `-P2D`.
    #[serde(default)]
    pub from_offset: Option<String>,
    #[serde(default)]
    pub until_offset: Option<String>,
}
