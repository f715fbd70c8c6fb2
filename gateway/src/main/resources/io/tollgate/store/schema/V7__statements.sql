-- Bills: what was charged for a month is written down when the month is closed, and then stands.

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

-- How far the closing of a month has come: all payers up to this one have their statements.
CREATE TABLE tollgate.statement_closing (
  period date PRIMARY KEY,
  after_payer text NOT NULL DEFAULT '',
  done boolean NOT NULL DEFAULT false
);

UPDATE tollgate.schema_state SET version = 7;
