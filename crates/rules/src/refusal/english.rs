//! The sentences of the table in English, for people who read the pages in that language.
//!
//! The French ones (`table`) are the published ones; these say the same, refusal by refusal. Requirements: TRU-38.

use super::Refusal;
use super::table::{date, last_day};

impl Refusal {
    /// The sentence for the person, in full English, saying what to do next.
    pub fn english(&self) -> String {
        let told = match self {
            Self::TlsRequired => "The connection must be encrypted before any exchange: turn STARTTLS on.",
            Self::TlsAbsent => "The other operator showed no certificate: it must show the one that IGC-Santé issued to it.",
            Self::TlsExpired => "The other operator's certificate is outside its period of validity: the operator must renew it.",
            Self::TlsRevoked => "The other operator's certificate was revoked: the operator must show another one.",
            Self::TlsForeign => "The other operator's certificate does not come from IGC-Santé: only those are accepted.",
            Self::ListAbsent => "This domain is not part of the MSSanté trust space: check your correspondent's address.",
            Self::ListDn => {
                "The other operator is not declared for this domain in the white list: it must have its certificate put right there."
            }
            Self::ListStale => "The operator's white list is too old: the message leaves as soon as it is up to date.",
            Self::CrlStale => "The list of revoked certificates is too old: the message leaves as soon as it is up to date.",
            Self::Relay => "This recipient is not hosted here: send the message through their own operator.",
            Self::UnknownMailbox => "This mailbox does not exist: check the address in the directory.",
            Self::MailboxClosed => "This mailbox is closed: look for another address of your correspondent in the directory.",
            Self::MailboxSuspendedIn => "This mailbox is suspended: the message will be tried again for some time, then you will be told.",
            Self::MailboxFull => "This mailbox is full: delete or archive messages, then try again.",
            Self::BadAddress => "This address is malformed: correct it, then try again.",
            Self::TooBig { limit } => {
                return format!("This message is too big (limit: {limit} bytes): remove attachments or make them smaller.");
            }
            Self::TooManyRecipients => "This message has too many recipients: send it in several goes.",
            Self::Malformed { reason } => {
                return format!("This message is malformed ({reason}): tell the makers of the software that wrote it.");
            }
            Self::Loop => "This message goes round in circles between mailboxes: check their forwarding rules.",
            Self::Overload => "Too many connections at once: try again in a moment.",
            Self::SenderNotMailbox => "The sender is not the mailbox that you opened: choose it as the sender, then send again.",
            Self::TokenInvalid => "Your Pro Santé Connect login was not recognised: sign in again.",
            Self::TokenExpired => "Your Pro Santé Connect login has expired: sign in again.",
            Self::IdentityConflict => {
                "Pro Santé Connect gives two different identities: sign in again, and tell the support team if this happens again."
            }
            Self::TokenWrongLevel => "This login is not strong enough for the mail: sign in again with the e-CPS or the CPS card.",
            Self::PersonUnknown => {
                "The register of professionals does not know you yet: ask your employer or your professional order to register you there."
            }
            Self::PersonNotEntitled => {
                "According to the register, you have no activity today that lets you open this mailbox: have your situation updated by your \
                 employer or your professional order."
            }
            Self::ClientNotAllowed => "This software is not allowed at your operator: use the webmail, or tell its makers.",
            Self::NoRight => "You have no access to this mailbox: check its address, or ask its owner for access.",
            Self::RightNotBegun { from } => {
                return format!("Your access to this mailbox begins on {}: come back that day.", date(*from));
            }
            Self::RightEnded { at } => {
                return format!("Your access to this mailbox ended on {}: if it should resume, ask its owner.", last_day(*at));
            }
            Self::TermsNotAccepted { url, .. } => return format!("Before you enter, read and accept the terms of use: {url}"),
            Self::MailboxSuspended => "This mailbox is suspended: its content is kept. Ask your operator to reopen it.",
            Self::PscUnavailable => "Pro Santé Connect does not answer: try again in a few minutes. Your messages are safe.",
            Self::TooManyAttempts => "Too many attempts to sign in: wait a minute, then try again.",
            Self::PrivacyRequired => "The connection is not encrypted: turn STARTTLS on in your software.",
            Self::CertificateRefused => {
                "This certificate does not open this mailbox: check that it comes from IGC-Santé, that it is in force, and that the person \
                 responsible for the APP mailbox entered it there."
            }
            Self::RightLost => "Your access to this mailbox has just ended: if it should resume, ask its owner.",
            Self::SessionEnded => "Your four-hour session is over: sign in again.",
            Self::SignedOut => "You closed your Pro Santé Connect session: sign in again.",
            Self::LoginFailed => "The login did not succeed: try again, and tell the support team if this happens again.",
            Self::LoginWeak => {
                "This login is too weak: your institution must ask you for two proofs (a password and a code, for instance). Sign in again \
                 with both."
            }
            Self::LoginUnavailable => "Your institution's login service does not answer: try again in a few minutes.",
            Self::PhoneNotAsked => {
                "The request could not be sent to the telephone: check that the e-CPS is active on it, or sign in through Pro Santé Connect."
            }
            Self::PasswordRefused { why } => {
                return format!("This password will not do: {}. Choose another one, for instance four unrelated words.", why.english());
            }
            Self::CommitmentRequired => {
                "Local login needs an institution with a FINESS number, a written commitment with its date of review, and one to five \
                 managers known to Pro Santé Connect: add what is missing."
            }
            Self::NotGestionnaire => "Only a manager named by the institution can do this: ask one of them.",
            Self::CodeSpent => {
                "This code is not the right one, was used already, or is more than twenty-four hours old: ask the person who gave it to you \
                 for a new one."
            }
            Self::StaffRoleRequired => {
                "This needs a role that you do not have, or the agreement of somebody other than you: ask a colleague in charge of security."
            }
            Self::StructureHasFiness => {
                "This structure has a FINESS number: it has no practice's mailbox. Create an organisation's mailbox for it."
            }
            Self::NameNotAllowed { why } => return format!("This address will not do: {}. Choose another one.", why.english()),
            Self::AddressTaken => "This address is or was in use, and cannot be used again: choose another one.",
            Self::NotManager => "You do not manage the accesses of this mailbox: ask its owner or a co-holder.",
            Self::NotOwner => "Only the owner of the mailbox can do this: ask them.",
            Self::NotEligible => {
                "According to the register, this person cannot receive this access: check their number, their profession or role, and their \
                 dates of activity."
            }
            Self::OwnerGone => {
                "The owner of this practice's mailbox no longer practises: it stays readable, but must be handed over to a new owner before \
                 an access can be given in it."
            }
            Self::AlreadyThere => "This person has this access already: there is nothing to do.",
            Self::NotThere => "This person does not have this access, or no longer has it: there is nothing to withdraw.",
            Self::BadPeriod => "This period is impossible: the end must come after the beginning, and after now.",
            Self::NotForThisKind => {
                "This does not exist for this kind of mailbox, or not in its present state: check that it is the right mailbox."
            }
            Self::OtherStructure => {
                "This certificate names another structure than the one that bears the mailbox: check it, then name who approves it."
            }
            Self::NotAttested => {
                "You answer for this person: attest first that they may have this access and are bound by medical secrecy."
            }
            Self::ContractNotAccepted => {
                "Whoever becomes the owner of a mailbox agrees to answer for it first: read what it means, and tick that you agree."
            }
            Self::ReasonRequired => {
                "This is done in place of the people of the mailbox: write the reason, and the document that justifies it."
            }
            Self::NoOffer => {
                "No hand-over of this mailbox is waiting for you: it may have been withdrawn. Ask its owner to offer it again."
            }
            Self::OwnerStays => "You own this mailbox: hand it over to a colleague, or close it.",
            Self::AlreadyClosing => "This mailbox is closing already: it stays readable for thirty days, and can be reopened until then.",
            Self::ReloginRequired => {
                "This binds the mailbox: confirm who you are by signing in again with Pro Santé Connect, then try again."
            }
            Self::LocalWebmailOnly => "Your account is your institution's: it opens this mailbox on the web pages, not in mail software.",
        };
        told.to_owned()
    }
}
