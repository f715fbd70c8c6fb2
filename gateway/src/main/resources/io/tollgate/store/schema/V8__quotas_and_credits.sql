-- What may be used: a quota of a period, or credits. Gateways lease units ahead, and the batches of
-- their meters tell which of these were spent. What is neither leased nor spent is left.

CREATE TABLE tollgate.allowance (
  -- A key or a subject.
  owner text NOT NULL,
  -- That of a quota is its meter and its period, such as completed/month.
  name text NOT NULL,
  -- In which it may be used; credits have one that never ends.
  period_start timestamptz NOT NULL,
  granted bigint NOT NULL DEFAULT 0 CHECK (granted >= 0),
  -- Leased, and not known to be spent.
  leased bigint NOT NULL DEFAULT 0 CHECK (leased >= 0),
  spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
  hard boolean NOT NULL DEFAULT true,
  -- The beginning of the period that credits were last filled up in.
  refilled_at timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (owner, name, period_start)
);
CREATE INDEX allowance_period ON tollgate.allowance (period_start);

-- What one boot of a gateway has leased of an allowance since it began to.
CREATE TABLE tollgate.allowance_lease (
  instance uuid NOT NULL,
  boot bigint NOT NULL,
  owner text NOT NULL,
  name text NOT NULL,
  period_start timestamptz NOT NULL,
  meter text NOT NULL CHECK (meter IN ('forwarded', 'completed')),
  -- The span by which its allowance begins anew; null for credits.
  period text CHECK (period IN ('day', 'month')),
  -- The versions of plans by which it was leased: what is used under others takes nothing of it.
  versions text[] NOT NULL DEFAULT '{}',
  -- The number of the newest call that was heeded: an older one that comes late changes nothing.
  call bigint NOT NULL DEFAULT 0,
  units bigint NOT NULL DEFAULT 0 CHECK (units >= 0),
  -- As the batches tell; beyond its units where something passed without.
  settled bigint NOT NULL DEFAULT 0 CHECK (settled >= 0),
  PRIMARY KEY (instance, boot, owner, name, period_start),
  FOREIGN KEY (owner, name, period_start) REFERENCES tollgate.allowance ON DELETE CASCADE
);
CREATE INDEX allowance_lease_allowance ON tollgate.allowance_lease (owner, name, period_start);

-- Credits that were given or taken by hand, each once however often it is asked for.
CREATE TABLE tollgate.credit_entry (
  payer text NOT NULL,
  idempotency_key text NOT NULL,
  units bigint NOT NULL CHECK (units <> 0),
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (payer, idempotency_key)
);

-- Returns the allowance, made where it was not there, which nobody else changes until the end.
CREATE FUNCTION tollgate.lock_allowance(
  of_owner text, of_name text, of_start timestamptz) RETURNS tollgate.allowance
LANGUAGE plpgsql AS $$
DECLARE
  locked tollgate.allowance;
BEGIN
  INSERT INTO tollgate.allowance (owner, name, period_start) VALUES (of_owner, of_name, of_start)
  ON CONFLICT DO NOTHING;
  SELECT * INTO locked FROM tollgate.allowance a
  WHERE a.owner = of_owner AND a.name = of_name AND a.period_start = of_start FOR UPDATE;
  RETURN locked;
END
$$;

-- Leases units to a boot, or takes back what it gives up. The boot says how many it knows to have
-- in all, so that what was told by an answer that got lost is no lease; one that knows of none says
-- -1, and must have used none but those that are settled. Returns how many it has then in all, how
-- many of them are new, how many are used or held and not settled, and how many are left for others;
-- nothing where a newer call was heeded already, or the boot is over.
CREATE FUNCTION tollgate.lease(
  of_instance uuid, of_boot bigint, of_owner text, of_name text, of_start timestamptz,
  of_version text, of_meter text, of_period text,
  -- What the plan grants, null for credits; up to how many those are filled up, and how often.
  plan_units bigint, plan_hard boolean, refill bigint, refill_period text,
  -- The boot's count of its calls, its units as it knows them, how many more it would like, and less
  -- than how many are of no use.
  this_call bigint, known bigint, wanted bigint, needed bigint)
