//! The webmail in a browser: letters read, answered, forwarded, kept, searched, by the people of a mailbox and by nobody else.

#[path = "../house/mod.rs"]
mod house;

mod live;
mod mail;
mod reading;
mod refusals;
mod searching;
mod speed;
mod writing;
