//! What is done by the hour: mailboxes whose 30 days of closing are over, the journal's daily roots, the monthly figures, the review of
//! local accounts; and by the day: cabinets without owner.
//!
//! Requirements: CAB-13, CAB-17, TRU-53, TRU-55, IND-40, IND-51, LOC-08. One node a job: each takes a lease first; each is idempotent, so that a lost lease loses nothing.

use std::time::Duration;

use rules::Entropy;
use tokio_util::sync::CancellationToken;

use super::figures;
use crate::operator::Operator;

/// How often jobs look whether there is something to do.
const ROUND: Duration = Duration::from_secs(30);
const LEASE: Duration = Duration::from_secs(120);

/// Rounds until `stop`. The clock of the sandbox may jump: each round looks at what is due, never at how long it slept.
pub(super) async fn keep(operator: Operator, entropy: Entropy, stop: CancellationToken) {
    let holder = hex::encode(entropy.bytes::<8>());
    let mut day = None;
    loop {
        if round(&operator, &holder).await {
            let today = operator.clock.now().paris().date();
            if day != Some(today) && daily(&operator).await {
                day = Some(today);
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
    }
}

/// What needs to be looked at once a day; false: to be tried again.
async fn daily(operator: &Operator) -> bool {
    match operator.store.vacancies_due(operator.clock.now()).await {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "cabinets without owner");
            false
        }
    }
}

/// False when another node does it.
async fn round(operator: &Operator, holder: &str) -> bool {
    let now = operator.clock.now();
    match operator.store.lease("jobs", holder, LEASE, now).await {
        Ok(true) => {}
        Ok(false) => return false,
        Err(error) => {
            tracing::warn!(%error, "the lease of the jobs could not be taken");
            return false;
        }
    }
    if let Err(error) = operator.store.close_due(now).await {
        tracing::error!(%error, "mailboxes to close");
    }
    if let Err(error) = operator.store.destroy_due(now).await {
        tracing::error!(%error, "contents of closed mailboxes");
    }
    if let Err(error) = operator.store.day_job(holder, now).await {
        tracing::error!(%error, "the journal's daily root");
    }
    match operator.store.local_review(now).await {
        Ok(review) => {
            for reminder in review.reminders {
                tracing::info!(structure = reminder.structure, number = reminder.number, "accounts of a structure are to be confirmed");
            }
        }
        Err(error) => tracing::error!(%error, "the review of local accounts"),
    }
    if let Err(error) = figures::indicators_job(operator, &operator.config.indicators.dir).await {
        tracing::error!(%error, "the files of the month");
    }
    true
}
