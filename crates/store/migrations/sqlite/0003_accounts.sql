-- Accounts: sessions, logins under way, tokens, staff, local people, webhooks; and the roots of the journal's days.
-- Secrets are SHA-256 (BLOB `…_hash`) or sealed under the operator's key (BLOB `sealed`, `secret`, `totp`…). Moments are microseconds UTC.

CREATE TABLE web_session (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash BLOB NOT NULL UNIQUE,
  who        TEXT NOT NULL,
  name       TEXT NOT NULL,
  acr        TEXT NOT NULL,
  auth_mode  TEXT NOT NULL,
  sid        TEXT,
  sub        TEXT,
  issuer     TEXT,
  auth_time  BIGINT NOT NULL,
  begun      BIGINT NOT NULL,
  seen       BIGINT NOT NULL,
  ip         TEXT,
  agent      TEXT NOT NULL,
  id_token   BLOB
);
CREATE INDEX web_session_who ON web_session (who);
CREATE INDEX web_session_sid ON web_session (issuer, sid);
CREATE INDEX web_session_sub ON web_session (issuer, sub);
CREATE INDEX web_session_seen ON web_session (seen);

-- Sessions that their provider said are over: SHA-256 of issuer and sid.
CREATE TABLE session_over (
  mark TEXT NOT NULL PRIMARY KEY,
  at   BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE logout_notice (
  jti_hash BLOB NOT NULL PRIMARY KEY,
  at       BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE login_attempt (
  state_hash  BLOB NOT NULL PRIMARY KEY,
  cookie_hash BLOB NOT NULL,
  ends        BIGINT NOT NULL,
  sealed      BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_attempt_ends ON login_attempt (ends);

CREATE TABLE login_challenge (
  cookie_hash BLOB NOT NULL,
  purpose     TEXT NOT NULL,
  ends        BIGINT NOT NULL,
  sealed      BLOB NOT NULL,
  PRIMARY KEY (cookie_hash, purpose)
) WITHOUT ROWID;

-- A row counts for ten minutes; it can be answered while `open` is 1 and `expires` is to come.
CREATE TABLE phone_request (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  browser_hash BLOB NOT NULL,
  person       TEXT NOT NULL,
  created      BIGINT NOT NULL,
  open         BIGINT NOT NULL,
  expires      BIGINT NOT NULL,
  step         BIGINT NOT NULL,
  polled       BIGINT NOT NULL,
  sealed       BLOB
);
CREATE INDEX phone_request_person ON phone_request (person, created);
CREATE INDEX phone_request_browser ON phone_request (browser_hash);

CREATE TABLE api_token (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  owner      TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  created    BIGINT NOT NULL,
  author     TEXT NOT NULL,
  ends       BIGINT NOT NULL,
  last_used  BIGINT,
  revoked    BIGINT
);

CREATE TABLE idempotency (
  actor   TEXT NOT NULL,
  word    TEXT NOT NULL,
  request BLOB NOT NULL,
  at      BIGINT NOT NULL,
  status  BIGINT,
  body    BLOB,
  PRIMARY KEY (actor, word)
) WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);

CREATE TABLE staff (
  login     TEXT NOT NULL PRIMARY KEY,
  name      TEXT NOT NULL,
  roles     TEXT NOT NULL,
  created   BIGINT NOT NULL,
  suspended BIGINT
) WITHOUT ROWID;

CREATE TABLE staff_code (
  code_hash BLOB NOT NULL PRIMARY KEY,
  login     TEXT NOT NULL,
  ends      BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE staff_role_request (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  login  TEXT NOT NULL,
  role   TEXT NOT NULL,
  author TEXT NOT NULL,
  at     BIGINT NOT NULL,
  UNIQUE (login, role)
);

-- `holder`: `staff:m.houx` or `local:3990000028/SEC0042`.
CREATE TABLE passkey (
  credential TEXT NOT NULL PRIMARY KEY,
  holder     TEXT NOT NULL,
  body       TEXT NOT NULL,
  counter    BIGINT NOT NULL,
  added      BIGINT NOT NULL,
  last_used  BIGINT
) WITHOUT ROWID;
CREATE INDEX passkey_holder ON passkey (holder);

CREATE TABLE local_structure (
  structure   TEXT NOT NULL PRIMARY KEY,
  enabled     BIGINT NOT NULL,
  body        TEXT NOT NULL,
  oidc_secret BLOB
) WITHOUT ROWID;

-- A number is never given twice: rows are never removed. `lifted`: when a gestionnaire let her in again; `settled`: her delegations were ended.
CREATE TABLE local_account (
  person        TEXT NOT NULL PRIMARY KEY,
  structure     TEXT NOT NULL,
  login         TEXT NOT NULL UNIQUE,
  body          TEXT NOT NULL,
  begins        BIGINT NOT NULL,
  ends          BIGINT,
  created       BIGINT NOT NULL,
  password      TEXT,
  totp          BLOB,
  totp_step     BIGINT,
  bound_issuer  TEXT,
  bound_subject TEXT,
  failures      TEXT NOT NULL,
  enrolled      BIGINT,
  last_login    BIGINT,
  confirmed     BIGINT NOT NULL,
  reminders     BIGINT NOT NULL,
  reminded      BIGINT,
  suspended     BIGINT,
  lifted        BIGINT,
  settled       BIGINT NOT NULL,
  linked_rpps   TEXT,
  UNIQUE (bound_issuer, bound_subject)
) WITHOUT ROWID;
CREATE INDEX local_account_structure ON local_account (structure);

CREATE TABLE local_code (
  code_hash BLOB NOT NULL PRIMARY KEY,
  person    TEXT NOT NULL,
  ends      BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE local_recovery (
  person    TEXT NOT NULL,
  code_hash BLOB NOT NULL,
  PRIMARY KEY (person, code_hash)
) WITHOUT ROWID;

CREATE TABLE webhook (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  url     TEXT NOT NULL,
  secret  BLOB NOT NULL,
  events  TEXT NOT NULL,
  active  BIGINT NOT NULL,
  created BIGINT NOT NULL
);

-- One event for one webhook. `subject`: what events are in order of (a chain). State 0 waits, 1 was told, 2 was given up.
CREATE TABLE webhook_delivery (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook     BIGINT NOT NULL,
  subject     BIGINT NOT NULL,
  event       TEXT NOT NULL,
  body        TEXT NOT NULL,
  state       BIGINT NOT NULL,
  created     BIGINT NOT NULL,
  attempts    BIGINT NOT NULL,
  next        BIGINT NOT NULL,
  last        TEXT,
  lease_by    TEXT,
  lease_until BIGINT NOT NULL,
  ended       BIGINT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next, id) WHERE state = 0;
CREATE INDEX webhook_delivery_order ON webhook_delivery (webhook, subject, id) WHERE state = 0;
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended) WHERE state <> 0;

-- The root of each finished day, in Paris; and the head of each chain that moved since the day before.
CREATE TABLE journal_root (
  day    TEXT NOT NULL PRIMARY KEY,
  root   BLOB NOT NULL,
  chains BIGINT NOT NULL,
  sealed BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE journal_head (
  chain BIGINT NOT NULL,
  day   TEXT NOT NULL,
  seq   BIGINT NOT NULL,
  hash  BLOB NOT NULL,
  PRIMARY KEY (chain, day)
) WITHOUT ROWID;
