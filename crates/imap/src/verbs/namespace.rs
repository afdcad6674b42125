//! NAMESPACE (RFC 2342): one personal namespace, no other mailbox in sight. Requirements: LPS-30.

use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) fn run(session: &mut Session) -> Outcome {
    session.wire.line("* NAMESPACE ((\"\" \"/\")) NIL NIL");
    Ok(Reply::ok("NAMESPACE completed"))
}
