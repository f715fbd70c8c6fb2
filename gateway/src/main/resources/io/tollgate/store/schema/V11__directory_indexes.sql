-- What directory sync looks for in tables that may be large already. Apart from what changes them:
-- here they can be read meanwhile, and only writes wait.
SET LOCAL lock_timeout = '5s';

CREATE INDEX app_user_directory ON tollgate.app_user (directory_id, id)
  WHERE directory_id IS NOT NULL;
-- Who comes from a directory may be here already, under the same address.
CREATE INDEX app_user_email_addresses
  ON tollgate.app_user USING gin (tollgate.folded(email_addresses));

-- What a leaver made for organizations lives on, and is told of.
CREATE INDEX api_key_created_by ON tollgate.api_key (created_by)
  WHERE created_by IS NOT NULL AND revoked_at IS NULL;

UPDATE tollgate.schema_state SET version = 11;
