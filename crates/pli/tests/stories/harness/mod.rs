//! What stories need: a demo in a temporary folder, and clients that show every line.

pub mod demo;
pub mod http;
pub mod imap;
pub mod letters;
pub mod lines;
pub mod peer;
pub mod programs;
pub mod smtp;

pub use demo::Demo;
pub use imap::Imap;
pub use smtp::Smtp;

use std::time::{Duration, Instant};

pub const CABINET: &str = "cabinet.des-lilas@pli.mssante.test";
pub const CARDIOLOGIE: &str = "cardiologie@voisin.mssante.test";
/// Nadia SUREAU, secretary, délégataire of the cabinet.
pub const NADIA: &str = "899790000048";
/// Claire TILLEUL, its owner.
pub const CLAIRE: &str = "899790000014";
/// Lucie FRENE, replacement, délégataire for twelve more days.
pub const LUCIE: &str = "899790000030";

/// Looks again and again until there is something to see, or says what was awaited.
pub fn eventually<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Deadline::after(within);
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(!deadline.passed(), "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Real time, for deadlines only: the time of the demo is moved by its control API.
#[derive(Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    pub fn after(within: Duration) -> Self {
        Self(Instant::now() + within)
    }

    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    pub fn passed(self) -> bool {
        self.left().is_zero()
    }
}
