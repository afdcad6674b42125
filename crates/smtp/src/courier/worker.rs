//! One worker a destination: it keeps a connection (up to four when much waits) and carries message after message over it.
//!
//! Requirements: TRU-30 to TRU-33, TRU-39, TRU-40. Each row that is handed over ends in the store with its outcome, or stays leased and comes back.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use futures_util::future::join_all;
use rules::Refusal;
use store::queue::{Outcome, QueueId, Queued};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

use super::here;
use super::outcome::{self, Failure, Kind, Seen, Then};
use super::reply::Reply;
use super::report::{self, News};
use super::route::{Destination, Router};
use super::session::Connection;
use crate::{Shared, data};

/// An open connection waits this long for the next message.
const KEPT: Duration = Duration::from_secs(5);
/// Connections to one destination, and the messages that justify another one.
const LANES: usize = 4;
const WORTH_A_CONNECTION: usize = 8;
/// A settlement that the store could not take is offered again: the message has left, it must not leave twice.
const OFFERS: u32 = 8;

/// What all workers share.
pub(super) struct House {
    pub(super) shared: Arc<Shared>,
    pub(super) tls: Arc<ArcSwap<rustls::ClientConfig>>,
    pub(super) router: Router,
    /// Destinations talked to at the same time.
    pub(super) turns: Semaphore,
    pub(super) stop: CancellationToken,
}

/// News of a worker for the courier.
pub(super) enum Told {
    Done {
        destination: Destination,
        ids: Vec<QueueId>,
    },
    /// Nothing came for a while; the worker waits to be closed.
    Idle(Destination),
}

pub(super) struct Worker {
    pub(super) house: Arc<House>,
    pub(super) destination: Destination,
    pub(super) rows: mpsc::UnboundedReceiver<Vec<Queued>>,
    pub(super) tell: mpsc::UnboundedSender<Told>,
}

/// What became of one recipient.
enum Ending {
    /// By a peer that will, or will not, send the receipt that was asked for.
    Taken {
        reply: Reply,
        seen: Arc<Seen>,
        reports: bool,
    },
    Filed,
    Failed(Failure),
}

impl Worker {
    /// Works until the courier closes its channel.
    pub(super) async fn run(mut self) {
        let mut lanes: [Option<Connection>; LANES] = [const { None }; LANES];
        loop {
            let rows = match tokio::time::timeout(KEPT, self.rows.recv()).await {
                Ok(Some(rows)) => rows,
                Ok(None) => break,
                Err(_) => {
                    close(&mut lanes).await;
                    if self.tell.send(Told::Idle(self.destination.clone())).is_err() {
                        break;
                    }
                    match self.rows.recv().await {
                        Some(rows) => rows,
                        None => break,
                    }
                }
            };
            let ids = rows.iter().map(|row| row.id).collect();
            self.batch(&mut lanes, rows).await;
            if self.tell.send(Told::Done { destination: self.destination.clone(), ids }).is_err() {
                break;
            }
        }
        close(&mut lanes).await;
    }

    /// Rows due together: one transaction for each message, over as many connections as their number is worth.
    async fn batch(&self, lanes: &mut [Option<Connection>; LANES], rows: Vec<Queued>) {
        // Closed only when the process ends: then the rows stay in the queue.
        let Ok(_turn) = self.house.turns.acquire().await else { return };
        let messages: Vec<&[Queued]> = rows.chunk_by(|one, next| one.message == next.message).collect();
        let share = messages.len().div_ceil(LANES).max(WORTH_A_CONNECTION);
        let shares = lanes.iter_mut().zip(messages.chunks(share));
        join_all(shares.map(|(connection, messages)| self.lane(connection, messages))).await;
    }

    /// Message after message over one connection.
    async fn lane(&self, connection: &mut Option<Connection>, messages: &[&[Queued]]) {
        let mut unreachable: Option<Failure> = None;
        for rows in messages {
            if self.house.stop.is_cancelled() {
                return;
            }
            let rows: Vec<&Queued> = rows.iter().collect();
            self.message(connection, &mut unreachable, &rows).await;
        }
    }

