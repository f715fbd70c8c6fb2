-- What makes a returned revocation true: positions in the change log that can't be confused, names
-- for the log's histories, and the list of gateways.

-- Each change has a random id beside its number, and names the secrets that it is about: a gateway
-- follows the log without any other table.
DELETE FROM tollgate.change_log;
ALTER TABLE tollgate.change_log
  ADD COLUMN id text NOT NULL DEFAULT gen_random_uuid()::text,
  ADD COLUMN digests bytea[] NOT NULL DEFAULT '{}';
ALTER TABLE tollgate.change_counter ADD COLUMN id text NOT NULL DEFAULT '';
UPDATE tollgate.change_counter SET id = gen_random_uuid()::text WHERE number > 0;

-- Names the log's history. Changed whenever the log turns out to have gone back.
ALTER TABLE tollgate.schema_state ADD COLUMN history text NOT NULL DEFAULT gen_random_uuid()::text;

-- The history, and the server that it lives on: a replica that was promoted, a restore to a point in
-- time and a dump that was loaded elsewhere each have another name, whoever notices first.
CREATE FUNCTION tollgate.epoch() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT s.history
    || '.' || (SELECT system_identifier FROM pg_catalog.pg_control_system())
    || '.' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)
  FROM tollgate.schema_state s
$$;

-- Since when an epoch is known. Gateways of an older one may be missing on the list below, and may
-- believe Redis for a while yet: until that is over, the list proves nothing.
CREATE TABLE tollgate.epoch_seen (
  epoch text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);
-- Where no key was ever issued, no gateway can hold one.
INSERT INTO tollgate.epoch_seen (epoch, since)
SELECT tollgate.epoch(),
  CASE WHEN EXISTS (SELECT FROM tollgate.api_key) THEN now() ELSE '-infinity' END;

-- Every gateway that may serve. A revocation that can't be carried to Redis needs the word of each.
CREATE TABLE tollgate.gateway (
  name text PRIMARY KEY,
  -- Of one process: whoever else takes the name takes the row away.
  boot text NOT NULL,
  -- The ring's fence: how long a revocation must wait.
  bound_millis bigint NOT NULL,
  -- How long after seen_at it may go on without Postgres; then it is no longer waited for.
  absence_max_millis bigint NOT NULL,
  -- Nothing is left in it that a change of this epoch up to this number made untrue.
  epoch text NOT NULL,
  number bigint NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);

UPDATE tollgate.schema_state SET version = 2, oldest_reader = 2;
