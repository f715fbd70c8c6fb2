-- What identity providers have told of people and groups (SCIM 2.0, RFC 7643).

-- As in the migration before.
SET LOCAL lock_timeout = '5s';

-- The whole document, without what the server alone tells (id, meta, groups) and without passwords;
-- the columns repeat of it what is looked for.
CREATE TABLE tollgate.scim_user (
  directory_id text NOT NULL REFERENCES tollgate.directory (id) ON DELETE CASCADE,
  id text NOT NULL UNIQUE,
  -- Another id than this one: who is deleted and comes again gets a new one there.
  user_id text NOT NULL UNIQUE REFERENCES tollgate.app_user (id) ON DELETE CASCADE,
  user_name text NOT NULL,
  -- Folded by the same function as what it is compared with: no collation of the database counts.
  user_name_key text NOT NULL,
  external_id text,
  active boolean NOT NULL,
  document jsonb NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, id),
  CONSTRAINT scim_user_name UNIQUE (directory_id, user_name_key)
);
CREATE UNIQUE INDEX scim_user_external_id ON tollgate.scim_user (directory_id, external_id)
  WHERE external_id IS NOT NULL;
CREATE INDEX scim_user_created ON tollgate.scim_user (directory_id, created_at, id);

-- A row for each string of a document that is compared without regard to case, or that stands in a
-- list: so that conditions of one element are of one row.
CREATE TABLE tollgate.scim_user_value (
  directory_id text NOT NULL,
  scim_user_id text NOT NULL,
  attribute text NOT NULL,
  place integer NOT NULL,
  type_key text,
  value text NOT NULL,
  value_key text NOT NULL,
  is_primary boolean,
  PRIMARY KEY (directory_id, scim_user_id, attribute, place),
  FOREIGN KEY (directory_id, scim_user_id) REFERENCES tollgate.scim_user ON DELETE CASCADE
);
CREATE INDEX scim_user_value_key ON tollgate.scim_user_value (directory_id, attribute, value_key);

CREATE TABLE tollgate.scim_group (
  directory_id text NOT NULL REFERENCES tollgate.directory (id) ON DELETE CASCADE,
  id text NOT NULL UNIQUE,
  display_name text NOT NULL,
  -- Not unique: identity providers allow two groups of one name.
  display_name_key text NOT NULL,
  external_id text,
  document jsonb NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, id)
);
CREATE UNIQUE INDEX scim_group_external_id ON tollgate.scim_group (directory_id, external_id)
  WHERE external_id IS NOT NULL;
CREATE INDEX scim_group_name ON tollgate.scim_group (directory_id, display_name_key);
CREATE INDEX scim_group_created ON tollgate.scim_group (directory_id, created_at, id);

-- The directory stands in both keys, so that no row can join two of them.
CREATE TABLE tollgate.scim_group_member (
  directory_id text NOT NULL,
  group_id text NOT NULL,
  scim_user_id text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, group_id, scim_user_id),
  FOREIGN KEY (directory_id, group_id) REFERENCES tollgate.scim_group ON DELETE CASCADE,
  FOREIGN KEY (directory_id, scim_user_id) REFERENCES tollgate.scim_user ON DELETE CASCADE
);
CREATE INDEX scim_group_member_user ON tollgate.scim_group_member (directory_id, scim_user_id);

-- Groups that are said to be members of groups: kept, and given back, but no one's role hangs on it.
CREATE TABLE tollgate.scim_group_group (
  directory_id text NOT NULL,
  group_id text NOT NULL,
  member_id text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (directory_id, group_id, member_id),
  FOREIGN KEY (directory_id, group_id) REFERENCES tollgate.scim_group ON DELETE CASCADE,
  FOREIGN KEY (directory_id, member_id) REFERENCES tollgate.scim_group ON DELETE CASCADE
);
CREATE INDEX scim_group_group_member ON tollgate.scim_group_group (directory_id, member_id);

-- The first in the list whose group holds a person tells his role.
CREATE TABLE tollgate.group_role_mapping (
  id text PRIMARY KEY CHECK (id ~ '^grpmap_[0-9A-Za-z_]{27}$'),
  directory_id text NOT NULL REFERENCES tollgate.directory (id) ON DELETE CASCADE,
  precedence integer NOT NULL CHECK (precedence > 0),
  -- Null when the group was deleted; a new one of that name must be confirmed by hand.
  group_id text,
  group_external_id text,
  group_display_name text NOT NULL,
  role_id text NOT NULL REFERENCES tollgate.role (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT group_role_mapping_precedence UNIQUE (directory_id, precedence)
    DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT group_role_mapping_group UNIQUE (directory_id, group_id),
  FOREIGN KEY (directory_id, group_id) REFERENCES tollgate.scim_group (directory_id, id)
    ON DELETE SET NULL (group_id)
);

-- How addresses are compared: the same in every database, as an index needs it, whatever collation
-- the database has.
CREATE FUNCTION tollgate.folded(texts text[]) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(lower(t COLLATE "C")) FROM unnest(texts) t
$$;

-- Whom his directory has deleted is kept for the audit, and nobody is ever linked to him again.
ALTER TABLE tollgate.app_user ADD COLUMN departed_at timestamptz;

-- An older program would make keys for users who have left.
UPDATE tollgate.schema_state SET version = 10, oldest_reader = 10;
