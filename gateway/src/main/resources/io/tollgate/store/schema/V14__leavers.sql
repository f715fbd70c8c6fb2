-- What stays of those who have left.

-- As in the migrations before.
SET LOCAL lock_timeout = '5s';

ALTER TABLE tollgate.membership
  -- Of a user who was deleted and is nobody's member any more: it bounds the keys that he made for
  -- the organization, and follows what becomes of its roles.
  ADD COLUMN left_at timestamptz,
  DROP CONSTRAINT membership_user_id_fkey;

-- That all users of a directory are to be told anew. Only ever added to by those who write into it
-- together, so that none of them waits for another one; whoever is alone with it takes all away.
CREATE TABLE tollgate.directory_recompute (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  directory_id text NOT NULL REFERENCES tollgate.directory (id) ON DELETE CASCADE
);
CREATE INDEX directory_recompute_directory ON tollgate.directory_recompute (directory_id);

ALTER TABLE tollgate.directory
  -- Keys of users' public metadata that no attribute fills any more, since it has another key now,
  -- and that not all users have lost yet.
  ADD COLUMN dropped_keys text[] NOT NULL DEFAULT '{}',
  -- Whether it was off, and what was changed by hand meanwhile is not all written over yet.
  ADD COLUMN is_resuming boolean NOT NULL DEFAULT false;

ALTER TABLE tollgate.app_user
  -- What his directory called him whom it has deleted, by which he is looked for in its log.
  ADD COLUMN departed_as text[] NOT NULL DEFAULT '{}',
  -- When all was taken away that tells who he was.
  ADD COLUMN cleared_at timestamptz;
CREATE INDEX app_user_departed ON tollgate.app_user (departed_at)
  WHERE departed_at IS NOT NULL AND cleared_at IS NULL;
CREATE INDEX connection_log_user ON tollgate.connection_log (user_id) WHERE user_id IS NOT NULL;

UPDATE tollgate.schema_state SET version = 14;
