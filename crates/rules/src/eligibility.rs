//! Which professions and roles may own, hold or be lent a mailbox: a table, set by law and governance (REG-07, DEL-12).
