//! The table of refusals: one row each, and the only place where their words are written.
//!
//! Between operators: trust-space §10. People at the door: identity §1.7, word for word. Movements: the pages and the command line.
//! Requirements: TRU-38, LPS-12.
//! size: one match over every refusal, so that one without a row does not compile; a table is read in one piece.

use std::borrow::Cow;

use super::Refusal;
use crate::time::Moment;

/// One row. `french` is what goes on a wire (accents are dropped there); `sentence` is what people read.
pub(super) struct Row {
    pub smtp: (u16, &'static str),
    pub english: Cow<'static, str>,
    pub french: Cow<'static, str>,
    /// IMAP response code without brackets; empty when the text belongs to a `BYE`.
    pub imap: &'static str,
    /// Text of the `BYE`, when it differs from the SMTP one.
    pub bye: Option<&'static str>,
    pub sasl: Option<u16>,
    pub http: u16,
    pub sentence: Cow<'static, str>,
    pub requirements: &'static [&'static str],
}

type Text = Cow<'static, str>;

/// Said to another operator: English first.
fn peer(
    smtp: (u16, &'static str),
    english: impl Into<Text>,
    french: impl Into<Text>,
    requirements: &'static [&'static str],
    sentence: impl Into<Text>,
) -> Row {
    let http = match smtp.0 {
        400..=499 => 503,
        _ => 422,
    };
    let (english, french, sentence) = (english.into(), french.into(), sentence.into());
    Row { smtp, english, french, imap: "CANNOT", bye: None, sasl: None, http, sentence, requirements }
}

/// Said to a person at the door: the final line of `AUTH` and of `AUTHENTICATE`, after a challenge with that status.
fn door(status: u16, french: impl Into<Text>, requirements: &'static [&'static str], sentence: impl Into<Text>) -> Row {
    let (smtp, imap) = match status {
        401 => ((535, "5.7.8"), "AUTHENTICATIONFAILED"),
        503 => ((454, "4.7.0"), "UNAVAILABLE"),
        _ => ((535, "5.7.1"), "AUTHORIZATIONFAILED"),
    };
    let (french, sentence) = (french.into(), sentence.into());
    Row { smtp, english: Cow::Borrowed(""), french, imap, bye: None, sasl: Some(status), http: status, sentence, requirements }
}

