-- Search of people in their letters, SQLite. Same tables and columns as ../postgres/0004_search.sql. No word stands here: `term` is the
-- first 8 bytes of a hash of a stem under the mailbox's key.

-- Up to which message (its row) a mailbox has been read for its words.
CREATE TABLE search_progress (
  mailbox BIGINT NOT NULL PRIMARY KEY,
  upto    BIGINT NOT NULL
) WITHOUT ROWID;

-- The terms of one message, 8 bytes each, so that they can go with it.
CREATE TABLE search_message (
  mailbox BIGINT NOT NULL,
  message BIGINT NOT NULL,
  terms   BLOB NOT NULL,
  PRIMARY KEY (mailbox, message)
) WITHOUT ROWID;

CREATE TABLE search_term (
  mailbox BIGINT NOT NULL,
  term    BIGINT NOT NULL,
  message BIGINT NOT NULL,
  PRIMARY KEY (mailbox, term, message)
) WITHOUT ROWID;
