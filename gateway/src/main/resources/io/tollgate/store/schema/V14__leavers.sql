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

UPDATE tollgate.schema_state SET version = 14;
