-- Rooms of mailboxes, SQLite: when each person was last there, words that find people and places, the texts of the terms, machines'
-- certificates. Same tables and columns as ../postgres/0002_rooms.sql.

-- When this person last did something in this mailbox, and through which door; written at most once a minute.
CREATE TABLE last_use (
  mailbox BIGINT NOT NULL,
  person  TEXT NOT NULL,
  channel TEXT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (mailbox, person)
) WITHOUT ROWID;

-- Folded words (a-z, 0-9) of names; a search compares beginnings.
CREATE TABLE person_word (
  word  TEXT NOT NULL,
  idnat TEXT NOT NULL,
  PRIMARY KEY (word, idnat)
) WITHOUT ROWID;
CREATE INDEX person_word_of ON person_word (idnat);

CREATE TABLE structure_word (
  word      TEXT NOT NULL,
  structure TEXT NOT NULL,
  PRIMARY KEY (word, structure)
) WITHOUT ROWID;
CREATE INDEX structure_word_of ON structure_word (structure);
CREATE INDEX mailbox_structure ON mailbox (structure) WHERE structure IS NOT NULL;
CREATE INDEX mailbox_bearer ON mailbox (bearer);
CREATE INDEX mailbox_closing ON mailbox (state_since) WHERE state = 'EN_CLOTURE';

-- Never changed once there: people accepted these very words. In force: the latest `since` that is not in the future.
CREATE TABLE terms_text (
  version   TEXT NOT NULL,
  language  TEXT NOT NULL,
  body      TEXT NOT NULL,
  sha256    TEXT NOT NULL,
  since     BIGINT NOT NULL,
  published BIGINT NOT NULL,
  author    TEXT NOT NULL,
  PRIMARY KEY (version, language)
) WITHOUT ROWID;

ALTER TABLE terms_acceptance ADD COLUMN sha256 TEXT;
ALTER TABLE terms_acceptance ADD COLUMN session TEXT;

-- Normalised names (DN) of the certificates that open an APP mailbox.
CREATE TABLE app_certificate (
  mailbox BIGINT NOT NULL,
  dn      TEXT NOT NULL,
  added   BIGINT NOT NULL,
  author  TEXT NOT NULL,
  PRIMARY KEY (mailbox, dn)
) WITHOUT ROWID;
CREATE INDEX app_certificate_dn ON app_certificate (dn);
