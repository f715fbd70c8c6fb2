-- Enterprise connections, the directories that sync by them, and what people's groups and attributes
-- mean here.

-- Whoever waits for a lock makes all wait who come after: better to give up, and be run again.
SET LOCAL lock_timeout = '5s';

CREATE TABLE tollgate.enterprise_connection (
  id text PRIMARY KEY CHECK (id ~ '^entconn_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  provider text NOT NULL,
  active boolean NOT NULL DEFAULT false,
  domains text[] NOT NULL CHECK (cardinality(domains) > 0),
  organization_id text REFERENCES tollgate.organization (id),
  allow_organization_account_linking boolean NOT NULL DEFAULT false,
  -- As they came; null where the provider is of the other kind.
  saml json,
  oidc json,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX enterprise_connection_created
  ON tollgate.enterprise_connection (created_at DESC, id DESC);
CREATE INDEX enterprise_connection_organization
  ON tollgate.enterprise_connection (organization_id);

-- The pool of attributes that sign-in and directory sync fill, each by its own path.
CREATE TABLE tollgate.connection_attribute (
  connection_id text NOT NULL REFERENCES tollgate.enterprise_connection (id) ON DELETE CASCADE,
  place integer NOT NULL,
  key text NOT NULL,
  name text NOT NULL,
  sso_path text,
  directory_path text,
  multi_valued boolean NOT NULL DEFAULT false,
  PRIMARY KEY (connection_id, key)
);

-- One for a connection, and one for an organization.
CREATE TABLE tollgate.directory (
  id text PRIMARY KEY CHECK (id ~ '^scimdir_[0-9A-Za-z_]{27}$'),
  connection_id text NOT NULL CONSTRAINT directory_connection UNIQUE
    REFERENCES tollgate.enterprise_connection (id),
  organization_id text CONSTRAINT directory_organization UNIQUE
    REFERENCES tollgate.organization (id),
  name text NOT NULL,
  provider text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  -- By the name of the member here, where in a user's document it is read from.
  attribute_mapping json NOT NULL DEFAULT '{}',
  group_role_mapping_enabled boolean NOT NULL DEFAULT true,
  -- Counts the changes of the list of mappings, and of what attributes mean.
  mapping_version bigint NOT NULL DEFAULT 0,
  -- Which pass, and up to which user, by id, the last of those changes was carried over; null when
  -- it was to all. First come those who lose something by it.
  recomputed_to text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Two live at most, while one takes the place of the other. Only digests are kept.
CREATE TABLE tollgate.directory_token (
  id text PRIMARY KEY,
  directory_id text NOT NULL REFERENCES tollgate.directory (id) ON DELETE CASCADE,
  -- The first characters, by which people know it.
  prefix text NOT NULL,
  digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX directory_token_directory ON tollgate.directory_token (directory_id, created_at);

-- A line for each exchange of a connection that somebody may have to look for.
CREATE TABLE tollgate.connection_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  connection_id text NOT NULL REFERENCES tollgate.enterprise_connection (id) ON DELETE CASCADE,
  at timestamptz NOT NULL DEFAULT now(),
  channel text NOT NULL CHECK (channel IN ('saml', 'oidc', 'scim')),
  code text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('success', 'warning', 'failure')),
  user_id text,
  detail json NOT NULL
);
CREATE INDEX connection_log_connection ON tollgate.connection_log (connection_id, id DESC);

ALTER TABLE tollgate.membership
  -- What he was before the directory's groups told, given back when they tell no more.
  ADD COLUMN manual_role_id text,
  -- Which mapping told his role, 'default' where none did; null where it was given by hand.
  ADD COLUMN mapped_by text;

-- A user belongs to one directory at most, which alone writes what it maps while it is enabled.
-- Last, since from here on nobody reads users until the end.
ALTER TABLE tollgate.app_user
  ADD COLUMN directory_id text REFERENCES tollgate.directory (id),
  -- Whether he may do anything here; his keys end for good when he may not.
  ADD COLUMN active boolean NOT NULL DEFAULT true;

UPDATE tollgate.schema_state SET version = 9, oldest_reader = 8;
