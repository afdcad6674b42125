//! End-to-end stories: the built binary, real sockets, real mail programs, both operators on loopback.
//!
//! | file | story |
//! |---|---|
//! | `walk` | a letter for the cabinet, from the neighbour's certificate to the month's figures |
//! | `refusals` | the table of identity §1.7, on IMAP and submission, both mechanisms, with and without initial response |
//! | `audit` | the audit scenarios of trust-space §6, both directions, fresh and after a hot reload |
//! | `page` | what the page for humans says to type |
//! | `crash` | `kill -9` in the middle of deliveries, on both engines |
//! | `rights` | a right withdrawn while its holder is connected |
//! | `rooms` | a mailbox created, handed over, left, closed, reopened; the register searched; terms published |
//! | `restart` | stop, start, stop, start: nothing is lost, nothing is asked twice |
//! | `commands` | the shapes and exit codes that scripts rely on |
//! | `serve` | one server: limits, live certificates, signals |
//! | `secrets` | what may be found on the disk |
//! | `api` | a schema-driven fuzzer on `/api/v1` |
//! | `browser` | pages in a real browser, each looked at for accessibility |
//! | `published` | what leaves the house of who enters a mailbox: nothing |
//! | `practice` | a practice over time: warnings, exercises, the table of who may be let in |
//! | `machine` | an APP mailbox opened by a machine's certificate |
//! | `month` | the files of a month, back to their acts |
//! | `notices` | letters that the operator writes by itself |
//! | `nodes` | two servers on one PostgreSQL |
//! | `python` | `imaplib` and `smtplib` over TLS 1.2 |
//! | `production` | the sandbox never gets into production |
//! | `simulators` | the identity simulators alone, for a vendor |
//!
//! A story asks the operating system for its ports, keeps everything in one temporary folder, and polls with a deadline: no sleep for luck.

mod harness;

mod api;
mod audit;
mod browser;
mod commands;
mod crash;
mod machine;
mod month;
mod nodes;
mod notices;
mod page;
mod practice;
mod production;
mod published;
mod python;
mod refusals;
mod restart;
mod rights;
mod rooms;
mod secrets;
mod serve;
mod simulators;
mod walk;
