//! A report that belongs to no row of the queue: the receipt of a message that came from a peer and is now in the mailbox.
//!
//! RFC 3461 §5.2. Requirements: TRU-40, MSG-20. Whether a receipt was asked for is known by the session that took the message.

use rules::Moment;

use super::Report;
use super::settle::{Ready, tell};
use crate::{Result, Store};

impl Store {
    /// Files the report in a mailbox of ours, or queues it for its operator.
    pub async fn report(&self, report: Report, now: Moment) -> Result<()> {
        self.context.note(now);
        let ready = self.ready(report).await?;
        let object = ready.packed.parcel.object();
        let done = self.write((ready, now), |tx, (ready, now): &(Ready, Moment)| Box::pin(tell(tx, ready, *now))).await;
        if !matches!(done, Ok(true)) {
            self.unpack(object).await;
        }
        done.map(|_| ())
    }
}
