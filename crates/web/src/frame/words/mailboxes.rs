//! Words of `mailboxes`.
