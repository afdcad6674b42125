//! The means of a local account (LOC-), and of staff: password, one-time code, recovery codes, enrolment code.
//!
//! | file | holds |
//! |---|---|
//! | `password` | policy and Argon2id |
//! | `totp` | RFC 6238 |
//! | `codes` | recovery and enrolment codes |
//!
//! Requirements: LOC-05, LOC-06, LOC-07. Pure functions over given randomness and moments; the store keeps the state (failures, used steps, locks).

pub mod codes;
pub mod password;
pub mod totp;
