//! Facts that a refusal carries where one sentence would not help: which point of a rule was not kept.
//!
//! Requirements: CAB-04, LOC-05.

/// The points of the naming rule, in the order in which people read an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePoint {
    /// A cabinet's address begins with the word foreseen.
    Prefix,
    /// After it comes the name of the practice.
    Practice,
    /// Nobody's name, no title.
    Nobody,
    /// The other kinds leave the cabinets' word to them.
    Reserved,
    /// Letters without accents, digits, dots, hyphens and underscores; 64 at most.
    Spelling,
}

impl NamePoint {
    pub(super) fn french(self) -> &'static str {
        match self {
            Self::Prefix => "l'adresse d'un cabinet commence par le mot prévu, « cabinet. » par défaut",
            Self::Practice => "il manque le nom du cabinet",
            Self::Nobody => "une boîte de cabinet porte le nom du cabinet, jamais celui d'une personne",
            Self::Reserved => "ce début est réservé aux boîtes de cabinet",
            Self::Spelling => "une adresse s'écrit sans accent ni espace, avec des lettres, des chiffres, des points et des tirets",
        }
    }

    pub(super) fn english(self) -> &'static str {
        match self {
            Self::Prefix => "the address of a practice begins with the word foreseen, “cabinet.” by default",
            Self::Practice => "the name of the practice is missing",
            Self::Nobody => "a practice's mailbox bears the practice's name, never a person's",
            Self::Reserved => "this beginning is kept for the mailboxes of practices",
            Self::Spelling => "an address is written without accents or spaces, in letters, digits, dots and hyphens",
        }
    }
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    Short,
    Long,
    /// The same signs again and again, or in a row of the keyboard.
    Repeats,
    NoLetters,
    /// Common words, or words about the person.
    Common,
}

impl PasswordFault {
    pub(super) fn french(self) -> &'static str {
        match self {
            Self::Short => "il faut au moins douze caractères",
            Self::Long => "il est trop long",
            Self::Repeats => "il répète ou énumère toujours les mêmes caractères",
            Self::NoLetters => "il n'a que des chiffres et des signes",
            Self::Common => "il est fait de mots trop courants, ou de mots qui parlent de vous",
        }
    }

    pub(super) fn english(self) -> &'static str {
        match self {
            Self::Short => "at least twelve characters are needed",
            Self::Long => "it is too long",
            Self::Repeats => "it repeats or enumerates the same characters",
            Self::NoLetters => "it has only digits and signs",
            Self::Common => "it is made of words that are too common, or that speak of you",
        }
    }
}
