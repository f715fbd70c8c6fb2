-- What many keys have in common stands once, in a record of its own that they name: changing it is
-- one write, however many keys it concerns.

CREATE TABLE tollgate.record (
  -- A kind, a colon, an id.
  name text PRIMARY KEY,
  -- Where readers find it, here and in Redis: of the same form as a secret's digest.
  address bytea NOT NULL UNIQUE CHECK (octet_length(address) = 32),
  -- As Redis has it, but for the seal.
  body text NOT NULL
);

-- The record of a key to the management API stands where its secret leads: the name holds the digest.
CREATE FUNCTION tollgate.address(name text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN starts_with(name, 'secret_key:') THEN decode(substr(name, 12), 'hex')
    ELSE sha256(convert_to(E'tollgate record\n' || name, 'UTF8')) END
$$;

INSERT INTO tollgate.record (name, address, body)
SELECT name, tollgate.address(name), body
FROM (
  SELECT 'instance:' AS name,
    '{"version":2,"kind":"instance","keys_enabled":true,"sha256":false,"sha512":false}' AS body
  UNION ALL
  SELECT DISTINCT 'subject:' || subject,
    '{"version":2,"kind":"subject","revoked_before":0,"enabled":true,"roles":{}}'
  FROM (
    SELECT subject FROM tollgate.api_key
    UNION SELECT created_by FROM tollgate.api_key WHERE created_by IS NOT NULL
  ) named
) known;

ALTER TABLE tollgate.api_key
  -- The number of the change that made the key.
  ADD COLUMN since bigint NOT NULL DEFAULT 0,
  ADD COLUMN enabled boolean NOT NULL DEFAULT true,
  -- Where it may be used from; from everywhere if empty.
  ADD COLUMN addresses text[] NOT NULL DEFAULT '{}',
  -- The owner's own notes, never sent to an upstream.
  ADD COLUMN metadata json;

ALTER TABLE tollgate.api_key_secret
  -- When this secret ends, where another has taken its place.
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN last_used_at timestamptz;

-- What a request that may be sent again has led to, for as long as its name is remembered. The secret
-- of the key is not here: it is derived from the salt under the pepper.
CREATE TABLE tollgate.idempotency (
  name bytea PRIMARY KEY CHECK (octet_length(name) = 32),
  request bytea NOT NULL CHECK (octet_length(request) = 32),
  key_id text NOT NULL,
  salt bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_at ON tollgate.idempotency (at);

-- Keys to the management API. What readers follow is a record for each of their secrets.
CREATE TABLE tollgate.secret_key (
  id text PRIMARY KEY CHECK (id ~ '^isk_[0-9a-f]{32}$'),
  name text NOT NULL,
  areas text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX secret_key_created ON tollgate.secret_key (created_at DESC, id DESC);

-- The secrets that work, or will have worked: a revoked key has none.
CREATE TABLE tollgate.secret_key_secret (
  digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
  key_id text NOT NULL REFERENCES tollgate.secret_key (id),
  -- When this secret ends, where another has taken its place.
  expires_at timestamptz
);
CREATE INDEX secret_key_secret_key ON tollgate.secret_key_secret (key_id);

-- One change may be of several keys and records.
DELETE FROM tollgate.change_log;
ALTER TABLE tollgate.change_log DROP COLUMN key_id;
ALTER TABLE tollgate.change_log RENAME COLUMN digests TO addresses;
ALTER TABLE tollgate.change_log
  -- Of all that changed, those whose documents are to be written anew; what is gone is no more here.
  ADD COLUMN keys text[] NOT NULL DEFAULT '{}',
  ADD COLUMN records text[] NOT NULL DEFAULT '{}';

-- A line of the audit is of any object, and each is bound to the one before it.
ALTER TABLE tollgate.audit RENAME COLUMN key_id TO object;
ALTER INDEX tollgate.audit_key RENAME TO audit_object;
-- Over the hash of the line before it and the line itself; null in lines that are older than that.
ALTER TABLE tollgate.audit ADD COLUMN hash bytea;
-- That of the newest line, so that it shows where the end of the audit was cut off.
ALTER TABLE tollgate.change_counter ADD COLUMN audit_hash bytea NOT NULL DEFAULT '\x';

-- An array, so that no two lines are spelled alike: what is text is quoted, what is null is not.
CREATE FUNCTION tollgate.audit_hash(
  previous bytea, number bigint, at timestamptz, actor text, request_id text, action text,
  object text, before text, after text) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || convert_to(json_build_array(
    number, (extract(epoch FROM at) * 1000000)::bigint, actor, request_id, action, object, before,
    after)::text, 'UTF8'))
$$;

-- All documents have another form now: what Redis holds is of another history.
UPDATE tollgate.schema_state
SET version = 3, oldest_reader = 3, history = gen_random_uuid()::text;

-- Where no key was ever issued, no gateway can hold one.
INSERT INTO tollgate.epoch_seen (epoch, since)
SELECT tollgate.epoch(),
  CASE WHEN EXISTS (SELECT FROM tollgate.api_key) THEN now() ELSE '-infinity' END
ON CONFLICT (epoch) DO NOTHING;
