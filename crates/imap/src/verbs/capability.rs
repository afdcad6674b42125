//! CAPABILITY (RFC 3501 §6.1.1). Requirements: LPS-03, LPS-40: only what works is advertised.

use crate::outcome::{Outcome, Reply};
use crate::session::{Session, Stage};

const CLEAR: &str = "IMAP4rev1 STARTTLS LOGINDISABLED SASL-IR LITERAL+ ID ENABLE";
const SECURED: &str = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE";
const INSIDE: &str = "IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER SASL-IR LITERAL+ ID ENABLE \
                      IDLE UIDPLUS MOVE SPECIAL-USE NAMESPACE CHILDREN UNSELECT CONDSTORE";

pub(crate) fn of(stage: &Stage) -> &'static str {
    match stage {
        Stage::Clear(_) => CLEAR,
        Stage::Secured => SECURED,
        Stage::Inside(_) => INSIDE,
    }
}

pub(crate) fn run(session: &mut Session) -> Outcome {
    let line = format!("* CAPABILITY {}", of(&session.stage));
    session.wire.line(&line);
    Ok(Reply::ok("CAPABILITY completed"))
}
