//! Every refusal Pli can give: stable code, SMTP reply, English for the peer's engineer, French for people.
//!
//! Requirements: TRU-38, LPS-12 (the table of PSC §1.7). No reply of refusal is written anywhere else.
//! The words are in `table` (and, for people who read English, in `english`); the shapes they take on a wire are in `wire`. Nothing here decides anything.

mod english;
mod table;
mod why;
mod wire;

pub use why::{NamePoint, PasswordFault};
pub use wire::{Http, SmtpReply};

use crate::time::Moment;

/// Why somebody is turned away. `code()` never changes once published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum Refusal {
    // -- between operators (trust-space §10)
    TlsRequired,
    TlsAbsent,
    TlsExpired,
    TlsRevoked,
    TlsForeign,
    ListAbsent,
    ListDn,
    ListStale,
    CrlStale,
    Relay,
    UnknownMailbox,
    MailboxClosed,
    MailboxSuspendedIn,
    MailboxFull,
    BadAddress,
    TooBig {
        limit: u64,
    },
    TooManyRecipients,
    Malformed {
        reason: &'static str,
    },
    Loop,
    Overload,
    SenderNotMailbox,
    // -- people at the door (identity §1.7)
    TokenInvalid,
    TokenExpired,
    IdentityConflict,
    TokenWrongLevel,
    PersonUnknown,
    PersonNotEntitled,
    ClientNotAllowed,
    NoRight,
    RightNotBegun {
        from: Moment,
    },
    RightEnded {
        at: Moment,
    },
    TermsNotAccepted {
        url: String,
        version: String,
    },
    MailboxSuspended,
    PscUnavailable,
    TooManyAttempts,
    PrivacyRequired,
    /// A machine whose certificate is not good, or does not open this mailbox (LPS-22): which of both is not told.
    CertificateRefused,
    /// The right was lost while the session was open.
    RightLost,
    /// The session reached its cap (PSC-38).
    SessionEnded,
    /// PSC-36: the person signed out at Pro Santé Connect.
    SignedOut,
    // -- people at the web's door (identity §1.2, §1.9, §4)
    /// A login that did not come to its end, whatever the defect: it is not told, only journalled.
    LoginFailed,
    /// A structure's own login with fewer than two factors.
    LoginWeak,
    /// A structure's own provider does not answer.
    LoginUnavailable,
    /// No approval could be asked on the telephone.
    PhoneNotAsked,
    PasswordRefused {
        why: PasswordFault,
    },
    /// A structure's own login without FINESS, commitment or gestionnaires (LOC-02).
    CommitmentRequired,
    /// Only a gestionnaire named by the structure.
    NotGestionnaire,
    /// An enrolment code or an invitation: unknown, used, or too old.
    CodeSpent,
    /// Another role, or a second person (STF-02).
    StaffRoleRequired,
    // -- movements and creation
    StructureHasFiness,
    NameNotAllowed {
        why: NamePoint,
    },
    AddressTaken,
    NotManager,
    NotOwner,
    NotEligible,
    /// The owner of the cabinet is gone: nobody new is let in before a hand-over.
    OwnerGone,
    AlreadyThere,
    NotThere,
    BadPeriod,
    NotForThisKind,
    /// A machine's certificate that names another structure than the bearer: somebody must approve it by name (LPS-22).
    OtherStructure,
    /// Whoever lets somebody in attests that she is entitled and bound by secrecy.
    NotAttested,
    /// Whoever becomes the owner agrees to the owner's contract first (CGU-03).
    ContractNotAccepted,
    /// Staff who decides in the place of the people of a mailbox says on what evidence.
    ReasonRequired,
    /// No hand-over waits for this person.
    NoOffer,
    /// The owner cannot simply leave.
    OwnerStays,
    AlreadyClosing,
    /// A grave act asks for a fresh login (PSC-37).
    ReloginRequired,
    /// Somebody without national number, elsewhere than on the pages.
    LocalWebmailOnly,
}