    /// One message, from the queue to the outcome of each of its recipients.
    async fn message(&self, connection: &mut Option<Connection>, unreachable: &mut Option<Failure>, rows: &[&Queued]) {
        let bytes = match self.house.shared.store.queued_bytes(rows[0].id).await {
            Ok(bytes) => bytes,
            Err(error) => return tracing::error!(%error, "a queued message could not be read; it is tried again when its lease ends"),
        };
        let results = if self.destination == Destination::Here {
            let filed = here::file(&self.house.shared, rows, &bytes).await;
            filed.into_iter().map(|result| result.map_or_else(Ending::Failed, |()| Ending::Filed)).collect()
        } else {
            self.away(connection, unreachable, rows, &bytes).await
        };
        self.settle(rows, results, &bytes).await;
    }

    /// To another operator: list, connection, verdict, DN of each domain, then the dialogue.
    async fn away(
        &self,
        connection: &mut Option<Connection>,
        unreachable: &mut Option<Failure>,
        rows: &[&Queued],
        bytes: &Bytes,
    ) -> Vec<Ending> {
        let all = |failure: &Failure| rows.iter().map(|_| Ending::Failed(failure.clone())).collect();
        if let Err(fault) = data::check(bytes) {
            return all(&Failure::of(Kind::Permanent, "5.6.0", format!("the message may not leave: {}", fault.reason())));
        }
        let mut results: Vec<Option<Ending>> = rows.iter().map(|row| self.listed(row).err().map(Ending::Failed)).collect();
        if results.iter().any(Option::is_none) {
            if let Some(failure) = unreachable {
                return all(failure);
            }
            if let Err(failure) = self.ready(connection).await {
                *unreachable = Some(failure.clone());
                fill(&mut results, &failure);
            } else if let Some(open) = connection {
                for (row, result) in rows.iter().zip(&mut results).filter(|(_, result)| result.is_none()) {
                    *result = open.serves(&row.recipient.domain()).err().map(Ending::Failed);
                }
                self.carry(connection, rows, &mut results, bytes).await;
            }
        }
        results.into_iter().map(|result| result.unwrap_or_else(|| Ending::Failed(Failure::network("not tried")))).collect()
    }

    /// TRU-30: listed at submission, and still now.
    fn listed(&self, row: &Queued) -> Result<(), Failure> {
        let shared = &self.house.shared;
        let snapshot = shared.trust.snapshot();
        snapshot.fresh(shared.clock.now()).map_err(Failure::refused)?;
        if snapshot.lists(&row.recipient.domain()) { Ok(()) } else { Err(Failure::refused(Refusal::ListAbsent)) }
    }

    /// A connection whose peer is good on the trust space of now.
    async fn ready(&self, connection: &mut Option<Connection>) -> Result<(), Failure> {
        let shared = &self.house.shared;
        let snapshot = shared.trust.snapshot();
        if let Some(open) = connection {
            match open.judge(shared, &snapshot) {
                Ok(()) => return Ok(()),
                Err(failure) => {
                    tracing::warn!(cause = failure.cause, "an open connection lost its good standing");
                    *connection = None;
                }
            }
        }
        let targets = self.house.router.targets(&self.destination).await?;
        let tls = self.house.tls.load_full();
        *connection = Some(Connection::open(&targets, shared, &tls, snapshot).await?);
        Ok(())
    }

    /// The dialogue for the rows without result; once more on a fresh connection when a kept one turned out closed.
    async fn carry(&self, connection: &mut Option<Connection>, rows: &[&Queued], results: &mut [Option<Ending>], bytes: &Bytes) {
        let open_rows: Vec<usize> = (0..rows.len()).filter(|n| results[*n].is_none()).collect();
        if open_rows.is_empty() {
            return;
        }
        let some: Vec<&Queued> = open_rows.iter().map(|n| rows[*n]).collect();
        let Some(open) = connection else { return };
        let used = open.carried > 0;
        let mut done = open.carry(&some, bytes).await;
        let nothing_said = done.results.iter().all(|result| matches!(result, Err(failure) if !failure.replied));
        if !done.alive && used && nothing_said {
            *connection = None;
            if self.ready(connection).await.is_ok()
                && let Some(fresh) = connection
            {
                done = fresh.carry(&some, bytes).await;
            }
        }
        let (seen, reports) = connection.as_ref().map(|open| (Arc::clone(&open.seen), open.offers.dsn)).unwrap_or_default();
        if !done.alive {
            *connection = None;
        }
        let taken = |reply| Ending::Taken { reply, seen: Arc::clone(&seen), reports };
        for (n, result) in open_rows.into_iter().zip(done.results) {
            results[n] = Some(result.map_or_else(Ending::Failed, taken));
        }
    }

