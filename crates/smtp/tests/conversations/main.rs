//! Conversations with the whole of `smtp` over real sockets, TLS and a real store: dialogue scripts, and stories with two operators.
//!
//! Loopback only; the operators' clock is moved by hand. Every story ends with an audit of the stores it touched.

mod crowd;
mod dialogs;
mod house;
mod lab;
mod login;
mod machines;
mod noise;
mod queue;
mod script;
mod smuggling;
mod strange_server;
mod trust_rows;
