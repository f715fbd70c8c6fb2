-- Bills: what was charged for a month is written down when the month is closed, and then stands. And
-- what other systems are told of usage.

CREATE TABLE tollgate.statement (
  payer text NOT NULL,
  -- The first day of the month.
  period date NOT NULL,
  -- As it is answered, word for word.
  body text NOT NULL,
  closed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (payer, period)
);
CREATE INDEX statement_period ON tollgate.statement (period, payer);

-- How far the closing of a month has come: all payers up to this one have been looked at, and each has
-- his statement or is left for later.
CREATE TABLE tollgate.statement_closing (
  period date PRIMARY KEY,
  after_payer text NOT NULL DEFAULT '',
  -- All payers have been looked at.
  walked boolean NOT NULL DEFAULT false,
  -- And none of them is left.
  done boolean NOT NULL DEFAULT false
);

-- Whose statement of a month could not be closed when it was due, and when to try again.
CREATE TABLE tollgate.statement_left (
  period date NOT NULL,
  payer text NOT NULL,
  tries int NOT NULL DEFAULT 1,
  try_at timestamptz NOT NULL DEFAULT now() + interval '1 minute',
  PRIMARY KEY (period, payer)
);
CREATE INDEX statement_left_due ON tollgate.statement_left (try_at);

-- What other systems are told of usage, in the order in which they are told it. A total that has
-- grown gets a revision of its own, so that none of them ever changes.
CREATE TABLE tollgate.usage_event (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Made of all that names it, so that it is the same whenever it is told.
  id text NOT NULL CONSTRAINT usage_event_id UNIQUE,
  hour timestamptz NOT NULL,
  subject text NOT NULL,
  key_id text NOT NULL,
  version_id text NOT NULL,
  meter text NOT NULL,
  revision int NOT NULL CHECK (revision > 0),
  -- The whole of the hour, and what that was in the revision before.
  units numeric NOT NULL,
  previous_units numeric NOT NULL,
  CONSTRAINT usage_event_revision UNIQUE (hour, subject, key_id, version_id, meter, revision)
);

-- How far the ledger has been walked over for that: the last row that was looked at.
CREATE TABLE tollgate.usage_walk (
  name text PRIMARY KEY,
  -- No hour before it is told at all.
  began timestamptz NOT NULL,
  at timestamptz NOT NULL,
  hour timestamptz NOT NULL DEFAULT to_timestamp(0),
  subject text NOT NULL DEFAULT '',
  key_id text NOT NULL DEFAULT '',
  version_id text NOT NULL DEFAULT ''
);

-- Who is told, how far, and which process does so now.
CREATE TABLE tollgate.usage_sink (
  name text PRIMARY KEY,
  -- The beginning of the month in which it was first seen; no hour before it is told.
  began timestamptz NOT NULL,
  sequence bigint NOT NULL DEFAULT 0,
  holder uuid,
  held_until timestamptz NOT NULL DEFAULT to_timestamp(0)
);

-- What a sink said it will never take, for somebody to look at.
CREATE TABLE tollgate.usage_refused (
  sink text NOT NULL,
  event_id text NOT NULL,
  status int NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, event_id)
);

UPDATE tollgate.schema_state SET version = 7;
