//! The trust space seen from outside: lists loaded, chains judged, handshakes made, all in a laboratory with its own clock.
//!
//! One binary, so that it links once. Nothing here reads the system clock; RSA keys are made once and kept beside the build.

mod audit;
mod bench;
mod golden;
mod handshake;
mod hostile;
mod installation;
mod names;
mod negative;
mod revocation;
mod synthetic;
mod xmlsec;
