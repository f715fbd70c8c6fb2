-- What published clients read and say of connections, directories and mappings.

-- As in the migrations before.
SET LOCAL lock_timeout = '5s';

-- Kept for whoever signs people in.
ALTER TABLE tollgate.enterprise_connection
  ADD COLUMN sync_user_attributes boolean NOT NULL DEFAULT true,
  ADD COLUMN disable_additional_identifications boolean NOT NULL DEFAULT false;

-- What a directory makes of groups: mapping_version counts the changes of the list alone now, and is
-- shown as the list's version.
ALTER TABLE tollgate.directory
  -- Whether who is in no mapped group is no member, where he else has the default role.
  ADD COLUMN membership_requires_mapped_group boolean NOT NULL DEFAULT false;

-- They were always read so, and are shown now; names come with what is told next.
UPDATE tollgate.directory SET attribute_mapping = (attribute_mapping::jsonb
  || '{"user_id": "id", "username": "userName", "active": "active"}')::json;

ALTER TABLE tollgate.group_role_mapping
  -- The last group that it had, which stays when that is gone.
  ADD COLUMN last_group_id text,
  -- Folded as that of groups is: by it a new group of the same name is found.
  ADD COLUMN group_display_name_key text;

-- Which group it was is not known of those whose group is gone already: their own id is no group's.
UPDATE tollgate.group_role_mapping m SET last_group_id = coalesce(m.group_id, m.id),
  group_display_name_key = coalesce(
    (SELECT g.display_name_key FROM tollgate.scim_group g
      WHERE g.directory_id = m.directory_id AND g.id = m.group_id),
    lower(m.group_display_name COLLATE "C"));

-- Gives a user a name, unless somebody else has it: with no moment between the look and the deed.
CREATE FUNCTION tollgate.take_username(taker text, wanted text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tollgate.app_user SET username = wanted, updated_at = now() WHERE id = taker;
  RETURN true;
EXCEPTION WHEN unique_violation THEN
  RETURN false;
END
$$;

-- An older program would give memberships to those who are to have none.
UPDATE tollgate.schema_state SET version = 12, oldest_reader = 12;
