//! The private e-mail and SMS that would have left: caught here and shown, never sent.
//!
//! Requirements: SIM-06 (outbox), CPS-01. Handed to whoever writes to people outside the trust space; it has no way out of the process.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use rules::Moment;
use serde::{Serialize, Serializer};
use tokio::sync::watch;

/// Messages kept; the oldest leave.
const KEPT: usize = 2_000;

/// By which way a message would have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Email,
    Sms,
}

/// A message to a private address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outgoing {
    /// E-mail address, or telephone number in international form.
    pub to: String,
    pub kind: Kind,
    /// Empty for an SMS.
    pub subject: String,
    pub text: String,
    #[serde(serialize_with = "rfc3339")]
    pub at: Moment,
}

/// The box. Cheap to clone: all clones are the same box.
#[derive(Clone, Debug)]
pub struct Outbox {
    messages: Arc<Mutex<VecDeque<Outgoing>>>,
    count: watch::Sender<u64>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { messages: Arc::default(), count: watch::Sender::new(0) }
    }
}

impl Outbox {
    /// Catches a message.
    pub fn put(&self, message: Outgoing) {
        let mut messages = self.messages.lock();
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(message);
        drop(messages);
        self.count.send_modify(|count| *count += 1);
    }

    /// What was caught, newest first; for one address or number, or for all.
    pub fn messages(&self, to: Option<&str>) -> Vec<Outgoing> {
        let wanted = |m: &&Outgoing| to.is_none_or(|to| m.to.eq_ignore_ascii_case(to.trim()));
        self.messages.lock().iter().rev().filter(wanted).cloned().collect()
    }

    /// How many were ever caught: changes when a page that shows them is old.
    pub(crate) fn count(&self) -> u64 {
        *self.count.borrow()
    }
}

fn rfc3339<S: Serializer>(at: &Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: SIM-06.
    #[test]
    fn a_message_is_kept_for_its_address_newest_first_and_the_oldest_leave() {
        let outbox = Outbox::default();
        let put = |n: usize, to: &str| {
            let at = Moment::from_secs(i64::try_from(n).expect("small"));
            outbox.clone().put(Outgoing { to: to.to_owned(), kind: Kind::Sms, subject: String::new(), text: n.to_string(), at });
        };
        (0..KEPT).for_each(|n| put(n, "+33639980001"));
        put(KEPT, "hugo@courriel.test");
        assert_eq!(outbox.messages(None).len(), KEPT);
        assert_eq!(outbox.messages(None)[0].text, KEPT.to_string());
        assert_eq!(outbox.messages(Some("+33639980001")).last().map(|m| m.text.as_str()), Some("1"));
        assert_eq!(outbox.messages(Some("HUGO@courriel.test")).len(), 1);
    }
}
