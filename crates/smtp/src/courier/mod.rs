//! The courier: carries the queue to the other operators, and files what is for our own mailboxes.
//!
//! Requirements: TRU-31, TRU-32, TRU-39. It takes what is due by the operator's clock, and gives it to one worker a destination, sixteen talking at a
//! time. It is woken by new rows, by a worker, or by the hour of the next try; a clock that is moved wakes it too. It decides nothing about trust.

mod here;
mod outcome;
mod reply;
pub(crate) mod report;
mod route;
mod session;
mod worker;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use store::queue::{QueueId, Queued};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Routes, Shared};
use route::{Destination, Router};
use worker::{House, Told, Worker};

const DESTINATIONS: usize = 16;
/// Rows held in memory.
const HELD: usize = 1_024;
const TAKEN: u32 = 256;
/// A row that we took is ours for this long by the operator's clock; after a crash it is tried again then.
const LEASE: Duration = Duration::from_secs(15 * 60);
/// The longest nap: what another node queued may not wake us.
const NAP: Duration = Duration::from_secs(60);
/// The shortest: rows that are due but held by another node are not asked for in a loop.
const BLINK: Duration = Duration::from_millis(500);

struct Courier {
    house: Arc<House>,
    name: String,
    /// Rows given to a worker. A clock that jumps over their lease makes them due again, and they must not leave twice.
    held: HashSet<QueueId>,
    /// Held rows that became due again while their worker was finishing: given back to the queue when it is done.
    again: HashSet<QueueId>,
    workers: HashMap<Destination, AtWork>,
    tasks: JoinSet<()>,
    tell: mpsc::UnboundedSender<Told>,
}

/// A worker as the courier knows it.
struct AtWork {
    rows: mpsc::UnboundedSender<Vec<Queued>>,
    /// Given to it, and not finished.
    batches: usize,
}

/// Runs until `stop`; messages being handed over are finished first.
pub(crate) async fn run(shared: Arc<Shared>, tls: Arc<ArcSwap<rustls::ClientConfig>>, routes: Routes, stop: CancellationToken) {
    let router = Router::new(routes, shared.domains.clone());
    let name = format!("courier@{}", shared.host_name);
    let (tell, mut told) = mpsc::unbounded_channel();
    let house = Arc::new(House { shared, tls, router, turns: Semaphore::new(DESTINATIONS), stop: stop.clone() });
    let mut courier =
        Courier { house, name, held: HashSet::new(), again: HashSet::new(), workers: HashMap::new(), tasks: JoinSet::new(), tell };
    if let Err(error) = courier.house.shared.store.resume_queue().await {
        tracing::error!(%error, "the queue could not be resumed: what was being tried waits for its lease to end");
    }
    while !stop.is_cancelled() {
        let nap = courier.round().await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = courier.house.shared.store.feed().queue_changed() => {}
            Some(news) = told.recv() => courier.hear(news).await,
            () = tokio::time::sleep(nap) => {}
        }
        while let Ok(news) = told.try_recv() {
            courier.hear(news).await;
        }
    }
    courier.workers.clear();
    while courier.tasks.join_next().await.is_some() {}
}

impl Courier {
    /// Takes what is due and hands it out; how long nothing more is to be done.
    async fn round(&mut self) -> Duration {
        let shared = &self.house.shared;
        let now = shared.clock.now();
        if self.held.len() >= HELD {
            return NAP;
        }
        match shared.store.due(&self.name, TAKEN, LEASE, now).await {
            Ok(rows) => {
                let full = rows.len() >= TAKEN as usize;
                self.hand_out(rows);
                if full { Duration::ZERO } else { self.nap().await }
            }
            Err(error) => {
                tracing::error!(%error, "the queue could not be read");
                NAP / 12
            }
        }
    }

    async fn nap(&self) -> Duration {
        let shared = &self.house.shared;
        match shared.store.next_due().await {
            Ok(Some(next)) => next.since(shared.clock.now()).clamp(BLINK, NAP),
            Ok(None) => NAP,
            Err(error) => {
                tracing::error!(%error, "the queue could not be read");
                NAP / 12
            }
        }
    }

    fn hand_out(&mut self, rows: Vec<Queued>) {
        let mut batches: Vec<(Destination, Vec<Queued>)> = Vec::new();
        for row in rows {
            let destination = self.house.router.destination(&row.recipient.domain());
            self.bury(&destination);
            if !self.held.insert(row.id) && self.workers.contains_key(&destination) {
                self.again.insert(row.id);
                continue;
            }
            match batches.iter_mut().find(|(known, _)| *known == destination) {
                Some((_, batch)) => batch.push(row),
                None => batches.push((destination, vec![row])),
            }
        }
        for (destination, mut batch) in batches {
            // Recipients of one message stand together: they share a transaction.
            batch.sort_by_key(|row| row.message);
            self.give(destination, batch);
        }
    }

    /// A worker that stopped by a fault of ours leaves its rows leased; when they come back, another one takes them.
    fn bury(&mut self, destination: &Destination) {
        if self.workers.get(destination).is_some_and(|worker| worker.rows.is_closed()) {
            tracing::error!(?destination, "a worker of the courier stopped by itself");
            self.workers.remove(destination);
        }
    }

    fn give(&mut self, destination: Destination, batch: Vec<Queued>) {
        let worker = self.workers.entry(destination.clone()).or_insert_with(|| {
            let (sender, rows) = mpsc::unbounded_channel();
            let worker = Worker { house: Arc::clone(&self.house), destination, rows, tell: self.tell.clone() };
            self.tasks.spawn(worker.run());
            AtWork { rows: sender, batches: 0 }
        });
        // A worker that stopped just now: `bury` finds it when these rows come back.
        if worker.rows.send(batch).is_ok() {
            worker.batches += 1;
        }
    }

    async fn hear(&mut self, news: Told) {
        match news {
            Told::Done { destination, ids } => {
                if let Some(worker) = self.workers.get_mut(&destination) {
                    worker.batches = worker.batches.saturating_sub(1);
                }
                self.done(ids).await;
            }
            Told::Idle(destination) => {
                if self.workers.get(&destination).is_some_and(|worker| worker.batches == 0) {
                    self.workers.remove(&destination);
                }
            }
        }
        while self.tasks.try_join_next().is_some() {}
    }

    async fn done(&mut self, ids: Vec<QueueId>) {
        for id in &ids {
            self.held.remove(id);
        }
        let back: Vec<QueueId> = ids.into_iter().filter(|id| self.again.remove(id)).collect();
        if back.is_empty() {
            return;
        }
        if let Err(error) = self.house.shared.store.give_back(&self.name, back).await {
            tracing::error!(%error, "rows could not be given back: they wait for their lease to end");
        }
    }
}