impl Refusal {
    /// Stable code, e.g. `LB-DN` or `TOKEN_EXPIRED`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TlsRequired => "TLS-REQUIS",
            Self::TlsAbsent => "TLS-ABSENT",
            Self::TlsExpired => "TLS-EXPIRE",
            Self::TlsRevoked => "TLS-REVOQUE",
            Self::TlsForeign => "TLS-NON-IGC",
            Self::ListAbsent => "LB-ABSENT",
            Self::ListDn => "LB-DN",
            Self::ListStale => "LB-PERIMEE",
            Self::CrlStale => "CRL-PERIMEE",
            Self::Relay => "RELAIS",
            Self::UnknownMailbox => "BAL-INCONNUE",
            Self::MailboxClosed => "BAL-CLOSE",
            Self::MailboxSuspendedIn => "BAL-SUSPENDUE",
            Self::MailboxFull => "BAL-PLEINE",
            Self::BadAddress => "ADR-FORME",
            Self::TooBig { .. } => "TAILLE",
            Self::TooManyRecipients => "NB-DEST",
            Self::Malformed { .. } => "FORME",
            Self::Loop => "BOUCLE",
            Self::Overload => "SURCHARGE",
            Self::SenderNotMailbox => "EXP-DROIT",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::IdentityConflict => "IDENTITY_CONFLICT",
            Self::TokenWrongLevel => "TOKEN_WRONG_LEVEL",
            Self::PersonUnknown => "PERSON_UNKNOWN",
            Self::PersonNotEntitled => "PERSON_NOT_ENTITLED",
            Self::ClientNotAllowed => "CLIENT_NOT_ALLOWED",
            Self::NoRight => "NO_RIGHT",
            Self::RightNotBegun { .. } => "RIGHT_NOT_BEGUN",
            Self::RightEnded { .. } => "RIGHT_ENDED",
            Self::TermsNotAccepted { .. } => "TERMS_NOT_ACCEPTED",
            Self::MailboxSuspended => "MAILBOX_SUSPENDED",
            Self::PscUnavailable => "PSC_UNAVAILABLE",
            Self::TooManyAttempts => "TOO_MANY_ATTEMPTS",
            Self::PrivacyRequired => "PRIVACY_REQUIRED",
            Self::CertificateRefused => "CERTIFICATE_REFUSED",
            Self::RightLost => "RIGHT_LOST",
            Self::SessionEnded => "SESSION_ENDED",
            Self::SignedOut => "SIGNED_OUT",
            Self::LoginFailed => "LOGIN_FAILED",
            Self::LoginWeak => "LOGIN_WEAK",
            Self::LoginUnavailable => "LOGIN_UNAVAILABLE",
            Self::PhoneNotAsked => "PHONE_NOT_ASKED",
            Self::PasswordRefused { .. } => "PASSWORD_REFUSED",
            Self::CommitmentRequired => "COMMITMENT_REQUIRED",
            Self::NotGestionnaire => "NOT_GESTIONNAIRE",
            Self::CodeSpent => "CODE_SPENT",
            Self::StaffRoleRequired => "STAFF_ROLE_REQUIRED",
            Self::StructureHasFiness => "STRUCTURE_HAS_FINESS",
            Self::NameNotAllowed { .. } => "NAME_NOT_ALLOWED",
            Self::AddressTaken => "ADDRESS_TAKEN",
            Self::NotManager => "NOT_MANAGER",
            Self::NotOwner => "NOT_OWNER",
            Self::NotEligible => "NOT_ELIGIBLE",
            Self::OwnerGone => "OWNER_GONE",
            Self::AlreadyThere => "ALREADY_THERE",
            Self::NotThere => "NOT_THERE",
            Self::BadPeriod => "BAD_PERIOD",
            Self::NotForThisKind => "NOT_FOR_THIS_KIND",
            Self::OtherStructure => "OTHER_STRUCTURE",
            Self::NotAttested => "NOT_ATTESTED",
            Self::ContractNotAccepted => "CONTRACT_NOT_ACCEPTED",
            Self::ReasonRequired => "REASON_REQUIRED",
            Self::NoOffer => "NO_OFFER",
            Self::OwnerStays => "OWNER_STAYS",
            Self::AlreadyClosing => "ALREADY_CLOSING",
            Self::ReloginRequired => "RELOGIN_REQUIRED",
            Self::LocalWebmailOnly => "LOCAL_WEBMAIL_ONLY",
        }
    }

    /// SMTP reply as it goes on the wire: code, enhanced code, English, French without accents; both ASCII.
    /// For people at the door (identity §1.7) the English is empty: the final line of `AUTH` is French alone.
    pub fn smtp(&self) -> SmtpReply {
        let row = self.row();
        SmtpReply { code: row.smtp.0, enhanced: row.smtp.1, english: wire::ascii(&row.english), french: wire::ascii(&row.french) }
    }

    /// Response code and sentence of a tagged IMAP `NO`, e.g. `[AUTHENTICATIONFAILED] Jeton refuse`.
    /// For [`Self::RightLost`], [`Self::SessionEnded`] and [`Self::SignedOut`] it is the text of `* BYE`, without a response code.
    pub fn imap(&self) -> String {
        let row = self.row();
        let text = wire::ascii(row.bye.unwrap_or(&row.french));
        if row.imap.is_empty() { text } else { format!("[{}] {text}", row.imap) }
    }

    /// `status` of the XOAUTH2 challenge: 401 for a token's fault alone, 403 for a right, 503 for an outage (LPS-12). `None`: no challenge.
    pub fn sasl_status(&self) -> Option<u16> {
        self.row().sasl
    }

    /// Status and headers of the answer on the API and on pages.
    pub fn http(&self) -> Http {
        let row = self.row();
        let www_authenticate = match (self, row.http) {
            (Self::TokenWrongLevel | Self::ReloginRequired, _) => Some("Bearer realm=\"pli\", error=\"insufficient_user_authentication\""),
            (_, 401) => Some("Bearer realm=\"pli\", error=\"invalid_token\""),
            _ => None,
        };
        let retry_after = match self {
            Self::PscUnavailable | Self::LoginUnavailable => Some(30),
            Self::TooManyAttempts => Some(60),
            _ => None,
        };
        Http { status: row.http, www_authenticate, retry_after }
    }

    /// The sentence for the person, in full French, saying what to do next.
    pub fn french(&self) -> String {
        self.row().sentence.into_owned()
    }

    /// The requirements this refusal enforces, the mission's first.
    pub fn requirements(&self) -> &'static [&'static str] {
        self.row().requirements
    }

    /// The refusal may pass by itself: 4xx, retried by the courier.
    pub fn is_temporary(&self) -> bool {
        self.row().smtp.0 < 500
    }

    /// One of each, with examples for those that carry a fact: for the documentation and for the golden test.
    pub fn every() -> Vec<Self> {
        use Refusal::*;
        let noon = Moment::from_secs(1_796_036_400);
        vec![
            TlsRequired,
            TlsAbsent,
            TlsExpired,
            TlsRevoked,
            TlsForeign,
            ListAbsent,
            ListDn,
            ListStale,
            CrlStale,
            Relay,
            UnknownMailbox,
            MailboxClosed,
            MailboxSuspendedIn,
            MailboxFull,
            BadAddress,
            TooBig { limit: 52_428_800 },
            TooManyRecipients,
            Malformed { reason: "bare LF" },
            Loop,
            Overload,
            SenderNotMailbox,
            TokenInvalid,
            TokenExpired,
            IdentityConflict,
            TokenWrongLevel,
            PersonUnknown,
            PersonNotEntitled,
            ClientNotAllowed,
            NoRight,
            RightNotBegun { from: noon },
            RightEnded { at: noon },
            TermsNotAccepted { url: "https://mss.pli.mssante.test/cgu".to_owned(), version: "2026-01".to_owned() },
            MailboxSuspended,
            PscUnavailable,
            TooManyAttempts,
            PrivacyRequired,
            CertificateRefused,
            RightLost,
            SessionEnded,
            SignedOut,
            LoginFailed,
            LoginWeak,
            LoginUnavailable,
            PhoneNotAsked,
            PasswordRefused { why: PasswordFault::Short },
            CommitmentRequired,
            NotGestionnaire,
            CodeSpent,
            StaffRoleRequired,
            StructureHasFiness,
            NameNotAllowed { why: NamePoint::Nobody },
            AddressTaken,
            NotManager,
            NotOwner,
            NotEligible,
            OwnerGone,
            AlreadyThere,
            NotThere,
            BadPeriod,
            NotForThisKind,
            OtherStructure,
            NotAttested,
            ContractNotAccepted,
            ReasonRequired,
            NoOffer,
            OwnerStays,
            AlreadyClosing,
            ReloginRequired,
            LocalWebmailOnly,
        ]
    }
}
