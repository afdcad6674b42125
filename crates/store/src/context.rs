//! What a node holds in memory beside its database: keys, terms in force, what it remembers of mailboxes, the feed.
//!
//! Everything here can be rebuilt from the database; nothing here decides.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rules::mail::Recipient;
use rules::mailbox::{MailboxId, NamingRule};
use rules::{Address, Entropy, IdNat, Moment};

use crate::engine::Effects;
use crate::feed::Feed;
use crate::vault::Vault;

/// Shared by every transaction of a store.
pub(crate) struct Context {
    pub(crate) vault: Vault,
    pub(crate) entropy: Entropy,
    pub(crate) terms_url: String,
    pub(crate) naming: NamingRule,
    pub(crate) feed: Feed,
    remembered: Mutex<Remembered>,
    /// When this node last wrote that a person was in a mailbox.
    used: Mutex<HashMap<(MailboxId, IdNat), Moment>>,
    last: AtomicI64,
    /// Objects wait to be removed.
    sweep: AtomicBool,
}

/// Caches, dropped as soon as a mailbox moves. `epoch` tells a reading that began before a move not to fill them.
#[derive(Default)]
struct Remembered {
    epoch: u64,
    revisions: HashMap<MailboxId, i64>,
    recipients: HashMap<Address, Option<Recipient>>,
}

/// Entries of one cache, at most; beyond, it starts anew.
const REMEMBERED: usize = 200_000;
const MINUTE: Duration = Duration::from_secs(60);

impl Context {
    pub(crate) fn new(vault: Vault, entropy: Entropy, terms_url: String, naming: NamingRule) -> Self {
        Self {
            vault,
            entropy,
            terms_url,
            naming,
            feed: Feed::new(),
            remembered: Mutex::default(),
            used: Mutex::default(),
            last: AtomicI64::new(0),
            sweep: AtomicBool::new(false),
        }
    }

    /// Tells this node what a durable transaction changed.
    pub(crate) fn tell(&self, effects: Effects) {
        if !effects.moved.is_empty() {
            let mut remembered = self.remembered.lock();
            remembered.epoch += 1;
            remembered.recipients.clear();
            for (mailbox, revision) in &effects.moved {
                remembered.revisions.insert(*mailbox, *revision);
            }
        }
        for mailbox in effects.woken.iter().chain(effects.moved.iter().map(|(mailbox, _)| mailbox)) {
            self.feed.wake(*mailbox);
        }
        for mark in effects.over {
            self.feed.session_over(&mark);
        }
        if effects.webhooks {
            self.feed.webhooks_moved();
        }
        if effects.notices {
            self.feed.notices_moved();
        }
        if effects.queue {
            self.feed.queue_moved();
        }
        if effects.doomed {
            self.sweep.store(true, Ordering::Release);
        }
    }

    /// Others may have changed anything: forgets, and makes everybody look again.
    pub(crate) fn forget(&self) {
        {
            let mut remembered = self.remembered.lock();
            remembered.epoch += 1;
            remembered.revisions.clear();
            remembered.recipients.clear();
        }
        self.feed.rouse_all();
    }

    /// The moment of the latest act: for the few readings that are not told the time. Their caller has checked it just before.
    pub(crate) fn last_moment(&self) -> Moment {
        Moment::from_micros(self.last.load(Ordering::Relaxed))
    }

    pub(crate) fn note(&self, now: Moment) {
        self.last.store(now.micros(), Ordering::Relaxed);
    }

    /// Is it worth writing again that this person is in this mailbox? At most once a minute.
    pub(crate) fn use_is_due(&self, mailbox: MailboxId, person: &IdNat, at: Moment) -> bool {
        let mut used = self.used.lock();
        let key = (mailbox, person.clone());
        if used.get(&key).is_some_and(|last| at < last.plus(MINUTE)) {
            return false;
        }
        if used.len() >= REMEMBERED {
            used.clear();
        }
        used.insert(key, at);
        true
    }

    /// Somebody must remove objects now; says so once.
    pub(crate) fn sweep_wanted(&self) -> bool {
        self.sweep.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.remembered.lock().epoch
    }

    pub(crate) fn revision(&self, mailbox: MailboxId) -> Option<i64> {
        self.remembered.lock().revisions.get(&mailbox).copied()
    }

    /// Keeps a revision read while nothing moved since `epoch`.
    pub(crate) fn remember_revision(&self, epoch: u64, mailbox: MailboxId, revision: i64) {
        let mut remembered = self.remembered.lock();
        if remembered.epoch == epoch {
            remembered.revisions.insert(mailbox, revision);
        }
    }

    pub(crate) fn recipient(&self, address: &Address) -> Option<Option<Recipient>> {
        self.remembered.lock().recipients.get(address).cloned()
    }

    pub(crate) fn remember_recipient(&self, epoch: u64, address: Address, recipient: Option<Recipient>) {
        let mut remembered = self.remembered.lock();
        if remembered.epoch == epoch {
            if remembered.recipients.len() >= REMEMBERED {
                remembered.recipients.clear();
            }
            remembered.recipients.insert(address, recipient);
        }
    }
}
