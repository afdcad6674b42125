//! STARTTLS (RFC 3501 §6.2.1). Requirements: LPS-03, LPS-21, TRU-46: what was sent in clear behind the command closes the connection.

use crate::outcome::{Halt, Outcome, Reply};
use crate::session::{Session, Stage};

pub(crate) async fn run(session: &mut Session, tag: &str) -> Outcome {
    let Stage::Clear(doors) = &session.stage else {
        return Ok(Reply::bad("TLS is already there"));
    };
    let doors = doors.clone();
    if session.wire.input.holds_bytes() {
        // Somebody on the way speaks in the client's place: nothing is answered.
        tracing::warn!(from = %session.from, "bytes in clear behind STARTTLS: connection dropped");
        return Err(Halt::Gone);
    }
    session.wire.line(&format!("{tag} OK Begin TLS"));
    session.wire.flush().await?;
    session.presented = session.wire.secure(&doors).await?.map(Box::new);
    session.stage = Stage::Secured;
    Err(Halt::Answered)
}
