//! Bytes of a message: what is parsed once at arrival, what people read of it, what our own messages look like. Pure: no I/O, no clock.
//!
//! | file | does |
//! |---|---|
//! | `glance/` | reads once at arrival what IMAP, lists and figures need |
//! | `card` | one line of a list, off a glance |
//! | `letter/` | a message opened by a person: text, harmless HTML, attachments |
//! | `compose/` | a letter that people write; what an answer takes from the one before |
//! | `leaving` | what is looked at before a message leaves |
//! | `stems` | words as a search finds them |
//! | `header`, `correspondent`, `trace` | fields, people, trace lines |
//! | `dsn`, `mdn` | reports of delivery, of reading |

pub mod card;
pub mod compose;
pub mod correspondent;
pub mod dsn;
pub mod glance;
pub mod header;
pub mod leaving;
pub mod letter;
pub mod mdn;
pub mod stems;
pub mod trace;

pub use card::Card;
pub use correspondent::Correspondent;
pub use glance::Glance;
pub use letter::Letter;
