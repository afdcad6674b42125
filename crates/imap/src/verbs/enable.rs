//! ENABLE (RFC 5161). Only CONDSTORE changes anything (RFC 7162 §3.1); other names are passed over, as the RFC asks.

use crate::outcome::{Outcome, Reply};
use crate::session::Session;

pub(crate) fn run(session: &mut Session, names: &[String]) -> Outcome {
    let inside = session.inside()?;
    let condstore = names.iter().any(|name| name == "CONDSTORE");
    inside.condstore |= condstore;
    session.wire.line(if condstore { "* ENABLED CONDSTORE" } else { "* ENABLED" });
    Ok(Reply::ok("ENABLE completed"))
}