/// Said to a person who may not make a movement: no challenge, and SMTP never says it.
fn movement(http: u16, french: &'static str, requirements: &'static [&'static str], sentence: impl Into<Text>) -> Row {
    Row { imap: "NOPERM", sasl: None, http, ..door(403, french, requirements, sentence) }
}

/// `30/11/2026`, in Paris.
pub(super) fn date(moment: Moment) -> String {
    moment.paris().strftime("%d/%m/%Y").to_string()
}

/// The last day of a right that is over at `end`: a right until midnight was still there the day before.
pub(super) fn last_day(end: Moment) -> String {
    date(end.minus(std::time::Duration::from_micros(1)))
}

impl Refusal {
    pub(super) fn row(&self) -> Row {
        match self {
            // -- between operators
            Self::TlsRequired => peer(
                (530, "5.7.0"),
                "Must issue a STARTTLS command first",
                "Connexion chiffrée obligatoire",
                &["OPE-01", "TRU-22"],
                "La connexion doit être chiffrée avant tout échange : activez STARTTLS.",
            ),
            Self::TlsAbsent => peer(
                (550, "5.7.5"),
                "No client certificate presented",
                "Aucun certificat client présenté",
                &["OPE-01", "TRU-24"],
                "L'autre opérateur n'a présenté aucun certificat : il doit présenter celui que l'IGC-Santé lui a délivré.",
            ),
            Self::TlsExpired => peer(
                (550, "5.7.5"),
                "Certificate expired or not yet valid",
                "Certificat expiré ou pas encore valide",
                &["OPE-01", "TRU-24"],
                "Le certificat de l'autre opérateur n'est pas dans sa période de validité : il doit le renouveler.",
            ),
            Self::TlsRevoked => peer(
                (550, "5.7.5"),
                "Certificate revoked",
                "Certificat révoqué",
                &["OPE-01", "TRU-24"],
                "Le certificat de l'autre opérateur a été révoqué : il doit en présenter un autre.",
            ),
            Self::TlsForeign => peer(
                (550, "5.7.5"),
                "Certificate not issued by IGC-Sante",
                "Certificat non émis par l'IGC-Sante",
                &["OPE-01", "TRU-24"],
                "Le certificat de l'autre opérateur ne vient pas de l'IGC-Santé : seuls ceux-là sont admis.",
            ),
            Self::ListAbsent => peer(
                (550, "5.7.1"),
                "Domain not in the MSSante white list",
                "Domaine absent de la liste blanche MSSante",
                &["OPE-01", "TRU-26", "LPS-51"],
                "Ce domaine n'appartient pas à l'espace de confiance MSSanté : vérifiez l'adresse de votre correspondant.",
            ),
            Self::ListDn => peer(
                (550, "5.7.1"),
                "Certificate DN not declared for this domain",
                "Certificat non déclaré pour ce domaine",
                &["OPE-01", "TRU-26"],
                "L'autre opérateur n'est pas déclaré pour ce domaine dans la liste blanche : il doit y faire corriger son certificat.",
            ),
            Self::ListStale => peer(
                (451, "4.7.0"),
                "Trust data temporarily out of date",
                "Données de confiance à mettre à jour, réessayer",
                &["OPE-01", "TRU-11"],
                "La liste blanche de l'opérateur est trop ancienne : le message repartira dès qu'elle sera à jour.",
            ),
            Self::CrlStale => peer(
                (451, "4.7.0"),
                "Trust data temporarily out of date",
                "Données de confiance à mettre à jour, réessayer",
                &["OPE-01", "TRU-36"],
                "La liste des certificats révoqués est trop ancienne : le message repartira dès qu'elle sera à jour.",
            ),
            Self::Relay => peer(
                (550, "5.7.1"),
                "Relaying denied",
                "Relais refusé : destinataire non hébergé ici",
                &["OPE-01", "TRU-25"],
                "Ce destinataire n'est pas hébergé ici : envoyez-lui le message par son propre opérateur.",
            ),
            Self::UnknownMailbox => peer(
                (550, "5.1.1"),
                "No such mailbox",
                "Boîte inconnue",
                &["TRU-26"],
                "Cette boîte n'existe pas : vérifiez l'adresse dans l'annuaire.",
            ),
            Self::MailboxClosed => peer(
                (550, "5.2.1"),
                "Mailbox closed",
                "Boîte fermée",
                &["CAB-13", "TRU-53", "TRU-55"],
                "Cette boîte est fermée : cherchez dans l'annuaire une autre adresse de votre correspondant.",
            ),
            Self::MailboxSuspendedIn => peer(
                (450, "4.2.1"),
                "Mailbox suspended",
                "Boîte suspendue",
                &["TRU-53"],
                "Cette boîte est suspendue : le message sera représenté quelque temps, puis vous serez averti.",
            ),
            Self::MailboxFull => Row {
                imap: "OVERQUOTA",
                ..peer(
                    (452, "4.2.2"),
                    "Mailbox full",
                    "Boîte pleine",
                    &["TRU-38"],
                    "Cette boîte est pleine : supprimez ou archivez des messages, puis recommencez.",
                )
            },
            Self::BadAddress => peer(
                (553, "5.1.3"),
                "Bad address syntax",
                "Adresse mal formée",
                &["TRU-47"],
                "Cette adresse est mal formée : corrigez-la, puis recommencez.",
            ),
            Self::TooBig { limit } => Row {
                imap: "TOOBIG",
                ..peer(
                    (552, "5.3.4"),
                    format!("Message too big (limit {limit} bytes)"),
                    format!("Message trop volumineux (limite {limit} octets)"),
                    &["TRU-38", "LPS-50"],
                    format!("Ce message est trop volumineux (limite : {limit} octets) : retirez ou réduisez des pièces jointes."),
                )
            },
            Self::TooManyRecipients => peer(
                (452, "4.5.3"),
                "Too many recipients",
                "Trop de destinataires",
                &["TRU-29"],
                "Ce message a trop de destinataires : envoyez-le en plusieurs fois.",
            ),
            Self::Malformed { reason } => peer(
                (550, "5.6.0"),
                format!("Malformed message ({reason})"),
                format!("Message mal formé ({reason})"),
                &["TRU-45", "TRU-48"],
                format!("Ce message est mal formé ({reason}) : signalez-le à l'éditeur du logiciel qui l'a écrit."),
            ),
            Self::Loop => peer(
                (554, "5.4.6"),
                "Mail loop detected",
                "Boucle de messagerie",
                &["TRU-44"],
                "Ce message tourne en rond entre des boîtes : vérifiez leurs règles de redirection.",
            ),
            Self::Overload => peer(
                (421, "4.7.0"),
                "Too many connections",
                "Trop de connexions",
                &["TRU-29"],
                "Trop de connexions à la fois : réessayez dans un instant.",
            ),
            Self::SenderNotMailbox => Row {
                http: 403,
                ..peer(
                    (553, "5.7.1"),
                    "You may not send as this mailbox",
                    "Envoi depuis cette boîte non autorisé",
                    &["CAB-16", "LPS-50", "PSC-31"],
                    "L'expéditeur n'est pas la boîte que vous avez ouverte : choisissez-la comme expéditeur, puis renvoyez.",
                )
            },
            // -- people at the door
            Self::TokenInvalid => door(
                401,
                "Jeton refusé",
                &["PSC-A", "PSC-21"],
                "Votre connexion Pro Santé Connect n'a pas été reconnue : reconnectez-vous.",
            ),
            Self::TokenExpired => {
                door(401, "Jeton refusé", &["PSC-A", "PSC-21"], "Votre connexion Pro Santé Connect a expiré : reconnectez-vous.")
            }
            Self::IdentityConflict => door(
                401,
                "Jeton refusé",
                &["PSC-A", "PSC-17"],
                "Pro Santé Connect donne deux identités différentes : reconnectez-vous, et prévenez l'assistance si cela se répète.",
            ),
            Self::TokenWrongLevel => Row {
                http: 401,
                ..door(
                    403,
                    "Niveau insuffisant",
                    &["PSC-A", "PSC-07"],
                    "Cette connexion n'est pas assez sûre pour la messagerie : reconnectez-vous avec la e-CPS ou la carte CPS.",
                )
            },
            Self::PersonUnknown => door(
                403,
                "Professionnel non habilité",
                &["PSC-E", "PSC-19"],
                "Le registre des professionnels ne vous connaît pas encore : demandez à votre employeur ou à votre ordre de vous y enregistrer.",
            ),
            Self::PersonNotEntitled => door(
                403,
                "Professionnel non habilité",
                &["PSC-E", "REG-07", "PSC-19"],
                "D'après le registre, vous n'avez pas aujourd'hui d'activité qui permette d'ouvrir cette boîte : \
                 faites mettre votre situation à jour par votre employeur ou votre ordre.",
            ),
            Self::ClientNotAllowed => door(
                403,
                "Logiciel non autorisé",
                &["PSC-A", "PSC-21"],
                "Ce logiciel n'est pas autorisé chez votre opérateur : passez par le webmail, ou prévenez son éditeur.",
            ),
            Self::NoRight => door(
                403,
                "Pas d'accès à cette boîte",
                &["PSC-E", "CAB-09", "DEL-05", "PSC-25"],
                "Vous n'avez pas accès à cette boîte : vérifiez son adresse, ou demandez l'accès à son propriétaire.",
            ),
            Self::RightNotBegun { from } => door(
                403,
                format!("Accès à partir du {}", date(*from)),
                &["DEL-08", "PSC-25"],
                format!("Votre accès à cette boîte commence le {} : revenez ce jour-là.", date(*from)),
            ),
            Self::RightEnded { at } => door(
                403,
                format!("Accès terminé le {}", last_day(*at)),
                &["DEL-08", "DEL-09", "PSC-25"],
                format!(
                    "Votre accès à cette boîte s'est terminé le {} : s'il doit reprendre, demandez-le à son propriétaire.",
                    last_day(*at)
                ),
            ),
            Self::TermsNotAccepted { url, .. } => door(
                403,
                format!("CGU à accepter : {url}"),
                &["CGU-01", "CGU-02", "PSC-40"],
                format!("Avant d'entrer, lisez et acceptez les conditions d'utilisation : {url}"),
            ),
            Self::MailboxSuspended => door(
                403,
                "Boîte suspendue",
                &["TRU-53"],
                "Cette boîte est suspendue : son contenu est gardé. Adressez-vous à votre opérateur pour la rouvrir.",
            ),
            Self::PscUnavailable => door(
                503,
                "Pro Sante Connect indisponible, réessayez",
                &["PSC-A", "PSC-24"],
                "Pro Santé Connect ne répond pas : réessayez dans quelques minutes. Vos messages sont en sûreté.",
            ),
            Self::TooManyAttempts => Row {
                smtp: (421, "4.7.0"),
                imap: "LIMIT",
                sasl: None,
                http: 429,
                ..door(403, "Trop d'essais", &["PSC-26"], "Trop d'essais de connexion : attendez une minute, puis recommencez.")
            },
            Self::PrivacyRequired => Row {
                smtp: (530, "5.7.0"),
                imap: "PRIVACYREQUIRED",
                sasl: None,
                http: 426,
                ..door(403, "STARTTLS d'abord", &["PSC-27"], "La connexion n'est pas chiffrée : activez STARTTLS dans votre logiciel.")
            },
            Self::CertificateRefused => Row {
                smtp: (535, "5.7.8"),
                imap: "AUTHENTICATIONFAILED",
                sasl: None,
                ..door(
                    403,
                    "Certificat refusé",
                    &["PSC-41", "LPS-20", "LPS-22"],
                    "Ce certificat n'ouvre pas cette boîte : vérifiez qu'il vient de l'IGC-Santé, qu'il est en vigueur, et que le \
                     responsable de la boîte APP l'y a inscrit.",
                )
            },
            Self::RightLost => Row {
                smtp: (421, "4.7.0"),
                imap: "",
                bye: Some("L'accès à cette boîte a pris fin"),
                sasl: None,
                ..door(
                    403,
                    "L'accès a pris fin",
                    &["DEL-08", "DEL-09", "PSC-39"],
                    "Votre accès à cette boîte vient de prendre fin : s'il doit reprendre, demandez-le à son propriétaire.",
                )
            },
            Self::SessionEnded => Row {
                smtp: (421, "4.7.0"),
                imap: "",
                sasl: None,
                http: 401,
                ..door(403, "Session de 4 h terminée", &["PSC-38"], "Votre session de quatre heures est terminée : reconnectez-vous.")
            },
            Self::SignedOut => Row {
                smtp: (421, "4.7.0"),
                imap: "",
                sasl: None,
                http: 401,
                ..door(
                    403,
                    "Session fermée chez Pro Santé Connect",
                    &["PSC-36"],
                    "Vous avez fermé votre session Pro Santé Connect : reconnectez-vous.",
                )
            },
            // -- people at the web's door: said on pages only, like a movement that may not be made
            Self::LoginFailed => movement(
                401,
                "Connexion non aboutie",
                &["PSC-06", "PSC-08", "LOC-05"],
                "La connexion n'a pas abouti : recommencez, et prévenez l'assistance si cela se répète.",
            ),
            Self::LoginWeak => movement(
                403,
                "Authentification trop faible",
                &["LOC-05"],
                "Authentification trop faible : votre établissement doit vous demander deux preuves (par exemple un mot de passe et un code). \
                 Reconnectez-vous avec les deux.",
            ),
            Self::LoginUnavailable => Row {
                smtp: (454, "4.7.0"),
                ..movement(
                    503,
                    "Connexion indisponible, réessayez",
                    &["LOC-05"],
                    "Le service de connexion de votre établissement ne répond pas : réessayez dans quelques minutes.",
                )
            },
            Self::PhoneNotAsked => movement(
                422,
                "Demande non envoyée",
                &["PSC-33"],
                "Impossible d'envoyer la demande sur le téléphone : vérifiez que la e-CPS y est activée, ou connectez-vous par Pro Santé Connect.",
            ),
            Self::PasswordRefused { why } => movement(
                422,
                "Mot de passe refusé",
                &["LOC-05"],
                format!(
                    "Ce mot de passe ne convient pas : {}. Choisissez-en un autre, par exemple quatre mots sans rapport entre eux.",
                    why.french()
                ),
            ),
            Self::CommitmentRequired => movement(
                422,
                "Engagement de l'établissement manquant",
                &["LOC-01", "LOC-02"],
                "La connexion locale demande un établissement avec un numéro FINESS, un engagement écrit avec sa date de révision, et un à \
                 cinq gestionnaires connus de Pro Santé Connect : complétez ce qui manque.",
            ),
            Self::NotGestionnaire => movement(
                403,
                "Réservé aux gestionnaires de l'établissement",
                &["LOC-02", "LOC-06"],
                "Seul un gestionnaire désigné par l'établissement peut faire cela : adressez-vous à l'un d'eux.",
            ),
            Self::CodeSpent => movement(
                403,
                "Code non valable",
                &["LOC-06", "STF-01"],
                "Ce code n'est pas le bon, a déjà servi, ou date de plus de vingt-quatre heures : \
                 demandez-en un nouveau à la personne qui vous l'a remis.",
            ),
            Self::StaffRoleRequired => movement(
                403,
                "Autre rôle ou autre personne requis",
                &["STF-02"],
                "Ce geste demande un rôle que vous n'avez pas, ou l'accord d'une autre personne que vous : \
                 adressez-vous à un collègue chargé de la sécurité.",
            ),
            // -- movements and creation
            Self::StructureHasFiness => movement(
                409,
                "La structure a un numéro FINESS",
                &["CAB-03", "RSK-04"],
                "Cette structure a un numéro FINESS : elle n'a pas de boîte de cabinet. Créez pour elle une boîte organisationnelle.",
            ),
            Self::NameNotAllowed { why } => movement(
                422,
                "Nom de boîte non admis",
                &["CAB-04"],
                format!("Cette adresse ne convient pas : {}. Choisissez-en une autre.", why.french()),
            ),
            Self::AddressTaken => movement(
                409,
                "Adresse déjà prise",
                &["TRU-51"],
                "Cette adresse est ou a été utilisée, et ne peut plus l'être : choisissez-en une autre.",
            ),
            Self::NotManager => movement(
                403,
                "Gestion des accès non permise",
                &["DEL-02"],
                "Vous ne gérez pas les accès de cette boîte : adressez-vous à son propriétaire ou à un cotitulaire.",
            ),
            Self::NotOwner => movement(
                403,
                "Réservé au propriétaire de la boîte",
                &["CAB-06", "CAB-12", "CAB-13"],
                "Seul le propriétaire de la boîte peut faire cela : adressez-vous à lui.",
            ),
            Self::NotEligible => movement(
                422,
                "Personne non admissible",
                &["CAB-05", "CAB-07", "DEL-01", "DEL-11", "REG-07"],
                "D'après le registre, cette personne ne peut pas recevoir cet accès : \
                 vérifiez son numéro, sa profession ou son rôle, et ses dates d'activité.",
            ),
            Self::OwnerGone => movement(
                409,
                "Boîte sans propriétaire",
                &["CAB-17"],
                "Le propriétaire de cette boîte de cabinet n'exerce plus : elle reste lisible, mais il faut d'abord la transmettre à un nouveau \
                 propriétaire avant d'y donner un accès.",
            ),
            Self::AlreadyThere => {
                movement(409, "Accès déjà donné", &["CAB-06", "DEL-02"], "Cette personne a déjà cet accès : il n'y a rien à faire.")
            }
            Self::NotThere => movement(
                409,
                "Accès inexistant",
                &["CAB-06", "DEL-02"],
                "Cette personne n'a pas cet accès, ou ne l'a plus : il n'y a rien à retirer.",
            ),
            Self::BadPeriod => movement(
                422,
                "Période impossible",
                &["DEL-08"],
                "Cette période est impossible : la fin doit venir après le début, et après maintenant.",
            ),
            Self::NotForThisKind => movement(
                409,
                "Sans objet pour cette boîte",
                &["BAL-01", "CAB-06", "DEL-01"],
                "Ce geste n'existe pas pour cette sorte de boîte, ou pas dans son état actuel : vérifiez que c'est la bonne boîte.",
            ),
            Self::OtherStructure => movement(
                422,
                "Certificat d'une autre structure",
                &["LPS-22"],
                "Ce certificat nomme une autre structure que celle qui porte la boîte : vérifiez-le, puis nommez la personne qui l'approuve.",
            ),
            Self::NotAttested => movement(
                422,
                "Attestation manquante",
                &["CAB-15", "DEL-14"],
                "Vous répondez de cette personne : attestez d'abord qu'elle peut avoir cet accès et qu'elle est tenue au secret médical.",
            ),
            Self::ContractNotAccepted => movement(
                422,
                "Contrat du propriétaire non accepté",
                &["CGU-03", "CAB-05"],
                "Qui devient propriétaire d'une boîte accepte d'abord d'en répondre : lisez ce que cela veut dire, et cochez que vous l'acceptez.",
            ),
            Self::ReasonRequired => movement(
                422,
                "Motif manquant",
                &["CAB-17", "TRU-55"],
                "Ce geste est fait à la place des personnes de la boîte : écrivez-en le motif et la pièce qui le justifie.",
            ),
            Self::NoOffer => movement(
                409,
                "Aucune transmission en attente",
                &["CAB-12"],
                "Aucune transmission de cette boîte ne vous attend : elle a pu être retirée. Demandez à son propriétaire de la proposer de nouveau.",
            ),
            Self::OwnerStays => movement(
                409,
                "Le propriétaire ne peut pas quitter la boîte",
                &["CAB-05", "CAB-19"],
                "Vous êtes propriétaire de cette boîte : transmettez-la à un confrère, ou fermez-la.",
            ),
            Self::AlreadyClosing => movement(
                409,
                "Fermeture déjà demandée",
                &["CAB-13", "TRU-55"],
                "Cette boîte est déjà en cours de fermeture : elle reste lisible trente jours, et peut être rouverte d'ici là.",
            ),
            Self::ReloginRequired => movement(
                401,
                "Reconnexion demandée",
                &["PSC-37"],
                "Ce geste engage la boîte : confirmez votre identité en vous reconnectant à Pro Santé Connect, puis recommencez.",
            ),
            Self::LocalWebmailOnly => door(
                403,
                "Acces par le webmail seulement",
                &["DEL-11", "LOC-05"],
                "Votre compte est celui de votre établissement : il ouvre cette boîte sur les pages web, pas dans un logiciel de messagerie.",
            ),
        }
    }
}
