import { plans } from "./settings.ts";

export const leases = `
-- Read and never locked: a lease is renewed whatever its node is doing.
CREATE FUNCTION holds_lease(p_node text) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (SELECT FROM nodes n WHERE n.node_id = p_node AND n.lease_until > lease_now())
$$;

-- Takes from nodes whose lease has expired what they owned. Waits for nobody: what somebody is just committing or
-- taking is left for the next time. Answers whether there is more to do.
CREATE FUNCTION reap(p_now bigint, p_limit integer) RETURNS boolean LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_node text;
  v_more boolean := false;
BEGIN
  FOR v_node IN SELECT node_id FROM nodes WHERE lease_until <= lease_now() FOR UPDATE SKIP LOCKED LOOP
    PERFORM take_from(v_node, p_now, p_limit);
    v_more := v_more OR NOT forget_node(v_node, p_now);
  END LOOP;
  FOR v_node IN SELECT * FROM late_owners() LOOP
    PERFORM take_from(v_node, p_now, p_limit);
  END LOOP;
  DELETE FROM departed WHERE node_id = ANY(ARRAY(
    SELECT d.node_id FROM departed d WHERE d.until <= lease_now() FOR UPDATE SKIP LOCKED));
  RETURN v_more;
END $$;

-- Claims go on counting, because owners that died may have been killed by what they owned; available_at says since when
-- the instance has been waiting for its next owner.
CREATE FUNCTION take_from(p_node text, p_now bigint, p_limit integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_keys bigint[];
BEGIN
  SELECT array_agg(o.key) INTO v_keys
    FROM (SELECT key FROM ownerships WHERE owner = p_node ORDER BY key LIMIT p_limit
          FOR NO KEY UPDATE SKIP LOCKED) o;
  IF v_keys IS NOT NULL THEN
    PERFORM set_down(v_keys);
    UPDATE ownerships SET owner = NULL, available_at = p_now WHERE key = ANY(v_keys);
    PERFORM settle(v_keys, p_now);
  END IF;
  -- What is on trial comes last: until it is taken, all the rest has to be judged by its being there.
  UPDATE work_items w
     SET owner = NULL,
         lost = w.lost + (w.on_trial OR NOT EXISTS (SELECT FROM work_items t
                                                     WHERE t.owner = p_node AND t.on_trial))::integer
   WHERE w.id = ANY(ARRAY(SELECT o.id FROM work_items o WHERE o.owner = p_node
                           ORDER BY o.on_trial LIMIT p_limit FOR UPDATE SKIP LOCKED));
END $$;

-- Nodes that are gone and own something all the same: a claim reads the lease and never locks it, so it may be
-- committed, unseen by whoever took what its node owned, after that.
CREATE FUNCTION late_owners() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
  SELECT d.node_id FROM departed d
   WHERE NOT EXISTS (SELECT FROM nodes n WHERE n.node_id = d.node_id)
     AND (EXISTS (SELECT FROM ownerships o WHERE o.owner = d.node_id)
          OR EXISTS (SELECT FROM work_items w WHERE w.owner = d.node_id))
$$;

-- Several nodes may leave in one transaction: the order of rows alone would not keep that and a sweep from waiting for
-- each other.
CREATE FUNCTION lock_unservable() RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('perdure unservable ' || current_schema(), 0))
$$;

-- Remembers the handlers that a node leaves with, of one version: what needs any version has a start in its queue.
-- Those that others have as well are forgotten by the next sweep, which sees who is live.
CREATE FUNCTION note_departure(p_node text, p_now bigint) RETURNS void LANGUAGE sql VOLATILE AS $$
  SELECT lock_unservable();
  INSERT INTO unservable AS u (capability, missing_ms, counted_until, departed)
  SELECT c.capability, 0, p_now, true FROM capabilities c
   WHERE c.node_id = p_node AND c.capability NOT LIKE 'activity:%' AND c.capability NOT LIKE '%@*' ORDER BY c.capability
      ON CONFLICT (capability) DO UPDATE SET departed = true
$$;

-- False if something is still in its name.
CREATE FUNCTION forget_node(p_node text, p_now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_keys bigint[];
BEGIN
  IF EXISTS (SELECT FROM ownerships WHERE owner = p_node) OR EXISTS (SELECT FROM work_items WHERE owner = p_node) THEN
    RETURN false;
  END IF;
  -- Entries of messages whose senders still saw the node as the owner.
  SELECT array_agg(o.key) INTO v_keys
    FROM (SELECT o.key FROM ready r JOIN ownerships o ON o.key = r.key WHERE r.lane = '@' || p_node
          ORDER BY o.key FOR NO KEY UPDATE OF o SKIP LOCKED) o;
  PERFORM settle(v_keys, p_now);
  PERFORM note_departure(p_node, p_now);
  DELETE FROM capabilities WHERE node_id = p_node;
  DELETE FROM nodes WHERE node_id = p_node;
  -- Far longer than anybody waits for the answer to a claim.
  INSERT INTO departed (node_id, until) VALUES (p_node, lease_now() + 3600000)
    ON CONFLICT (node_id) DO UPDATE SET until = excluded.until;
  DELETE FROM sessions s
   WHERE s.session = ANY(ARRAY(SELECT g.session FROM sessions g WHERE g.node_id = p_node FOR UPDATE SKIP LOCKED));
  PERFORM free_lanes();
  RETURN true;
END $$;

CREATE FUNCTION renew_lease(p_node text, p_duration bigint, p_capabilities text[], p_open boolean,
                            p_session_idle bigint,
                            OUT held boolean, OUT lease_now bigint, OUT next_expiry_at bigint, OUT more boolean,
                            OUT freed boolean)
  LANGUAGE plpgsql ${plans} AS $$
BEGIN
  freed := EXISTS (SELECT FROM nodes n WHERE n.lease_until <= lease_now() AND n.node_id <> p_node)
        OR EXISTS (SELECT FROM late_owners());
  IF p_open THEN
    more := reap(store_now(), 1000);
    INSERT INTO nodes (node_id, lease_until) VALUES (p_node, lease_now() + p_duration)
      ON CONFLICT (node_id) DO UPDATE SET lease_until = excluded.lease_until;
    held := true;
  ELSE
    -- First of all: nothing that others left behind may keep a node from its own lease.
    UPDATE nodes SET lease_until = lease_now() + p_duration WHERE node_id = p_node AND lease_until > lease_now();
    held := FOUND;
    more := reap(store_now(), 1000);
  END IF;
  lease_now := lease_now();
  IF held THEN PERFORM forget_idle_sessions(p_node, p_session_idle, store_now()); END IF;
  IF held AND (SELECT coalesce(array_agg(capability ORDER BY capability), '{}') FROM capabilities
                WHERE node_id = p_node)
              IS DISTINCT FROM ARRAY(SELECT DISTINCT c FROM unnest(p_capabilities) c ORDER BY c) THEN
    PERFORM note_departure(p_node, store_now());
    DELETE FROM capabilities WHERE node_id = p_node;
    INSERT INTO capabilities (node_id, capability) SELECT DISTINCT p_node, c FROM unnest(p_capabilities) c;
    DELETE FROM unservable WHERE capability = ANY(ARRAY(
      SELECT u.capability FROM unservable u WHERE u.capability = ANY(p_capabilities) FOR UPDATE SKIP LOCKED));
  END IF;
  SELECT min(lease_until) INTO next_expiry_at FROM nodes WHERE node_id <> p_node;
END $$;

-- What cannot be handed back at once, because somebody has it locked, is left to expire.
CREATE FUNCTION close_lease(p_node text) RETURNS void LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_now bigint := store_now();
BEGIN
  -- Those whose lease has expired have nothing to hand back: what they owned counts as lost.
  PERFORM reap(v_now, 1000);
  IF NOT holds_lease(p_node) THEN RETURN; END IF;
  PERFORM release_owned(p_node, '{}', '{}', '{}', v_now);
  IF NOT forget_node(p_node, v_now) THEN UPDATE nodes SET lease_until = lease_now() WHERE node_id = p_node; END IF;
END $$;

-- Gives up all instances and work items of a node except these, counted as neither claim nor loss.
CREATE FUNCTION release_owned(p_node text, p_kept bigint[], p_kept_work text[], p_deliveries integer[], p_now bigint)
  RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_keys bigint[];
BEGIN
  PERFORM set_down(ARRAY(SELECT o.key FROM ownerships o
                          WHERE o.owner = p_node AND o.carried_id IS NOT NULL
                            AND (o.key <> ALL(p_kept)
                                 OR NOT EXISTS (SELECT FROM unnest(p_kept_work, p_deliveries) k (id, delivery)
                                                 WHERE k.id = o.carried_id AND k.delivery = 1))
                          ORDER BY o.key FOR NO KEY UPDATE SKIP LOCKED));
  -- What was locked just now still carries its item, and is left.
  SELECT array_agg(o.key) INTO v_keys
    FROM (SELECT key FROM ownerships WHERE owner = p_node AND carried_id IS NULL AND key <> ALL(p_kept) ORDER BY key
          FOR NO KEY UPDATE SKIP LOCKED) o;
  IF v_keys IS NOT NULL THEN
    UPDATE ownerships SET owner = NULL, claims = greatest(claims - 1, 0) WHERE key = ANY(v_keys);
    PERFORM settle(v_keys, p_now);
  END IF;
  UPDATE work_items SET owner = NULL
   WHERE id = ANY(ARRAY(SELECT w.id FROM work_items w
                         WHERE w.owner = p_node
                           AND NOT EXISTS (SELECT FROM unnest(p_kept_work, p_deliveries) k (id, delivery)
                                            WHERE k.id = w.id AND k.delivery = w.delivery)
                           FOR UPDATE OF w SKIP LOCKED));
END $$;

CREATE FUNCTION release_all_except(p_node text, p_kept bigint[], p_kept_work text[], p_deliveries integer[])
  RETURNS void LANGUAGE plpgsql ${plans} AS $$
BEGIN
  PERFORM release_owned(p_node, p_kept, p_kept_work, p_deliveries, store_now());
END $$;

CREATE FUNCTION release_instances(p_node text, p_keys bigint[], p_epochs integer[]) RETURNS boolean
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_keys bigint[];
BEGIN
  SELECT array_agg(l.key) INTO v_keys
    FROM (SELECT o.key FROM unnest(p_keys, p_epochs) c (key, epoch) JOIN ownerships o ON o.key = ANY(ARRAY[c.key])
           WHERE (o.owner = p_node) IS TRUE AND o.epoch = c.epoch ORDER BY o.key FOR NO KEY UPDATE OF o) l;
  IF v_keys IS NULL THEN RETURN false; END IF;
  PERFORM set_down(v_keys);
  UPDATE ownerships SET owner = NULL, claims = greatest(claims - 1, 0) WHERE key = ANY(v_keys);
  PERFORM settle(v_keys, store_now());
  RETURN EXISTS (SELECT FROM ready WHERE key = ANY(v_keys));
END $$;

CREATE FUNCTION release_quarantine(p_instance_id text) RETURNS boolean LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_key bigint;
BEGIN
  SELECT o.key INTO v_key FROM instances i JOIN ownerships o ON o.key = i.key
   WHERE i.instance_id = p_instance_id FOR NO KEY UPDATE OF o;
  UPDATE ownerships SET quarantine = NULL, claims = 0 WHERE key = v_key AND quarantine IS NOT NULL;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM settle(ARRAY[v_key], store_now());
  RETURN true;
END $$;
`;
