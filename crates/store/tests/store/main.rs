//! Every story here is told twice, on SQLite and on PostgreSQL, and ends with an audit of the whole store.
//!
//! PostgreSQL: `PLI_TEST_POSTGRES` names a database in which each story makes a schema of its own, and drops it.

mod coming_in;
mod crash;
mod finding;
mod folders;
mod house;
mod journal;
mod leaving;
mod nodes;
mod opening;
mod pages;
mod reading;
mod rights;
mod rooms;
mod searching;
mod terms;
mod walk;
