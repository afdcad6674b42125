//! Sign-in as browsers live it: Pro Santé Connect, the shared desk, a structure's own login, staff, the terms of use, the ends of sessions.

#[path = "../house/mod.rs"]
mod house;

mod psc;
