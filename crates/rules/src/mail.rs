//! May this peer hand us mail for that mailbox; may this access send to that recipient?
//!
//! Requirements: OPE-01, TRU-25, TRU-26, TRU-53, LPS-50, LPS-51, IND-10. It never sees a message, only envelopes.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::Access;
use crate::ids::{Address, Domain};
use crate::mailbox::{Kind, MailboxId, State};
use crate::refusal::Refusal;
use crate::time::Moment;

/// What RCPT needs of a mailbox of ours: light, read at every recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub mailbox: MailboxId,
    pub address: Address,
    pub kind: Kind,
    pub state: State,
    /// When the state began (a suspended mailbox still receives for 30 days, TRU-53).
    pub state_since: Moment,
}

const DAY: Duration = Duration::from_secs(86_400);
/// A suspended mailbox receives this long…
const STILL_RECEIVES: Duration = Duration::from_secs(30 * DAY.as_secs());
/// …then asks senders to wait, until this long after the suspension.
const ASKS_TO_WAIT: Duration = Duration::from_secs(45 * DAY.as_secs());

/// May mail be filed in this mailbox now? (TRU-53, TRU-55)
pub fn accept(recipient: &Recipient, now: Moment) -> Result<(), Refusal> {
    match recipient.state {
        State::Active => Ok(()),
        State::Demandee => Err(Refusal::UnknownMailbox),
        State::EnCloture | State::Close => Err(Refusal::MailboxClosed),
        State::Suspendue => match now.since(recipient.state_since) {
            past if past < STILL_RECEIVES => Ok(()),
            past if past < ASKS_TO_WAIT => Err(Refusal::MailboxSuspendedIn),
            _ => Err(Refusal::MailboxClosed),
        },
    }
}

/// The envelope sender of a submission must be the opened mailbox (LPS-50); `None` is the null sender.
/// A mailbox that is being closed is read, and sends no more (TRU-55).
pub fn outgoing(access: &Access, sender: Option<&Address>) -> Result<(), Refusal> {
    match sender {
        Some(sender) if sender == access.address() => still_sends(access),
        _ => Err(Refusal::SenderNotMailbox),
    }
}

/// A disposition notification leaves with the null sender, from somebody who opened the mailbox (TRU-41). Only for those.
pub fn outgoing_report(access: &Access, from: &[Address]) -> Result<(), Refusal> {
    header_from(access, from)?;
    still_sends(access)
}

/// Header `From` of a submission: the opened mailbox, and it alone (LPS-50, PSC-31).
pub fn header_from(access: &Access, from: &[Address]) -> Result<(), Refusal> {
    if from == std::slice::from_ref(access.address()) { Ok(()) } else { Err(Refusal::SenderNotMailbox) }
}

fn still_sends(access: &Access) -> Result<(), Refusal> {
    if access.state() == State::EnCloture { Err(Refusal::MailboxClosed) } else { Ok(()) }
}

/// On which side of the trust space a correspondent is (IND-10); the words of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Class {
    /// This operator.
    Interne,
    /// Another operator.
    Espace,
    /// The citizens' operator.
    Usager,
}

impl Class {
    /// `hosted`: the domains of this operator. `citizens`: the citizens' domain (CIT-A), which decides before anything else.
    pub fn of(domain: &Domain, hosted: &[Domain], citizens: Option<&Domain>) -> Self {
        match domain {
            domain if Some(domain) == citizens => Self::Usager,
            domain if hosted.contains(domain) => Self::Interne,
            _ => Self::Espace,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interne => "INTERNE",
            Self::Espace => "ESPACE",
            Self::Usager => "USAGER",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(state: State, since: Moment) -> Recipient {
        let address = Address::parse("cabinet.des-lilas@pli.mssante.test").unwrap();
        Recipient { mailbox: MailboxId(1), address, kind: Kind::Cab, state, state_since: since }
    }

    /// Proves: TRU-53.
    #[test]
    fn a_suspended_mailbox_receives_thirty_days_then_asks_to_wait_fifteen_then_is_closed() {
        let since = Moment::parse("2026-01-01T00:00:00Z").unwrap();
        let suspended = recipient(State::Suspendue, since);
        let after = |d: Duration| accept(&suspended, since.plus(d));
        let second = Duration::from_secs(1);
        assert_eq!(after(STILL_RECEIVES - second), Ok(()));
        assert_eq!(after(STILL_RECEIVES), Err(Refusal::MailboxSuspendedIn));
        assert_eq!(after(ASKS_TO_WAIT - second), Err(Refusal::MailboxSuspendedIn));
        assert_eq!(after(ASKS_TO_WAIT), Err(Refusal::MailboxClosed));
    }

    /// Proves: TRU-55, CAB-13.
    #[test]
    fn a_mailbox_being_closed_or_closed_receives_nothing() {
        let now = Moment::from_secs(0);
        assert_eq!(accept(&recipient(State::EnCloture, now), now), Err(Refusal::MailboxClosed));
        assert_eq!(accept(&recipient(State::Close, now), now), Err(Refusal::MailboxClosed));
        assert_eq!(accept(&recipient(State::Demandee, now), now), Err(Refusal::UnknownMailbox));
        assert_eq!(accept(&recipient(State::Active, now), now), Ok(()));
    }

    /// Proves: IND-10.
    #[test]
    fn a_correspondent_is_of_this_operator_of_another_or_a_citizen() {
        let domain = |text| Domain::parse(text).unwrap();
        let (hosted, citizens) = ([domain("pli.mssante.test")], domain("patient.mssante.test"));
        let class = |text| Class::of(&domain(text), &hosted, Some(&citizens));
        assert_eq!(class("pli.mssante.test"), Class::Interne);
        assert_eq!(class("voisin.mssante.test"), Class::Espace);
        assert_eq!(class("patient.mssante.test"), Class::Usager);
    }
}