    /// Writes what became of each recipient, and the reports the sender is owed: one report for all the failures of a message.
    async fn settle(&self, rows: &[&Queued], results: Vec<Ending>, bytes: &Bytes) {
        let shared = &self.house.shared;
        let now = shared.clock.now();
        let mut endings: Vec<(&Queued, Outcome)> = Vec::new();
        let (mut bad, mut late, mut good) = (Vec::new(), Vec::new(), Vec::new());
        for (row, result) in rows.iter().copied().zip(results) {
            match result {
                Ending::Taken { reply, seen, reports } => {
                    if outcome::wants_success(row) && !reports {
                        good.push(News::relayed(row, &reply, &seen, now));
                    }
                    endings.push((row, Outcome::Delivered { facts: outcome::facts(&seen, &reply.to_string()) }));
                }
                Ending::Filed => {
                    if outcome::wants_success(row) {
                        good.push(News::delivered(row, now));
                    }
                    endings.push((row, Outcome::DeliveredHere));
                }
                Ending::Failed(failure) => {
                    alarm(row, &failure);
                    match outcome::then(row, failure.kind, now, &shared.limits, &shared.entropy) {
                        Then::Retry(next) => {
                            if outcome::delay_to_tell(row, now, &shared.limits) {
                                late.push(News::delayed(row, &failure, row.expires, now));
                            }
                            let (cause, facts) = (failure.cause.clone(), failure.facts());
                            endings.push((row, Outcome::Retry { next, cause, facts }));
                        }
                        Then::GiveUp => {
                            if outcome::wants_failure(row) {
                                bad.push(News::failed(row, &failure, now));
                            }
                            let (cause, status, facts) = (failure.cause.clone(), failure.status.clone(), failure.facts());
                            endings.push((row, Outcome::Failed { cause, status, facts }));
                        }
                    }
                }
            }
        }
        bad.append(&mut good);
        let mut report = report::build(shared, &bad, bytes, now).map(|report| (bad[0].row.id, report));
        for (row, outcome) in endings {
            let mine = report.take_if(|(id, _)| *id == row.id).map(|(_, report)| report);
            self.offer(row.id, outcome, mine).await;
        }
        for (place, news) in late.iter().enumerate() {
            let report = if place == 0 { report::build(shared, &late, bytes, now) } else { None };
            if let Err(error) = shared.store.tell_delay(news.row.id, report, now).await {
                tracing::error!(%error, "a delay could not be told; it will be at the next try");
            }
        }
    }

    async fn offer(&self, id: QueueId, outcome: Outcome, report: Option<store::queue::Report>) {
        let shared = &self.house.shared;
        for offer in 1..=OFFERS {
            match shared.store.settle(id, outcome.clone(), report.clone(), shared.clock.now()).await {
                Ok(()) => return,
                // Settled already: another node had believed our lease over.
                Err(store::Error::NotFound(_)) => return tracing::warn!(queue = id.0, "an outcome was already written"),
                Err(error) => tracing::error!(%error, offer, "an outcome could not be written"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

async fn close(lanes: &mut [Option<Connection>]) {
    join_all(lanes.iter_mut().filter_map(Option::take).map(Connection::close)).await;
}

fn fill(results: &mut [Option<Ending>], failure: &Failure) {
    for result in results.iter_mut().filter(|result| result.is_none()) {
        *result = Some(Ending::Failed(failure.clone()));
    }
}

/// A failure of trust is told to the operator at once, not after four hours (trust-space §11).
fn alarm(row: &Queued, failure: &Failure) {
    let (domain, cause, code) = (row.recipient.domain(), &failure.cause, failure.refusal.as_ref().map_or("", |why| why.code()));
    match failure.kind {
        Kind::Trust if row.attempts == 0 => tracing::error!(alarm = true, %domain, cause, code, "trust failure: mail to this domain waits"),
        _ => tracing::info!(%domain, cause, code, transaction = row.transaction, attempts = row.attempts, "not delivered"),
    }
}
