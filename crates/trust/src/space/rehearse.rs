//! A list verified as `load` would, and left aside: `pli whitelist verify`. Requirements: TRU-06, TRU-13. Writes nothing.

use super::{ListRefusal, Loaded, TrustSpace, guard, verify};

impl TrustSpace {
    /// What installing this list would change; the refusals are those of `load`, without its look at dates and size.
    pub fn rehearse(&self, bytes: &[u8]) -> Result<Loaded, ListRefusal> {
        let before = self.snapshot();
        let new = verify(&self.inner.config, &before.authorities, bytes, self.inner.clock.now())?;
        Ok(guard::difference(before.list.as_deref(), &new))
    }
}
