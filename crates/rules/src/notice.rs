//! Letters that the operator writes by itself, about rights and accounts: to whom something happened, never about patients.
//!
//! Requirements: LOC-06, LOC-08, CAB-06, CAB-12, CAB-17, DEL-03. Facts are kept, words are made when the letter leaves. None holds a code or a
//! password, and none lets anybody in: the link leads to the ordinary sign-in.

use serde::{Deserialize, Serialize};

use crate::ids::Address;
use crate::time::Moment;

/// What somebody is told. `by`: who did it, in words, e.g. `Adrien MARCHAND`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// She may read and write in this mailbox, for that time.
    Delegated { mailbox: Address, label: String, by: String, from: Option<Moment>, until: Option<Moment> },
    /// She is cotitulaire.
    CotitulaireAdded { mailbox: Address, label: String, by: String },
    /// She is responsible for a mailbox of a structure.
    ResponsableAdded { mailbox: Address, label: String, by: String },
    /// She is asked to become the owner; nothing moves until she consents.
    HandOverOffered { mailbox: Address, label: String, by: String },
    /// Somebody else ended her right.
    RightEnded { mailbox: Address, label: String, by: String },
    /// The cabinet has no owner any more; it is suspended at that moment unless somebody takes it over.
    OwnerGone { mailbox: Address, label: String, suspended: Moment },
    /// The account of a structure's own login was reset: a new code was made, every means she had is forgotten.
    AccountReset { person: String, structure: String, by: String },
    /// The people of a structure are to be confirmed, or their accounts are suspended. `number`: first or second reminder.
    AccountsToConfirm { structure: String, people: Vec<String>, number: u8, deadline: Moment },
}

impl Notice {
    /// One line, without what should not stand in a list of letters.
    pub fn subject(&self) -> String {
        match self {
            Self::Delegated { label, .. } => format!("Une boîte vous est confiée : {label}"),
            Self::CotitulaireAdded { label, .. } => format!("Vous êtes cotitulaire de {label}"),
            Self::ResponsableAdded { label, .. } => format!("Vous êtes responsable de {label}"),
            Self::HandOverOffered { label, .. } => format!("On vous propose de reprendre {label}"),
            Self::RightEnded { label, .. } => format!("Fin de votre accès à {label}"),
            Self::OwnerGone { label, .. } => format!("{label} n'a plus de propriétaire"),
            Self::AccountReset { .. } => "Un compte a été réinitialisé".to_owned(),
            Self::AccountsToConfirm { number: 1, .. } => "Comptes à confirmer".to_owned(),
            Self::AccountsToConfirm { .. } => "Comptes à confirmer : dernier rappel".to_owned(),
        }
    }

    /// The whole letter, in plain text. `site`: where people sign in, e.g. `https://mss.pli.mssante.fr`.
    pub fn text(&self, site: &str) -> String {
        let body = self.body();
        format!(
            "Bonjour,\n\n{body}\n\nVos boîtes et vos droits : {site}/\n\nMessage automatique : inutile d'y répondre. \
             S'il vous étonne, prévenez votre opérateur.\n"
        )
    }

    fn body(&self) -> String {
        match self {
            Self::Delegated { mailbox, by, from, until, .. } => {
                let period = period(*from, *until);
                format!("{by} vous confie la boîte {mailbox}{period}. Vous y lisez et y écrivez sous votre propre nom.")
            }
            Self::CotitulaireAdded { mailbox, by, .. } => {
                format!(
                    "{by} vous associe à la boîte {mailbox}, en qualité de cotitulaire. Vous y lisez et y écrivez, et vous pouvez la confier."
                )
            }
            Self::ResponsableAdded { mailbox, by, .. } => {
                format!("{by} vous confie la responsabilité de la boîte {mailbox}. Vous décidez des personnes qui y entrent.")
            }
            Self::HandOverOffered { mailbox, by, .. } => {
                format!("{by} vous propose de devenir propriétaire de la boîte {mailbox}. Rien ne change tant que vous n'avez pas accepté.")
            }
            Self::RightEnded { mailbox, by, .. } => format!("{by} a mis fin à votre accès à la boîte {mailbox}."),
            Self::OwnerGone { mailbox, suspended, .. } => format!(
                "La boîte {mailbox} n'a plus de propriétaire en exercice. Vous y travaillez comme avant, mais personne de nouveau n'y entre. \
                 Sans reprise avant le {}, elle sera suspendue : un cotitulaire qui exerce au cabinet peut la reprendre, votre opérateur vous y aide.",
                day(*suspended)
            ),
            Self::AccountReset { person, structure, by } => format!(
                "{by} a réinitialisé le compte de {person} ({structure}). Le mot de passe, les clés et les codes d'avant ne valent plus rien ; \
                 le nouveau code est remis en main propre et vaut 24 heures."
            ),
            Self::AccountsToConfirm { structure, people, deadline, .. } => {
                let list: String = people.iter().map(|person| format!("\n  - {person}")).collect();
                let deadline = day(*deadline);
                format!(
                    "Ces personnes travaillent-elles toujours à {structure} ?{list}\n\nÀ confirmer sur vos pages de la structure avant le \
                     {deadline} ; sans réponse, leurs comptes sont suspendus."
                )
            }
        }
    }
}

/// ` du 4 janvier…`: the period of a delegation, empty when it has neither end.
fn period(from: Option<Moment>, until: Option<Moment>) -> String {
    match (from, until) {
        (None, None) => String::new(),
        (Some(from), None) => format!(" à partir du {}", minute(from)),
        (None, Some(until)) => format!(" jusqu'au {}", minute(until)),
        (Some(from), Some(until)) => format!(" du {} au {}", minute(from), minute(until)),
    }
}

fn day(at: Moment) -> String {
    at.paris().strftime("%d/%m/%Y").to_string()
}

fn minute(at: Moment) -> String {
    at.paris().strftime("%d/%m/%Y à %Hh%M").to_string()
}
