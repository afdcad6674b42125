//! STARTTLS (RFC 3501 §6.2.1). Requirements: LPS-03, TRU-46: what was sent in clear behind the command closes the connection.

use crate::outcome::{Halt, Outcome, Reply};
use crate::session::{Session, Stage};

pub(crate) async fn run(session: &mut Session, tag: &str) -> Outcome {
    let Stage::Clear(tls) = &session.stage else {
        return Ok(Reply::bad("TLS is already there"));
    };
    let tls = tls.clone();
    if session.wire.input.holds_bytes() {
        // Somebody on the way speaks in the client's place: nothing is answered.
        tracing::warn!(from = %session.from, "bytes in clear behind STARTTLS: connection dropped");
        return Err(Halt::Gone);
    }
    session.wire.line(&format!("{tag} OK Begin TLS"));
    session.wire.flush().await?;
    session.wire.secure(tls).await?;
    session.stage = Stage::Secured;
    Err(Halt::Answered)
}
