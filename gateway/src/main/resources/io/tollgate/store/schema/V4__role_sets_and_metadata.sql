-- Which roles an organization has to give, and what the owner notes of users, organizations and
-- members.

CREATE TABLE tollgate.role_set (
  id text PRIMARY KEY CHECK (id ~ '^role_set_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  key text NOT NULL CONSTRAINT role_set_key UNIQUE CHECK (key ~ '^role_set:[a-z0-9_]+$'),
  description text,
  -- That of organizations that are made without a word about it.
  initial boolean NOT NULL DEFAULT false,
  default_role_id text NOT NULL,
  creator_role_id text NOT NULL,
  -- Who is replacing something here, and until when he may go on without a sign of life.
  replaced_by text,
  replaced_until timestamptz NOT NULL DEFAULT '-infinity',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX role_set_initial ON tollgate.role_set (initial) WHERE initial;

CREATE TABLE tollgate.role_set_role (
  role_set_id text NOT NULL REFERENCES tollgate.role_set (id),
  role_id text NOT NULL REFERENCES tollgate.role (id),
  PRIMARY KEY (role_set_id, role_id)
);
CREATE INDEX role_set_role_role ON tollgate.role_set_role (role_id);

-- Both are among the roles of the set, which comes before them, and goes after them.
ALTER TABLE tollgate.role_set
  ADD CONSTRAINT role_set_default FOREIGN KEY (id, default_role_id)
    REFERENCES tollgate.role_set_role DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT role_set_creator FOREIGN KEY (id, creator_role_id)
    REFERENCES tollgate.role_set_role DEFERRABLE INITIALLY DEFERRED;

INSERT INTO tollgate.role_set (
  id, name, key, description, initial, default_role_id, creator_role_id)
SELECT 'role_set_' || lpad('default', 27, '0'), 'Default', 'role_set:default',
  'That of organizations that are made without another one', true, d.id, c.id
FROM tollgate.role d, tollgate.role c WHERE d.is_default AND c.is_creator;

-- Any role could be given in any organization until now.
INSERT INTO tollgate.role_set_role (role_set_id, role_id)
SELECT s.id, r.id FROM tollgate.role_set s CROSS JOIN tollgate.role r;

-- The checks of all that is deferred, without which no table can be altered any more.
SET CONSTRAINTS ALL IMMEDIATE;

-- From now on these say no more than which two roles are there from the beginning and can't go:
-- who makes or joins an organization is given a role of its role set.
COMMENT ON COLUMN tollgate.role.is_creator IS 'org:admin, there from the beginning';
COMMENT ON COLUMN tollgate.role.is_default IS 'org:member, there from the beginning';

ALTER TABLE tollgate.organization
  ADD COLUMN role_set_id text REFERENCES tollgate.role_set (id),
  ADD COLUMN public_metadata json NOT NULL DEFAULT '{}',
  ADD COLUMN private_metadata json NOT NULL DEFAULT '{}';
UPDATE tollgate.organization SET role_set_id = (SELECT id FROM tollgate.role_set);
ALTER TABLE tollgate.organization ALTER COLUMN role_set_id SET NOT NULL;
CREATE INDEX organization_role_set ON tollgate.organization (role_set_id, id);

-- A member's role is one of a role set: that of his organization, or the one before it while his
-- turn in a replacement has not come.
ALTER TABLE tollgate.membership
  ADD COLUMN role_set_id text,
  ADD COLUMN public_metadata json NOT NULL DEFAULT '{}',
  ADD COLUMN private_metadata json NOT NULL DEFAULT '{}';
UPDATE tollgate.membership SET role_set_id = (SELECT id FROM tollgate.role_set);
ALTER TABLE tollgate.membership
  ALTER COLUMN role_set_id SET NOT NULL,
  DROP CONSTRAINT membership_role_id_fkey,
  ADD CONSTRAINT membership_role FOREIGN KEY (role_set_id, role_id)
    REFERENCES tollgate.role_set_role;
DROP INDEX tollgate.membership_role;
CREATE INDEX membership_role_set
  ON tollgate.membership (role_set_id, role_id, organization_id, user_id);

ALTER TABLE tollgate.app_user
  ADD COLUMN public_metadata json NOT NULL DEFAULT '{}',
  ADD COLUMN private_metadata json NOT NULL DEFAULT '{}',
  ADD COLUMN unsafe_metadata json NOT NULL DEFAULT '{}';

UPDATE tollgate.schema_state SET version = 4, oldest_reader = 4;
