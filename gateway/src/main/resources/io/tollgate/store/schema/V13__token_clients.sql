-- Who shows a directory's token: what people look for who rotate it.

-- As in the migrations before.
SET LOCAL lock_timeout = '5s';

ALTER TABLE tollgate.directory_token
  -- The kind of client that used it last, null where nobody has since this is noted.
  ADD COLUMN last_used_by text;

UPDATE tollgate.schema_state SET version = 13;