RETURNS TABLE (units bigint, more bigint, unsettled bigint, remaining bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  a tollgate.allowance;
  l tollgate.allowance_lease;
  refill_start timestamptz;
  spare bigint;
  extra bigint := 0;
BEGIN
  -- A boot that has ended leases nothing: who would settle it? Named here where its first batch or
  -- its beginning has not come in yet.
  INSERT INTO tollgate.meter_boot (instance, boot, gateway) VALUES (of_instance, of_boot, '')
  ON CONFLICT DO NOTHING;
  PERFORM FROM tollgate.meter_boot b
  WHERE b.instance = of_instance AND b.boot = of_boot AND b.last_sequence IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  a := tollgate.lock_allowance(of_owner, of_name, of_start);
  INSERT INTO tollgate.allowance_lease (
    instance, boot, owner, name, period_start, meter, period)
  VALUES (of_instance, of_boot, of_owner, of_name, of_start, of_meter, of_period)
  ON CONFLICT DO NOTHING;
  SELECT * INTO l FROM tollgate.allowance_lease h
  WHERE h.instance = of_instance AND h.boot = of_boot AND h.owner = of_owner AND h.name = of_name
    AND h.period_start = of_start FOR UPDATE;
  IF this_call <= l.call THEN
    RETURN;
  END IF;
  IF known < 0 THEN
    known := l.settled;
  END IF;
  -- What others have, as if this boot had nothing.
  a.leased := a.leased - greatest(0, l.units - l.settled);
  IF plan_units IS NOT NULL THEN
    a.granted := plan_units;
    a.hard := plan_hard;
  ELSIF refill > 0 THEN
    refill_start := date_trunc(refill_period, now(), 'UTC');
    IF a.refilled_at < refill_start THEN
      -- What is leased is not spent, and may come back.
      a.granted := greatest(a.granted, a.spent + refill);
      a.refilled_at := refill_start;
    END IF;
  END IF;
  spare := a.granted - a.spent - a.leased - greatest(0, known - l.settled);
  IF wanted > 0 AND spare >= needed THEN
    -- The nearer the end, the smaller the shares, so that no gateway sits on what another lacks.
    extra := greatest(needed, least(wanted,
      spare / (2 * greatest(1, (SELECT count(*) FROM tollgate.gateway)))));
  END IF;
  UPDATE tollgate.allowance t
  SET granted = a.granted, hard = a.hard, refilled_at = a.refilled_at,
    leased = a.leased + greatest(0, known + extra - l.settled)
  WHERE t.owner = of_owner AND t.name = of_name AND t.period_start = of_start;
  UPDATE tollgate.allowance_lease h SET call = this_call, units = known + extra, meter = of_meter,
    versions = CASE WHEN of_version = ANY(l.versions) THEN l.versions
      ELSE l.versions || of_version END
  WHERE h.instance = of_instance AND h.boot = of_boot AND h.owner = of_owner AND h.name = of_name
    AND h.period_start = of_start;
  RETURN QUERY SELECT known + extra, extra,
    greatest(0, known + extra - l.settled), spare - extra;
END
$$;

-- Books what batches tell to be used, by what their boots have leased. A row of each array is what
-- one owner has used in one minute since the epoch, under one version of a plan.
CREATE FUNCTION tollgate.settle(
  instances uuid[], boots bigint[], minutes bigint[], owners text[],
  versions text[], forwarded bigint[], completed bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  -- Allowances first and in one order, as whoever leases does it.
  PERFORM FROM tollgate.allowance a
  WHERE (a.owner, a.name, a.period_start) IN (
    SELECT l.owner, l.name, l.period_start FROM tollgate.allowance_lease l
    WHERE l.instance = ANY(instances) AND l.boot = ANY(boots) AND l.owner = ANY(owners)
      AND (l.period IS NULL OR l.period_start IN (
        SELECT date_trunc(p.name, to_timestamp(m * 60), 'UTC')
        FROM unnest(minutes) m CROSS JOIN (VALUES ('day'), ('month')) p (name))))
  ORDER BY a.owner, a.name, a.period_start FOR UPDATE;
  WITH taken AS (
    SELECT l.instance, l.boot, l.owner, l.name, l.period_start,
      greatest(0, l.units - l.settled) AS open,
      sum(CASE l.meter WHEN 'forwarded' THEN u.forwarded ELSE u.completed END)::bigint AS units
    FROM unnest(instances, boots, minutes, owners, versions, forwarded, completed)
      u (instance, boot, minute, owner, version, forwarded, completed)
    JOIN tollgate.allowance_lease l USING (instance, boot, owner)
    WHERE u.version = ANY(l.versions) AND (l.period IS NULL
      OR l.period_start = date_trunc(l.period, to_timestamp(u.minute * 60), 'UTC'))
    GROUP BY l.instance, l.boot, l.owner, l.name, l.period_start
  ), booked AS (
    UPDATE tollgate.allowance_lease l SET settled = l.settled + t.units FROM taken t
    WHERE l.instance = t.instance AND l.boot = t.boot AND l.owner = t.owner AND l.name = t.name
      AND l.period_start = t.period_start AND t.units > 0
  ), spent AS (
    SELECT owner, name, period_start, sum(units)::bigint AS units,
      sum(least(open, units))::bigint AS leased
    FROM taken GROUP BY owner, name, period_start
  )
  UPDATE tollgate.allowance a SET spent = a.spent + s.units, leased = a.leased - s.leased
  FROM spent s
  WHERE a.owner = s.owner AND a.name = s.name AND a.period_start = s.period_start AND s.units > 0;
END
$$;

-- Ends a boot whose batches are all in: what it has leased and not spent is given back.
CREATE FUNCTION tollgate.end_boot(
  of_instance uuid, of_boot bigint, of_gateway text, of_sequence bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tollgate.meter_boot (instance, boot, gateway, last_sequence)
  VALUES (of_instance, of_boot, of_gateway, of_sequence)
  ON CONFLICT (instance, boot) DO UPDATE SET last_sequence = excluded.last_sequence;
  PERFORM FROM tollgate.allowance a
  WHERE (a.owner, a.name, a.period_start) IN (
    SELECT l.owner, l.name, l.period_start FROM tollgate.allowance_lease l
    WHERE l.instance = of_instance AND l.boot = of_boot)
  ORDER BY a.owner, a.name, a.period_start FOR UPDATE;
  WITH gone AS (
    DELETE FROM tollgate.allowance_lease l WHERE l.instance = of_instance AND l.boot = of_boot
    RETURNING l.owner, l.name, l.period_start, greatest(0, l.units - l.settled) AS open
  )
  UPDATE tollgate.allowance a SET leased = a.leased - g.open FROM gone g
  WHERE a.owner = g.owner AND a.name = g.name AND a.period_start = g.period_start;
END
$$;

UPDATE tollgate.schema_state SET version = 8;
