//! How a command ends: a tagged answer, or the end of the session. Errors are sorted by whose fault they are.
//!
//! The person's: `NO`, in French without accents. The client's: `BAD`, in English for its engineer. Ours: logged, and a `NO` without detail.

use std::io;

use rules::Refusal;
use store::Error;

/// The tagged answer, without its tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply(String);

impl Reply {
    pub(crate) fn ok(text: impl AsRef<str>) -> Self {
        Self(format!("OK {}", text.as_ref()))
    }

    pub(crate) fn no(text: impl AsRef<str>) -> Self {
        Self(format!("NO {}", text.as_ref()))
    }

    pub(crate) fn bad(text: impl AsRef<str>) -> Self {
        Self(format!("BAD {}", text.as_ref()))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// Why a command did not come to its own answer.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Another answer than the usual one; the session goes on.
    Answer(Reply),
    /// The command wrote its own tagged answer; the session goes on.
    Answered,
    /// The session ends, with these words after `* BYE`.
    Bye(String),
    /// Nobody listens any more.
    Gone,
}

pub(crate) type Outcome<T = Reply> = Result<T, Halt>;

impl From<Reply> for Halt {
    fn from(reply: Reply) -> Self {
        Self::Answer(reply)
    }
}

impl From<io::Error> for Halt {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) if ends_the_session(&refusal) => Self::Bye(farewell(&refusal)),
            Error::Refused(refusal) => Reply::no(refusal.imap()).into(),
            Error::NotFound(_) => Reply::no("[NONEXISTENT] Ce dossier n'existe pas").into(),
            Error::Exists(_) => Reply::no("[ALREADYEXISTS] Ce dossier existe deja").into(),
            Error::NotAllowed(_) => Reply::no("[CANNOT] Ce dossier ne permet pas cela").into(),
            Error::Internal(detail) => {
                tracing::error!(detail, "store failed under an IMAP command");
                Reply::no("[UNAVAILABLE] Panne passagere, reessayez").into()
            }
        }
    }
}

/// For APPEND, COPY and MOVE: the folder that is not there may be created (RFC 3501 §6.3.11).
pub(crate) fn try_create(error: Error) -> Halt {
    match error {
        Error::NotFound(_) => Reply::no("[TRYCREATE] Ce dossier n'existe pas").into(),
        other => other.into(),
    }
}

/// The refusals that say *this person, here, no longer*; the others (a full mailbox) only refuse the act.
fn ends_the_session(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::RightLost
            | Refusal::RightEnded { .. }
            | Refusal::RightNotBegun { .. }
            | Refusal::NoRight
            | Refusal::MailboxSuspended
            | Refusal::MailboxClosed
            | Refusal::TermsNotAccepted { .. }
            | Refusal::PersonUnknown
            | Refusal::PersonNotEntitled
            | Refusal::SessionEnded
            | Refusal::SignedOut
    )
}

/// Words of the `BYE`: one sentence for every loss of a right, as LPS-31 gives it.
fn farewell(refusal: &Refusal) -> String {
    match refusal {
        Refusal::SessionEnded => SESSION_ENDED.to_owned(),
        Refusal::SignedOut => SIGNED_OUT.to_owned(),
        _ => RIGHT_LOST.to_owned(),
    }
}

pub(crate) const RIGHT_LOST: &str = "L'acces a cette boite a pris fin";
/// PSC-38.
pub(crate) const SESSION_ENDED: &str = "Session de 4 h terminee";
/// LPS-44.
/// PSC-36: the person signed out at Pro Santé Connect.
pub(crate) const SIGNED_OUT: &str = "Session fermee chez Pro Sante Connect";
/// LPS-20: the certificate of a machine expired or was revoked while it was in.
pub(crate) const CERTIFICATE_OVER: &str = "Le certificat presente n'est plus valable";
pub(crate) const AUTOLOGOUT: &str = "30 min sans commande, a bientot";
pub(crate) const TOO_SLOW: &str = "Personne ne s'est identifie a temps";
pub(crate) const STOPPING: &str = "Le serveur s'arrete, reconnectez-vous dans un instant";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_right_ends_the_session_and_a_full_mailbox_does_not() {
        assert!(matches!(Halt::from(Error::Refused(Refusal::RightLost)), Halt::Bye(words) if words == RIGHT_LOST));
        assert!(matches!(Halt::from(Error::Refused(Refusal::MailboxFull)), Halt::Answer(_)));
    }

    #[test]
    fn a_failure_of_ours_is_never_shown_raw() {
        let Halt::Answer(reply) = Halt::from(Error::Internal("disk on fire".into())) else { panic!() };
        assert!(!reply.text().contains("fire"), "{}", reply.text());
    }

    #[test]
    fn an_absent_target_may_be_created() {
        assert!(matches!(try_create(Error::NotFound("folder")), Halt::Answer(r) if r.text().starts_with("NO [TRYCREATE]")));
    }
}
