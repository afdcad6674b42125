//! Every story here is told twice, on SQLite and on PostgreSQL, and ends with an audit of the whole store.
//!
//! PostgreSQL: `PLI_TEST_POSTGRES` names a database in which each story makes a schema of its own, and drops it.

mod accounts;
mod closing;
mod colleagues;
mod coming_in;
mod crash;
mod figures;
mod finding;
mod folders;
mod house;
mod journal;
mod leaving;
mod local;
mod machines;
mod nodes;
mod notices;
mod opening;
mod pages;
mod reading;
mod rights;
mod rooms;
mod roots;
mod searching;
mod terms;
mod walk;
mod webhooks;
