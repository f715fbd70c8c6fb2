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

-- What a role may hold: system permissions are there from the beginning, and nobody changes them.
CREATE TABLE tollgate.permission (
  id text PRIMARY KEY CHECK (id ~ '^perm_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  key text NOT NULL CONSTRAINT permission_key UNIQUE
    CHECK (key ~ '^org:[a-z0-9_]+:[a-z0-9_]+$'),
  description text NOT NULL DEFAULT '',
  system boolean NOT NULL DEFAULT false CHECK (system = starts_with(key, 'org:sys_')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- What members of organizations are. What readers follow is a record for each role. Whoever changes
-- roles or permissions locks this table; whoever gives a member a role locks out those who do.
CREATE TABLE tollgate.role (
  id text PRIMARY KEY CHECK (id ~ '^role_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  key text NOT NULL CONSTRAINT role_key UNIQUE CHECK (key ~ '^org:[a-z0-9_]+$'),
  description text,
  -- Given to whoever makes an organization, and to whoever joins one; neither can go.
  is_creator boolean NOT NULL DEFAULT false,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX role_creator ON tollgate.role (is_creator) WHERE is_creator;
CREATE UNIQUE INDEX role_default ON tollgate.role (is_default) WHERE is_default;

CREATE TABLE tollgate.role_permission (
  role_id text NOT NULL REFERENCES tollgate.role (id),
  permission_id text NOT NULL REFERENCES tollgate.permission (id),
  PRIMARY KEY (role_id, permission_id)
);
CREATE INDEX role_permission_permission ON tollgate.role_permission (permission_id);

CREATE TABLE tollgate.app_user (
  id text PRIMARY KEY CHECK (id ~ '^user_[0-9A-Za-z_]{27}$'),
  external_id text CONSTRAINT app_user_external_id UNIQUE,
  username text CONSTRAINT app_user_username UNIQUE,
  first_name text,
  last_name text,
  -- The first is the primary one.
  email_addresses text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX app_user_created ON tollgate.app_user (created_at DESC, id DESC);

CREATE TABLE tollgate.organization (
  id text PRIMARY KEY CHECK (id ~ '^org_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  slug text NOT NULL CONSTRAINT organization_slug UNIQUE CHECK (slug ~ '^[a-z0-9-]+$'),
  -- Stays when that user is deleted.
  created_by text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX organization_created ON tollgate.organization (created_at DESC, id DESC);

-- Mirrored in the record of each user, by the same changes: that is what readers follow.
CREATE TABLE tollgate.membership (
  id text NOT NULL UNIQUE CHECK (id ~ '^orgmem_[0-9A-Za-z_]{27}$'),
  organization_id text NOT NULL REFERENCES tollgate.organization (id),
  user_id text NOT NULL REFERENCES tollgate.app_user (id),
  role_id text NOT NULL REFERENCES tollgate.role (id),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT membership_once PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX membership_user ON tollgate.membership (user_id);
CREATE INDEX membership_role ON tollgate.membership (role_id);

-- As the wire spells times.
CREATE FUNCTION tollgate.millis(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT floor(extract(epoch FROM at) * 1000)::bigint
$$;

INSERT INTO tollgate.permission (id, name, key, description, system)
SELECT 'perm_' || lpad(replace(key, ':', '_'), 27, '0'), name, 'org:' || key, '', true
FROM (VALUES
  ('sys_profile:manage', 'Manage organization'),
  ('sys_profile:delete', 'Delete organization'),
  ('sys_memberships:read', 'Read members'),
  ('sys_memberships:manage', 'Manage members'),
  ('sys_domains:read', 'Read domains'),
  ('sys_domains:manage', 'Manage domains'),
  ('sys_billing:read', 'Read billing'),
  ('sys_billing:manage', 'Manage billing'),
  ('sys_entconns:manage', 'Manage enterprise connections'),
  ('sys_api_keys:read', 'Read API keys'),
  ('sys_api_keys:manage', 'Manage API keys')
) system (key, name);

INSERT INTO tollgate.role (id, name, key, description, is_creator, is_default) VALUES
  ('role_' || lpad('admin', 27, '0'), 'Admin', 'org:admin',
    'Given to whoever makes an organization', true, false),
  ('role_' || lpad('member', 27, '0'), 'Member', 'org:member',
    'Given to whoever joins an organization', false, true);

INSERT INTO tollgate.role_permission (role_id, permission_id)
SELECT r.id, p.id FROM tollgate.role r CROSS JOIN tollgate.permission p
WHERE r.is_creator OR p.key IN ('org:sys_memberships:read', 'org:sys_billing:read');

INSERT INTO tollgate.record (name, address, body)
SELECT name, tollgate.address(name), body
FROM (
  SELECT 'role:' || h.role_id AS name, '{"version":2,"kind":"role","permissions":['
    || string_agg('"' || p.key || '"', ',' ORDER BY p.key COLLATE "C") || ']}' AS body
  FROM tollgate.role_permission h JOIN tollgate.permission p ON p.id = h.permission_id
  GROUP BY h.role_id
) held;

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
