//! How many messages are read at once: an answer of any length holds a few MiB, never a folder.

use crate::outcome::Outcome;

/// Messages whose bytes are not read: rows at once.
pub(super) const ROWS: usize = 500;
/// Messages with their glance.
pub(super) const GLANCES: usize = 100;
/// Messages with their bytes: at most this many, and this many bytes.
const WHOLE: usize = 100;
const BYTES: u64 = 4 * 1024 * 1024;

/// Cuts messages (uid, size) into groups to read together. A message above the limit is alone.
pub(super) fn groups(sizes: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut room = 0_u64;
    for &(uid, size) in sizes {
        let size = u64::from(size);
        match groups.last_mut() {
            Some(group) if size <= room && group.len() < WHOLE => {
                group.push(uid);
                room -= size;
            }
            _ => {
                groups.push(vec![uid]);
                room = BYTES.saturating_sub(size);
            }
        }
    }
    groups
}

/// Groups of the messages `uids`, whose sizes `rows` knows; a single message needs no look at its size.
pub(super) async fn groups_of<F>(uids: &[u32], rows: F) -> Outcome<Vec<Vec<u32>>>
where
    F: Future<Output = store::Result<Vec<store::mail::Stored>>>,
{
    if uids.len() <= 1 {
        return Ok(vec![uids.to_vec()]);
    }
    let sizes: Vec<(u32, u32)> = rows.await?.iter().map(|stored| (stored.uid, stored.size)).collect();
    Ok(groups(&sizes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bounded_in_bytes_and_in_number() {
        const MIB: u32 = 1024 * 1024;
        let sizes = [(1, MIB), (2, 3 * MIB), (3, 1), (4, 36 * MIB), (5, 1)];
        assert_eq!(groups(&sizes), [vec![1, 2], vec![3], vec![4], vec![5]]);
        let small: Vec<(u32, u32)> = (1..=250).map(|uid| (uid, 10)).collect();
        assert_eq!(groups(&small).iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
        assert_eq!(groups(&[]), Vec::<Vec<u32>>::new());
    }
}
