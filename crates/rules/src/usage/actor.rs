//! Who counts as the user of a journal line: the person or machine that did the act, in the capacity held at that moment.
//!
//! Requirements: IND-A, IND-01, IND-05, IND-06, IND-13. Staff of the operator never count; a line without a user does not exist.

use sha2::{Digest, Sha256};

use crate::access::Capacity;
use crate::author::{Author, Channel};
use crate::ids::IdNatForm;
use crate::journal::Line;
use crate::mailbox::Kind;
use crate::usage::MailboxFacts;

/// The words of the files for one user of one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct User {
    /// `PROFESSIONNEL`, `LOCAL`, `APPLICATION`, `SYSTEME`.
    pub type_acteur: &'static str,
    pub id_acteur: String,
    pub canal: &'static str,
    /// Empty when the person had no capacity at that moment (a refusal).
    pub qualite: &'static str,
}

/// The person or machine at the keyboard of this line; `None` for tasks, staff, peers and citizens.
pub(super) fn user(mailbox: &MailboxFacts, line: &Line) -> Option<User> {
    match &line.author {
        Author::Person { id, capacity } => {
            let type_acteur = if matches!(id.form(), IdNatForm::Local { .. }) { "LOCAL" } else { "PROFESSIONNEL" };
            let qualite = capacity.map_or("", |capacity| qualite(capacity, mailbox.kind));
            Some(User { type_acteur, id_acteur: id.to_string(), canal: canal(line.channel)?, qualite })
        }
        Author::Machine { id } => {
            let hash = hex::encode(Sha256::digest(id.as_bytes()));
            let id_acteur = format!("{}#{}", mailbox.bearer, &hash[..16]);
            Some(User { type_acteur: "APPLICATION", id_acteur, canal: "APP", qualite: "APPLICATION" })
        }
        Author::Citizen { .. } | Author::Staff { .. } | Author::Peer { .. } | Author::Task { .. } => None,
    }
}

/// A named task of the system (IND-14).
pub(super) fn task(name: &str) -> User {
    let id_acteur = match name {
        "redirection" => "REDIRECTION",
        "absence" => "ABSENCE",
        "import" => "IMPORT",
        "dsn" | "courier" => "DSN",
        "reception" => "RECEPTION",
        _ => "NOTIFICATION",
    };
    User { type_acteur: "SYSTEME", id_acteur: id_acteur.to_owned(), canal: "SMTP", qualite: "SYSTEME" }
}

fn canal(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Imap => Some("IMAP"),
        Channel::Smtp => Some("SMTP"),
        Channel::Webmail => Some("WEBMAIL"),
        Channel::Api => Some("API"),
        Channel::Cli | Channel::System => None,
    }
}

fn qualite(capacity: Capacity, kind: Kind) -> &'static str {
    match (capacity, kind) {
        (Capacity::Owner, Kind::Cab) => "PROPRIETAIRE",
        (Capacity::Owner, Kind::Per | Kind::Org | Kind::App) => "TITULAIRE",
        (Capacity::Responsable, _) => "RESPONSABLE",
        (Capacity::Cotitulaire, _) => "COTITULAIRE",
        (Capacity::Delegataire, _) => "DELEGATAIRE",
    }
}
