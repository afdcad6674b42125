-- Letters that the operator writes by itself, until they left. State: 0 waits, 1 left, 2 given up. `body`: a notice of the rules, JSON.
CREATE TABLE notice (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  recipient   TEXT NOT NULL,
  body        TEXT NOT NULL,
  state       BIGINT NOT NULL,
  created     BIGINT NOT NULL,
  attempts    BIGINT NOT NULL,
  next        BIGINT NOT NULL,
  last        TEXT,
  lease_until BIGINT NOT NULL,
  ended       BIGINT
);
CREATE INDEX notice_due ON notice (next, id) WHERE state = 0;
CREATE INDEX notice_ended ON notice (ended) WHERE state <> 0;

-- Cabinets whose owner is gone: since when it is seen, and the day of the last reminder.
CREATE TABLE vacancy (
  mailbox BIGINT NOT NULL PRIMARY KEY,
  since   BIGINT NOT NULL,
  told    BIGINT NOT NULL
) WITHOUT ROWID;
