//! LOGOUT (RFC 3501 §6.1.3).

use crate::outcome::{Halt, Outcome};
use crate::session::Session;

pub(crate) fn run(session: &mut Session, tag: &str) -> Outcome {
    session.wire.line("* BYE A bientot");
    session.wire.line(&format!("{tag} OK LOGOUT completed"));
    Err(Halt::Gone)
}
