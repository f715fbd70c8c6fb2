-- What is sold, to whom, and what of it was used.

-- An amount as the wire spells it. The symbol stands beside it, so that each page writes both as is
-- usual there.
CREATE FUNCTION tollgate.money(amount bigint, currency text, digits int, symbol text)
  RETURNS json LANGUAGE sql IMMUTABLE STRICT AS $$
  SELECT json_build_object(
    'amount', amount,
    'amount_formatted', round(amount / 10::numeric ^ digits, digits)::text,
    'currency', currency,
    'currency_symbol', symbol)
$$;

-- What a plan is called and offered as. What it costs and allows stands in its versions.
CREATE TABLE tollgate.plan (
  id text PRIMARY KEY CHECK (id ~ '^cplan_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  slug text NOT NULL CONSTRAINT plan_slug UNIQUE CHECK (slug ~ '^[a-z0-9_-]+$'),
  description text,
  avatar_url text,
  for_payer_type text NOT NULL CHECK (for_payer_type IN ('user', 'org')),
  -- That of all payers of the type who have subscribed to nothing.
  is_default boolean NOT NULL DEFAULT false,
  -- Whether it ever was: then usage may name it, also such as has not come in yet.
  was_default boolean NOT NULL DEFAULT false,
  publicly_visible boolean NOT NULL DEFAULT true,
  -- An archived plan goes on for those who have it, and is no longer to be had.
  archived_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX plan_default ON tollgate.plan (for_payer_type) WHERE is_default;
CREATE INDEX plan_created ON tollgate.plan (created_at DESC, id DESC);

-- What a plan costs and allows from some time on. A version that somebody has, or that was in force,
-- never changes: whoever has it keeps it until he takes another one.
CREATE TABLE tollgate.plan_version (
  id text PRIMARY KEY CHECK (id ~ '^pver_[0-9A-Za-z_]{27}$'),
  plan_id text NOT NULL REFERENCES tollgate.plan (id) ON DELETE CASCADE,
  number int NOT NULL CHECK (number > 0),
  -- From then on it is what newcomers get, and all who have the plan by default.
  effective_at timestamptz NOT NULL,
  currency text NOT NULL DEFAULT 'USD',
  -- How many decimals it is written with, and how it is called beside an amount.
  currency_digits int NOT NULL DEFAULT 2 CHECK (currency_digits BETWEEN 0 AND 4),
  currency_symbol text NOT NULL DEFAULT '$',
  -- In the currency's smallest unit; null where the plan can't be had by that period.
  fee bigint CHECK (fee >= 0),
  annual_fee bigint CHECK (annual_fee >= 0),
  annual_monthly_fee bigint CHECK (annual_monthly_fee >= 0),
  free_trial_days int CHECK (free_trial_days > 0),
  -- As they were given: [{name, block_size, tiers: [{starts_at_block, ends_after_block,
  -- fee_per_block}]}], a fee in the currency's smallest unit, as a decimal in a text.
  unit_prices json NOT NULL DEFAULT '[]',
  limits json NOT NULL DEFAULT '[]',
  quotas json NOT NULL DEFAULT '[]',
  credits json,
  -- The scopes that keys of the plan's payers may have; null for all.
  scopes text[],
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (plan_id, number),
  CHECK ((annual_fee IS NULL) = (annual_monthly_fee IS NULL))
);

CREATE TABLE tollgate.feature (
  id text PRIMARY KEY CHECK (id ~ '^feat_[0-9A-Za-z_]{27}$'),
  name text NOT NULL,
  slug text NOT NULL CONSTRAINT feature_slug UNIQUE CHECK (slug ~ '^[a-z0-9_-]+$'),
  description text,
  avatar_url text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tollgate.plan_feature (
  plan_id text NOT NULL REFERENCES tollgate.plan (id) ON DELETE CASCADE,
  feature_id text NOT NULL REFERENCES tollgate.feature (id),
  PRIMARY KEY (plan_id, feature_id)
);
CREATE INDEX plan_feature_feature ON tollgate.plan_feature (feature_id);

-- Who pays: a user or an organization, which need not be in the directory.
CREATE TABLE tollgate.subscription (
  id text PRIMARY KEY CHECK (id ~ '^csub_[0-9A-Za-z_]{27}$'),
  payer text NOT NULL CONSTRAINT subscription_payer UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tollgate.subscription_item (
  id text PRIMARY KEY CHECK (id ~ '^csubitem_[0-9A-Za-z_]{27}$'),
  subscription_id text NOT NULL REFERENCES tollgate.subscription (id),
  plan_id text NOT NULL REFERENCES tollgate.plan (id),
  version_id text NOT NULL REFERENCES tollgate.plan_version (id),
  plan_period text NOT NULL CHECK (plan_period IN ('month', 'annual')),
  -- Canceled: until the end of its period. Upcoming: from the end of that of the one before.
  status text NOT NULL CHECK (status IN ('active', 'canceled', 'upcoming', 'ended')),
  is_free_trial boolean NOT NULL DEFAULT false,
  -- The periods are counted from here, so that a month that begins on the 31st does again.
  anchor_at timestamptz NOT NULL,
  period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL CHECK (period_end > period_start),
  canceled_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- One that holds, and one that follows it.
CREATE UNIQUE INDEX subscription_item_current
  ON tollgate.subscription_item (subscription_id) WHERE status IN ('active', 'canceled');
CREATE UNIQUE INDEX subscription_item_upcoming
  ON tollgate.subscription_item (subscription_id) WHERE status = 'upcoming';
CREATE INDEX subscription_item_created
  ON tollgate.subscription_item (created_at DESC, id DESC);
CREATE INDEX subscription_item_due
  ON tollgate.subscription_item (period_end) WHERE status IN ('active', 'canceled');
CREATE INDEX subscription_item_version ON tollgate.subscription_item (version_id);
CREATE INDEX subscription_item_plan ON tollgate.subscription_item (plan_id);

-- Each period that has begun, and what was due for it: never changed, since bills are made of it.
CREATE TABLE tollgate.subscription_period (
  item_id text NOT NULL REFERENCES tollgate.subscription_item (id),
  payer text NOT NULL,
  version_id text NOT NULL REFERENCES tollgate.plan_version (id),
  plan_period text NOT NULL,
  is_free_trial boolean NOT NULL,
  period_start timestamptz NOT NULL,
  period_end timestamptz NOT NULL,
  -- In the smallest unit of the version's currency.
  amount bigint NOT NULL CHECK (amount >= 0),
  PRIMARY KEY (item_id, period_start)
);
CREATE INDEX subscription_period_payer ON tollgate.subscription_period (payer, period_start);

-- A process that meters, from its start to its end: its batches are numbered from 1 without a hole.
CREATE TABLE tollgate.meter_boot (
  instance uuid NOT NULL,
  boot bigint NOT NULL CHECK (boot > 0),
  gateway text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  -- The number of its last batch, 0 for none; null until it is known.
  last_sequence bigint,
  PRIMARY KEY (instance, boot)
);

-- Each batch that was taken, whose number is its proof against being taken twice.
CREATE TABLE tollgate.meter_batch (
  instance uuid NOT NULL,
  boot bigint NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  minute timestamptz NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  -- The sum of all its counts.
  units numeric NOT NULL,
  -- What its gateway could not count before it began, for want of room.
  lost bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (instance, boot, sequence)
);

-- The ledger: what was used in an hour, by whom, under which version of a plan. A row is added to
-- until its hour is two days old; what comes later stands in a row of its own, of the hour in which
-- it came, since the bill of its own hour has been written.
CREATE TABLE tollgate.usage_hour (
  subject text NOT NULL,
  hour timestamptz NOT NULL,
  key_id text NOT NULL,
  -- Empty where there was no plan.
  version_id text NOT NULL,
  -- When it came, in whole hours; that of the hour itself while it was not late.
  came_at timestamptz NOT NULL,
  keys_created bigint NOT NULL DEFAULT 0,
  verified bigint NOT NULL DEFAULT 0,
  -- Verified, and refused by a limit or a quota.
  refused bigint NOT NULL DEFAULT 0,
  -- What the upstream answered: none, an interim answer for good, success, and so on.
  status_1xx bigint NOT NULL DEFAULT 0,
  status_2xx bigint NOT NULL DEFAULT 0,
  status_3xx bigint NOT NULL DEFAULT 0,
  status_4xx bigint NOT NULL DEFAULT 0,
  status_5xx bigint NOT NULL DEFAULT 0,
  -- Forwarded, without a whole answer's head from the upstream.
  unanswered bigint NOT NULL DEFAULT 0,
  -- The hour first, so that what comes now is written where the last rows are, and all can be walked
  -- over from hour to hour.
  PRIMARY KEY (hour, subject, key_id, version_id, came_at)
);
CREATE INDEX usage_hour_subject ON tollgate.usage_hour (subject, hour);
CREATE INDEX usage_hour_key ON tollgate.usage_hour (key_id, hour);
CREATE INDEX usage_hour_version ON tollgate.usage_hour (version_id, hour);
CREATE INDEX usage_hour_late ON tollgate.usage_hour (subject, came_at) WHERE came_at <> hour;
CREATE INDEX usage_hour_came
  ON tollgate.usage_hour (came_at, hour, subject, key_id, version_id) WHERE came_at <> hour;

-- The same by the minute, for some days.
CREATE TABLE tollgate.usage_minute (
  minute timestamptz NOT NULL,
  subject text NOT NULL,
  key_id text NOT NULL,
  version_id text NOT NULL,
  keys_created bigint NOT NULL DEFAULT 0,
  verified bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0,
  status_1xx bigint NOT NULL DEFAULT 0,
  status_2xx bigint NOT NULL DEFAULT 0,
  status_3xx bigint NOT NULL DEFAULT 0,
  status_4xx bigint NOT NULL DEFAULT 0,
  status_5xx bigint NOT NULL DEFAULT 0,
  unanswered bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (subject, minute, key_id, version_id)
);
CREATE INDEX usage_minute_key ON tollgate.usage_minute (key_id, minute);
CREATE INDEX usage_minute_old ON tollgate.usage_minute (minute);

UPDATE tollgate.schema_state SET version = 6;
