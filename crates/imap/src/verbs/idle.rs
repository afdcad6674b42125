//! IDLE (RFC 2177): changes are told as they come, until `DONE`. Requirements: LPS-31 (a lost right ends it within 5 s), LPS-44.

use tokio::time::Instant;

use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) async fn run(session: &mut Session) -> Outcome {
    let since = Instant::now();
    session.wire.line("+ idling");
    // What happened before `+` is told first: nobody would wake us for it.
    session.announce(true).await?;
    let line = session.next_line(since, true).await?;
    if line.eq_ignore_ascii_case(b"DONE") { Ok(Reply::ok("IDLE completed")) } else { Ok(Reply::bad("DONE was expected")) }
}
