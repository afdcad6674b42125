-- Facts of an operator, SQLite. Same tables and columns as ../postgres/0001_first.sql; only key and type words differ.
-- Moments are microseconds UTC. Sealed columns hold ciphertext. `mailbox` 0 is the operator itself: register chain, reports of its own.

CREATE TABLE person (
  idnat   TEXT NOT NULL PRIMARY KEY,
  body    TEXT NOT NULL,
  changed BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE person_alias (
  alias TEXT NOT NULL PRIMARY KEY,
  idnat TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX person_alias_of ON person_alias (idnat);

CREATE TABLE structure (
  id      TEXT NOT NULL PRIMARY KEY,
  body    TEXT NOT NULL,
  changed BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE terms_acceptance (
  person  TEXT NOT NULL,
  version TEXT NOT NULL,
  at      BIGINT NOT NULL,
  channel TEXT NOT NULL,
  ip      TEXT,
  author  TEXT NOT NULL,
  PRIMARY KEY (person, version)
) WITHOUT ROWID;

CREATE TABLE mailbox (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  address      TEXT NOT NULL UNIQUE,
  kind         TEXT NOT NULL,
  bearer       TEXT NOT NULL,
  label        TEXT NOT NULL,
  structure    TEXT,
  created      BIGINT NOT NULL,
  state        TEXT NOT NULL,
  state_since  BIGINT NOT NULL,
  revision     BIGINT NOT NULL,
  modseq       BIGINT NOT NULL,
  next_message BIGINT NOT NULL,
  next_folder  BIGINT NOT NULL,
  uid_validity BIGINT NOT NULL,
  head_seq     BIGINT NOT NULL,
  head_hash    BLOB NOT NULL,
  dek          BLOB NOT NULL
);

CREATE TABLE movement (
  mailbox  BIGINT NOT NULL,
  seq      BIGINT NOT NULL,
  at       BIGINT NOT NULL,
  author   TEXT NOT NULL,
  change   TEXT NOT NULL,
  reason   TEXT,
  attested BIGINT NOT NULL,
  PRIMARY KEY (mailbox, seq)
) WITHOUT ROWID;

-- Who is named by a mailbox's movements: whose change in the register touches which mailboxes.
CREATE TABLE movement_person (
  person  TEXT NOT NULL,
  mailbox BIGINT NOT NULL,
  PRIMARY KEY (person, mailbox)
) WITHOUT ROWID;

CREATE TABLE folder (
  mailbox      BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  name_hash    BLOB NOT NULL,
  name         BLOB NOT NULL,
  special      TEXT,
  subscribed   BIGINT NOT NULL,
  uid_validity BIGINT NOT NULL,
  uid_next     BIGINT NOT NULL,
  modseq       BIGINT NOT NULL,
  messages     BIGINT NOT NULL,
  unseen       BIGINT NOT NULL,
  size         BIGINT NOT NULL,
  PRIMARY KEY (mailbox, id),
  UNIQUE (mailbox, name_hash)
) WITHOUT ROWID;

-- Messages and bodies are appended: a batch of deliveries to many mailboxes shares the pages it writes.
-- `id` is the row's; `number` is the message's in its mailbox. `secret` is the key of one message, wrapped by the mailbox's key; `shift` the
-- length of the Delivered-To line put before the body; `placements` how many times it stands in a folder.
CREATE TABLE message (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  mailbox       BIGINT NOT NULL,
  number        BIGINT NOT NULL,
  origin        BIGINT NOT NULL,
  size          BIGINT NOT NULL,
  shift         BIGINT NOT NULL,
  internal_date BIGINT NOT NULL,
  filed         BIGINT NOT NULL,
  placements    BIGINT NOT NULL,
  message_id    BLOB,
  blob          TEXT,
  secret        BLOB NOT NULL,
  glance        BLOB NOT NULL
);
CREATE INDEX message_blob ON message (blob) WHERE blob IS NOT NULL;
-- Copies that the server filed in Sent (origin 2), found by the keyed hash of their Message-ID.
CREATE INDEX message_sent ON message (mailbox, message_id) WHERE origin = 2;

CREATE TABLE body (
  message INTEGER PRIMARY KEY,
  mailbox BIGINT NOT NULL,
  data    BLOB NOT NULL
);

-- `born` and `modseq` say when the message came into the folder and when it last changed; both are equal until somebody flags it.
CREATE TABLE placement (
  mailbox  BIGINT NOT NULL,
  folder   BIGINT NOT NULL,
  uid      BIGINT NOT NULL,
  message  BIGINT NOT NULL,
  flags    BIGINT NOT NULL,
  keywords TEXT NOT NULL,
  born     BIGINT NOT NULL,
  modseq   BIGINT NOT NULL,
  PRIMARY KEY (mailbox, folder, uid)
) WITHOUT ROWID;
CREATE INDEX placement_changed ON placement (mailbox, folder, modseq) WHERE modseq > born;

CREATE TABLE tombstone (
  mailbox BIGINT NOT NULL,
  folder  BIGINT NOT NULL,
  uid     BIGINT NOT NULL,
  born    BIGINT NOT NULL,
  modseq  BIGINT NOT NULL,
  PRIMARY KEY (mailbox, folder, uid)
) WITHOUT ROWID;
CREATE INDEX tombstone_modseq ON tombstone (mailbox, folder, modseq);

-- Transactions already filed in a mailbox: a peer that asks again is answered without a second copy. Transaction numbers begin with the
-- time, so that new rows stand together.
CREATE TABLE delivered (
  transaction_id TEXT NOT NULL,
  mailbox        BIGINT NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (transaction_id, mailbox)
) WITHOUT ROWID;

CREATE TABLE opened_by (
  mailbox BIGINT NOT NULL,
  message BIGINT NOT NULL,
  person  TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (mailbox, message, person)
) WITHOUT ROWID;

CREATE TABLE journal (
  chain   BIGINT NOT NULL,
  seq     BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  author  TEXT NOT NULL,
  act     TEXT NOT NULL,
  object  TEXT NOT NULL,
  channel TEXT NOT NULL,
  facts   TEXT NOT NULL,
  hash    BLOB NOT NULL,
  PRIMARY KEY (chain, seq)
) WITHOUT ROWID;

CREATE TABLE queue (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  state          BIGINT NOT NULL,
  mailbox        BIGINT NOT NULL,
  message        BIGINT NOT NULL,
  sender         TEXT,
  recipient      TEXT NOT NULL,
  domain         TEXT NOT NULL,
  author         TEXT NOT NULL,
  detail         BLOB NOT NULL,
  size           BIGINT NOT NULL,
  notify         BIGINT,
  return_full    BIGINT NOT NULL,
  accepted       BIGINT NOT NULL,
  expires        BIGINT NOT NULL,
  attempts       BIGINT NOT NULL,
  next           BIGINT NOT NULL,
  last           TEXT,
  delay_told     BIGINT NOT NULL,
  transaction_id TEXT NOT NULL,
  lease_by       TEXT,
  lease_until    BIGINT NOT NULL,
  ended          BIGINT
);
CREATE INDEX queue_due ON queue (next, id) WHERE state = 0;
CREATE INDEX queue_message ON queue (mailbox, message);
CREATE INDEX queue_ended ON queue (ended) WHERE ended IS NOT NULL;

CREATE TABLE lease (
  job        TEXT NOT NULL PRIMARY KEY,
  holder     TEXT NOT NULL,
  held_until BIGINT NOT NULL
) WITHOUT ROWID;

-- Objects no row refers to any more, to be removed after the commit that said so.
CREATE TABLE doomed_blob (
  name TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;
