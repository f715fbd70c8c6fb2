-- Keys, and the change log that tells every reader in one order what has changed.
-- Flyway runs this in the schema "tollgate"; every statement names it, so that no search_path counts.

-- One row. A reader that is older than oldest_reader must not start.
CREATE TABLE tollgate.schema_state (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL,
  oldest_reader integer NOT NULL
);
INSERT INTO tollgate.schema_state (version, oldest_reader) VALUES (1, 1);

-- One row, updated as the last statement of every change: its lock makes commit order number order,
-- and a rolled-back change leaves no gap.
CREATE TABLE tollgate.change_counter (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  number bigint NOT NULL
);
INSERT INTO tollgate.change_counter (number) VALUES (0);

CREATE TABLE tollgate.api_key (
  id text PRIMARY KEY CHECK (id ~ '^ak_[0-9a-f]{32}$'),
  type text NOT NULL,
  subject text NOT NULL,
  name text NOT NULL,
  description text,
  -- json, not jsonb: claims are returned as they came, order of members and spelling of numbers.
  claims json,
  scopes text[] NOT NULL,
  created_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  revocation_reason text,
  -- The change-log number of the key's last change.
  number bigint NOT NULL
);
-- A name is taken while its key lives: a revoked key's name may be used again.
CREATE UNIQUE INDEX api_key_name ON tollgate.api_key (subject, name) WHERE revoked_at IS NULL;
CREATE INDEX api_key_subject ON tollgate.api_key (subject, created_at DESC, id DESC);

-- A key may hold several secrets while one replaces another. Only digests are kept.
CREATE TABLE tollgate.api_key_secret (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  key_id text NOT NULL REFERENCES tollgate.api_key (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_key_secret_key ON tollgate.api_key_secret (key_id);

-- The outbox: the projector carries these, in the order of their numbers, to Redis.
CREATE TABLE tollgate.change_log (
  number bigint PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  key_id text NOT NULL
);

CREATE TABLE tollgate.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  request_id text NOT NULL,
  action text NOT NULL,
  key_id text NOT NULL,
  before json,
  after json
);
CREATE INDEX audit_key ON tollgate.audit (key_id, id);
CREATE INDEX audit_number ON tollgate.audit (number);
