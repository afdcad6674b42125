//! A long random life, the same on both engines: whatever people do in whatever order, the two stores stay sound and stay equal.

use rules::{Channel, Entropy};
use store::mail::{Append, FlagChange, Flags, Want};

use crate::house::{CABINET, House, bytes};

const STEPS: usize = 250;
const FOLDERS: [&str; 7] = ["INBOX", "Sent", "Trash", "Archive", "Labo", "Labo/2026", "Vieux"];

/// Choices drawn from a seed: the same for both engines.
struct Chance(Entropy);

impl Chance {
    fn below(&self, n: usize) -> usize {
        usize::from(u16::from_le_bytes(self.0.bytes())) % n
    }

    fn folder(&self) -> &'static str {
        FOLDERS[self.below(FOLDERS.len())]
    }

    fn flags(&self) -> Flags {
        let keywords = ["$Urgent", "labo"].into_iter().filter(|_| self.below(4) == 0).map(str::to_owned).collect();
        Flags { system: (self.below(32)) as u8, keywords }
    }
}

/// One step; what the client would be told, errors included.
async fn step(house: &mut House, chance: &Chance, n: usize) -> String {
    house.later(chance.below(100) as u64);
    let access = if chance.below(2) == 0 { house.nadia().await } else { house.claire().await };
    let (name, other) = (chance.folder(), chance.folder());
    let Ok(opened) = house.store.open_folder(&access, name).await else {
        return format!("{:?}", house.store.create_folder(&access, name, Channel::Imap, house.now).await);
    };
    let folder = opened.folder.id;
    let uids: Vec<u32> = opened.uids.iter().copied().filter(|_| chance.below(3) == 0).collect();
    let (store, now) = (&house.store, house.now);
    match chance.below(11) {
        0..=2 => {
            house.letter(&format!("t{}", chance.below(STEPS)), &format!("Lettre {n}")).await;
            String::new()
        }
        3 => format!("{:?}", store.copy(&access, folder, &uids, other, Channel::Imap, now).await),
        4 => format!("{:?}", store.move_messages(&access, folder, &uids, other, Channel::Imap, now).await),
        5 => {
            let change = [FlagChange::Add, FlagChange::Remove, FlagChange::Replace][chance.below(3)](chance.flags());
            let since = (chance.below(3) == 0).then(|| opened.folder.highest_modseq.saturating_sub(3));
            format!("{:?}", store.set_flags(&access, folder, &uids, change, since, Channel::Imap, now).await)
        }
        6 => format!("{:?}", store.expunge(&access, folder, n.is_multiple_of(2).then_some(&uids), Channel::Imap, now).await),
        7 => {
            let want = Want { bytes: true, glance: true, mark_seen: chance.below(2) == 0, to_person: chance.below(2) == 0 };
            format!("{:?}", store.read(&access, folder, &uids, want, Channel::Imap, now).await)
        }
        8 => {
            let (bytes, flags) = (bytes(&format!("Copie {n}")), chance.flags());
            let append = Append { folder: other.to_owned(), glance: bytes.clone(), bytes, message_id: None, flags, internal_date: None };
            format!("{:?}", store.append(&access, append, Channel::Imap, now).await)
        }
        9 => format!("{:?}", store.rename_folder(&access, name, other, Channel::Imap, now).await),
        _ => format!("{:?}", store.delete_folder(&access, name, Channel::Imap, now).await),
    }
}

async fn view(house: &House) -> String {
    let access = house.claire().await;
    let mut view = String::new();
    for folder in house.store.folders(&access).await.unwrap() {
        let changes = house.store.changes(&access, folder.id, folder.highest_modseq / 2).await.unwrap();
        view += &format!("{folder:?}\n{:?}\n{changes:?}\n", house.look(&access, &folder.name).await);
    }
    view
}

async fn walk(seed: u64) {
    let (mut sqlite, mut postgres) = (House::sqlite().await, House::postgres().await);
    let (one, two) = (Chance(Entropy::seeded(seed)), Chance(Entropy::seeded(seed)));
    for n in 0..STEPS {
        let told = step(&mut sqlite, &one, n).await;
        assert_eq!(told, step(&mut postgres, &two, n).await, "seed {seed}, step {n}");
    }
    assert_eq!(view(&sqlite).await, view(&postgres).await);
    assert_eq!(sqlite.lines(Some(CABINET)).await, postgres.lines(Some(CABINET)).await);
    sqlite.end().await;
    postgres.end().await;
}

/// Proves: "two engines, one set of commands", invariant 5.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_random_life_leaves_both_engines_sound_and_equal() {
    for seed in 1..=3 {
        walk(seed).await;
    }
}
