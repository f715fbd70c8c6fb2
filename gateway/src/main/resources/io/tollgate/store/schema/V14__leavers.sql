-- What stays of those who have left.

-- As in the migrations before.
SET LOCAL lock_timeout = '5s';

ALTER TABLE tollgate.membership
  -- Of a user who was deleted and is nobody's member any more: it bounds the keys that he made for
  -- the organization, and follows what becomes of its roles.
  ADD COLUMN left_at timestamptz,
  DROP CONSTRAINT membership_user_id_fkey;

UPDATE tollgate.schema_state SET version = 14;
