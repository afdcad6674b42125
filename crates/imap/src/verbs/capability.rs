//! CAPABILITY (RFC 3501 §6.1.1). Requirements: LPS-03, LPS-21, LPS-40: only what works is advertised.

use crate::outcome::{Outcome, Reply};
use crate::session::{Session, Stage};

const CLEAR: &str = "IMAP4rev1 STARTTLS LOGINDISABLED SASL-IR LITERAL+ ID ENABLE";
const SECURED: &str = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE";
const INSIDE: &str = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE \
                      IDLE UIDPLUS MOVE SPECIAL-USE NAMESPACE CHILDREN UNSELECT CONDSTORE";

/// Under the name of APP access: one mechanism for a machine whose certificate is good, none for anybody else.
const SECURED_MACHINE: &str = "IMAP4rev1 LOGINDISABLED AUTH=EXTERNAL SASL-IR LITERAL+ ID ENABLE";
const SECURED_NOBODY: &str = "IMAP4rev1 LOGINDISABLED SASL-IR LITERAL+ ID ENABLE";
const INSIDE_MACHINE: &str = "IMAP4rev1 LOGINDISABLED AUTH=EXTERNAL SASL-IR LITERAL+ ID ENABLE \
                              IDLE UIDPLUS MOVE SPECIAL-USE NAMESPACE CHILDREN UNSELECT CONDSTORE";

pub(crate) fn of(session: &mut Session) -> &'static str {
    let machine = session.machine().map(|verdict| verdict.is_ok());
    match (&session.stage, machine) {
        (Stage::Clear(_), _) => CLEAR,
        (Stage::Secured, None) => SECURED,
        (Stage::Secured, Some(true)) => SECURED_MACHINE,
        (Stage::Secured, Some(false)) => SECURED_NOBODY,
        (Stage::Inside(_), None) => INSIDE,
        (Stage::Inside(_), Some(_)) => INSIDE_MACHINE,
    }
}

pub(crate) fn run(session: &mut Session) -> Outcome {
    let line = format!("* CAPABILITY {}", of(session));
    session.wire.line(&line);
    Ok(Reply::ok("CAPABILITY completed"))
}
