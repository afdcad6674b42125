//! Grave acts ask who is there: the proof of identity is five minutes old at most (PSC-37).
//!
//! Requirements: PSC-37, CAB-12, CAB-13. The page says so beforehand, and the act checks again.

use std::time::Duration;

use rules::Moment;

use crate::frame::Fault;
use crate::keyboard::Member;

/// How old a proof of identity may be for a hand-over or a closing.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// The person proved who she is a moment ago.
pub(crate) fn is_fresh(member: &Member, now: Moment) -> bool {
    now.since(member.signed.session.auth_time) <= FRESH
}

/// Otherwise to Pro Santé Connect, then back to that page.
pub(crate) fn asked(member: &Member, back: &str, now: Moment) -> Result<(), Fault> {
    if is_fresh(member, now) { Ok(()) } else { Err(Fault::SignInAgain { back: back.to_owned() }) }
}

/// Where a page sends somebody who must prove anew who she is.
pub(crate) fn confirm_at(back: &str) -> String {
    format!("/connexion/confirmer?vers={}", crate::keyboard::encoded(back))
}
