//! ID (RFC 2971). Requirements: PSC-32. What the client says of itself is not believed, not kept.

use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) fn run(session: &mut Session) -> Outcome {
    session.wire.line(concat!("* ID (\"name\" \"Pli\" \"vendor\" \"Pli\" \"version\" \"", env!("CARGO_PKG_VERSION"), "\")"));
    Ok(Reply::ok("ID completed"))
}
