//! How many connections each operator holds: twenty per DN, so that one peer in trouble does not shut the others out.
//!
//! Requirements: TRU-29. Counts only; it never closes a connection.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

/// Connections open now, by the DN of the peer (or by its address when its certificate is no good). Cheap to clone.
#[derive(Clone, Default)]
pub struct Peers {
    open: Arc<Mutex<HashMap<String, usize>>>,
}

/// One place taken; given back when dropped.
pub(crate) struct Place {
    peers: Peers,
    name: String,
}

impl Peers {
    /// Takes a place for this peer; `None` when it already holds `limit`.
    pub(crate) fn enter(&self, name: String, limit: usize) -> Option<Place> {
        let mut open = self.open.lock();
        let count = open.entry(name.clone()).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Place { peers: self.clone(), name })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock();
        if let Some(count) = open.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves: TRU-29.
    #[test]
    fn a_peer_at_its_limit_waits_until_one_of_its_connections_ends() {
        let peers = Peers::default();
        let first = peers.enter("CN=a".into(), 2);
        let second = peers.enter("CN=a".into(), 2);
        assert!(first.is_some() && second.is_some());
        assert!(peers.enter("CN=a".into(), 2).is_none());
        assert!(peers.enter("CN=b".into(), 2).is_some(), "another peer is not concerned");
        drop(first);
        assert!(peers.enter("CN=a".into(), 2).is_some());
        drop(second);
        assert!(peers.open.lock().is_empty(), "nothing is kept about peers that left");
    }
}
