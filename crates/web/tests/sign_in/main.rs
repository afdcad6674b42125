//! Sign-in as browsers live it: Pro Santé Connect, the shared desk, a structure's own login, staff, the terms of use, the ends of sessions.

#[path = "../../../identity/tests/authenticator/mod.rs"]
mod authenticator;
#[path = "../house/mod.rs"]
mod house;

mod attacks;
mod desk;
mod hospital;
mod leaving;
mod me;
mod psc;
mod staff;
mod terms;
