//! Passwords: long, not common, kept as Argon2id (m = 19 MiB, t = 2, p = 1).
//!
//! Requirements: LOC-05. No forced rotation, no rule on kinds of characters. Hashing takes about 30 ms of a core: call it off the async threads.

use rules::{Entropy, Refusal};

/// Says whether a password is acceptable; `about` are words about the person and the place (names, login, mailbox), refused inside it.
///
/// Errors: [`Refusal::PasswordRefused`] with the reason in French.
pub fn judge(password: &str, about: &[&str]) -> Result<(), Refusal> {
    let _ = (password, about);
    todo!()
}

/// The PHC text to keep (`$argon2id$v=19$m=19456,t=2,p=1$…`), after [`judge`].
pub fn hash(password: &str, about: &[&str], entropy: &Entropy) -> Result<String, Refusal> {
    let _ = (password, about, entropy);
    todo!()
}

/// Is it this password? False for whatever is wrong, an unreadable PHC text included.
pub fn check(password: &str, phc: &str) -> bool {
    let _ = (password, phc);
    todo!()
}

/// As long as a [`check`], for a login that is not known: the delay must not tell who exists.
pub fn check_nobody(password: &str) {
    let _ = password;
    todo!()
}
