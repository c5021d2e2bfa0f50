import { plans } from "./settings.ts";

export const upkeep = `
CREATE FUNCTION find_unservable(p_grace_ms bigint) RETURNS text[] LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_now bigint := store_now();
  v_missing text[];
BEGIN
  IF NOT EXISTS (SELECT FROM nodes n WHERE n.lease_until > lease_now()) THEN RETURN '{}'; END IF;
  -- What was queued for a node while that node was being forgotten.
  PERFORM free_lanes();
  v_missing := ARRAY(
    SELECT n.capability
      FROM (SELECT substr(l.lane, 2) AS capability FROM needed_lanes(v_now) l (lane)
            UNION
            -- Instances at rest are looked for once the grace is over; if there are none then, there will be none.
            SELECT u.capability FROM unservable u
             WHERE u.departed AND (missing_ms(u.capability, v_now) < p_grace_ms
                                   OR EXISTS (SELECT FROM instances_at_rest(u.capability, v_now)))
            UNION
            SELECT 'activity:' || queue_of(k.queue) || '/' || k.name FROM work_kinds() k
             WHERE (SELECT w.visible_at FROM work_items w
                     WHERE w.owner IS NULL AND w.queue = k.queue AND w.name = k.name
                     ORDER BY w.visible_at LIMIT 1) <= v_now) n
     WHERE NOT EXISTS (SELECT FROM capabilities c JOIN nodes d ON d.node_id = c.node_id
                        WHERE c.capability = n.capability AND d.lease_until > lease_now())
     ORDER BY n.capability);
  PERFORM lock_unservable();
  -- Served again, or needed no longer: if it goes missing later, its grace begins anew.
  DELETE FROM unservable WHERE capability = ANY(ARRAY(
    SELECT u.capability FROM unservable u
     WHERE u.capability <> ALL(v_missing)
       -- Not what a node has left with since v_missing was found.
       AND (NOT u.departed OR coalesce(missing_ms(u.capability, v_now) >= p_grace_ms, true))
       FOR UPDATE SKIP LOCKED));
  -- Every node asks every few seconds: a longer gap means that no node was there to ask, and does not count.
  INSERT INTO unservable AS u (capability, missing_ms, counted_until)
  SELECT c, 0, v_now FROM unnest(v_missing) c ORDER BY c
      ON CONFLICT (capability) DO UPDATE
     SET missing_ms = u.missing_ms + least(greatest(0, v_now - u.counted_until), 10000),
         counted_until = greatest(u.counted_until, v_now);
  RETURN ARRAY(SELECT u.capability FROM unservable u
                WHERE u.capability = ANY(v_missing) AND u.missing_ms >= p_grace_ms ORDER BY u.capability);
END $$;

-- Instances that need the handler, and for which nothing is queued: through all that run under the name, old ones
-- first.
CREATE FUNCTION instances_at_rest(p_handler text, p_now bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  SELECT o.key FROM instances i JOIN ownerships o ON o.key = i.key
   WHERE i.name = split_part(p_handler, '@', 1) AND i.status IN ('pending', 'running')
     AND o.handler = p_handler AND o.owner IS NULL AND o.quarantine IS NULL AND NOT o.ended AND o.available_at <= p_now
     AND NOT EXISTS (SELECT FROM messages m WHERE m.key = o.key)
$$;

-- Lanes of handlers in which something is ready. Entries may be wrong: the first few of each lane are looked at.
CREATE FUNCTION needed_lanes(p_now bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  WITH RECURSIVE lanes AS (
    (SELECT r.lane FROM ready r WHERE r.lane > ':' ORDER BY r.lane LIMIT 1)
    UNION ALL
    SELECT (SELECT r.lane FROM ready r WHERE r.lane > l.lane ORDER BY r.lane LIMIT 1) FROM lanes l WHERE l.lane IS NOT NULL
  )
  SELECT l.lane FROM lanes l
   WHERE left(l.lane, 1) = ':'
     AND EXISTS (
       SELECT FROM (SELECT r.key, r.ready_at FROM ready r WHERE r.lane = l.lane
                     ORDER BY r.claims, r.ready_at LIMIT 100) e
         JOIN ownerships o ON o.key = e.key
        WHERE e.ready_at <= p_now AND o.owner IS NULL AND NOT o.ended AND o.quarantine IS NULL
          AND o.available_at <= p_now AND ':' || o.handler = l.lane)
$$;

-- The safety net under the entries: looks at some of the instances that have messages, in the order of their keys, and
-- puts their entries right. Answers how far it came; null at the end.
CREATE FUNCTION repair_entries(p_after bigint, p_limit integer, OUT seen_to bigint, OUT repaired boolean)
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_now bigint := store_now();
  v_seen bigint[];
  v_wrong bigint[];
BEGIN
  WITH RECURSIVE seen AS (
    SELECT (SELECT m.key FROM messages m WHERE m.key > p_after ORDER BY m.key LIMIT 1) AS key, 1 AS n
    UNION ALL
    SELECT (SELECT m.key FROM messages m WHERE m.key > s.key ORDER BY m.key LIMIT 1), s.n + 1
      FROM seen s WHERE s.key IS NOT NULL AND s.n < p_limit
  )
  SELECT array_agg(s.key) INTO v_seen FROM seen s WHERE s.key IS NOT NULL;
  SELECT array_agg(o.key) INTO v_wrong
    FROM (SELECT o.key FROM ownerships o
           CROSS JOIN LATERAL (SELECT m.lane FROM messages m WHERE m.key = o.key ORDER BY m.lane LIMIT 1) m
           WHERE o.key = ANY(v_seen)
             AND (o.ended OR NOT EXISTS (
                   SELECT FROM ready r WHERE r.key = o.key
                     AND r.lane = coalesce(CASE WHEN o.owner IS NOT NULL THEN '@' || o.owner
                                                WHEN m.lane = 0 THEN '*'
                                                WHEN o.quarantine IS NULL THEN ':' || o.handler END, r.lane)))
           ORDER BY o.key FOR NO KEY UPDATE OF o SKIP LOCKED) o;
  PERFORM settle(v_wrong, v_now);
  -- Sent while the instance was being deleted.
  DELETE FROM ready r WHERE r.key = ANY(v_seen) AND NOT EXISTS (SELECT FROM ownerships o WHERE o.key = r.key);
  DELETE FROM messages m WHERE m.key = ANY(v_seen) AND NOT EXISTS (SELECT FROM ownerships o WHERE o.key = m.key);
  repaired := v_wrong IS NOT NULL;
  seen_to := CASE WHEN cardinality(v_seen) = p_limit THEN v_seen[p_limit] END;
END $$;

-- Puts right the entries of what was sent to nodes that are gone: its sender saw the owner as it was just before. Lanes of
-- nodes are the last, and there are few. Answers whether there were any.
CREATE FUNCTION free_entries() RETURNS boolean LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_keys bigint[];
BEGIN
  WITH RECURSIVE lanes AS (
    (SELECT r.lane FROM ready r WHERE r.lane > '@' ORDER BY r.lane LIMIT 1)
    UNION ALL
    SELECT (SELECT r.lane FROM ready r WHERE r.lane > l.lane ORDER BY r.lane LIMIT 1) FROM lanes l WHERE l.lane IS NOT NULL
  )
  SELECT array_agg(o.key) INTO v_keys
    FROM (SELECT o.key FROM lanes l JOIN ready r ON r.lane = l.lane JOIN ownerships o ON o.key = r.key
           WHERE NOT EXISTS (SELECT FROM nodes n WHERE n.node_id = substr(l.lane, 2))
           ORDER BY o.key FOR NO KEY UPDATE OF o SKIP LOCKED) o;
  PERFORM settle(v_keys, store_now());
  RETURN v_keys IS NOT NULL;
END $$;

-- The instance, and all its children, theirs, and so on. A child names the run of its parent, so that the children of
-- an earlier run under the same id are not meant.
CREATE FUNCTION family_of(p_instance_id text, p_run_id text)
  RETURNS TABLE (key bigint, instance_id text, status text, ended_at bigint, depth integer) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE family AS (
    SELECT i.key, i.instance_id, i.run_id, i.status, i.ended_at, 0 AS depth
      FROM instances i WHERE i.instance_id = p_instance_id AND i.run_id = p_run_id
    UNION ALL
    SELECT i.key, i.instance_id, i.run_id, i.status, i.ended_at, f.depth + 1
      FROM family f
      JOIN instances i ON i.parent_instance_id = f.instance_id AND i.parent_run_id = f.run_id
  )
  SELECT f.key, f.instance_id, f.status, f.ended_at, f.depth FROM family f
$$;

-- Locks the family until nobody is added any more: only a turn of a member can add one. In the order of keys.
CREATE FUNCTION lock_family(p_instance_id text, p_run_id text) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  v_locked bigint[] := '{}';
  v_family bigint[];
BEGIN
  LOOP
    v_family := ARRAY(SELECT f.key FROM family_of(p_instance_id, p_run_id) f);
    EXIT WHEN v_family <@ v_locked;
    PERFORM 1 FROM ownerships o WHERE o.key = ANY(v_family) ORDER BY o.key FOR UPDATE;
    v_locked := v_family;
  END LOOP;
  RETURN v_family;
END $$;

CREATE FUNCTION remove_instances(p_keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM history WHERE key = ANY(p_keys);
  DELETE FROM state WHERE key = ANY(p_keys);
  DELETE FROM messages WHERE key = ANY(p_keys);
  DELETE FROM ready WHERE key = ANY(p_keys);
  DELETE FROM work_items WHERE key = ANY(p_keys);
  DELETE FROM timers WHERE key = ANY(p_keys);
  DELETE FROM ownerships WHERE key = ANY(p_keys);
  DELETE FROM instances WHERE key = ANY(p_keys);
END $$;

CREATE FUNCTION delete_instance(p_instance_id text, p_run_id text, p_force boolean, p_notify_id text,
                                p_lane smallint, p_body text, p_payload text,
                                OUT deleted text[], OUT running text, OUT notified boolean)
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_keys bigint[] := lock_family(p_instance_id, p_run_id);
  v_root_runs boolean;
BEGIN
  notified := false;
  IF v_keys = '{}' THEN RETURN; END IF;
  SELECT array_agg(f.instance_id ORDER BY f.depth, f.key),
         (array_agg(f.instance_id ORDER BY f.depth, f.key) FILTER (WHERE f.ended_at IS NULL))[1],
         bool_or(f.depth = 0 AND f.ended_at IS NULL)
    INTO deleted, running, v_root_runs FROM family_of(p_instance_id, p_run_id) f;
  IF running IS NOT NULL AND NOT p_force THEN deleted := NULL; RETURN; END IF;
  PERFORM remove_instances(v_keys);
  IF p_notify_id IS NOT NULL AND v_root_runs THEN
    notified := 'queued' = ANY(queue_messages(instance_keys_of(ARRAY[p_notify_id]), ARRAY[p_lane], ARRAY[p_body],
                                              ARRAY[p_payload], '{}', store_now()));
  END IF;
END $$;

-- Looks at some of the oldest families that may be over, and removes those of which all ended before then. Answers what
-- it removed, and where it stopped looking; null when it has seen all.
CREATE FUNCTION prune_instances(p_status text, p_ended_before bigint, p_after_at bigint, p_after_key bigint,
                                p_limit integer,
                                OUT removed text[], OUT families integer, OUT last_at bigint, OUT last_key bigint)
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_root record;
  v_keys bigint[];
  v_seen integer := 0;
BEGIN
  removed := '{}';
  families := 0;
  FOR v_root IN
    SELECT i.key, i.instance_id, i.run_id, i.ended_at FROM instances i
     WHERE i.status = p_status AND i.ended_at < p_ended_before AND i.parent_instance_id IS NULL
       AND (i.ended_at, i.key) > (p_after_at, p_after_key)
     ORDER BY i.ended_at, i.key LIMIT 100
  LOOP
    v_seen := v_seen + 1;
    last_at := v_root.ended_at;
    last_key := v_root.key;
    v_keys := lock_family(v_root.instance_id, v_root.run_id);
    IF v_keys <> '{}' AND NOT EXISTS (SELECT FROM family_of(v_root.instance_id, v_root.run_id) f
                                       WHERE f.ended_at IS NULL OR f.ended_at >= p_ended_before) THEN
      removed := removed || ARRAY(SELECT f.instance_id FROM family_of(v_root.instance_id, v_root.run_id) f
                                   ORDER BY f.depth, f.key);
      PERFORM remove_instances(v_keys);
      families := families + 1;
      IF families >= p_limit THEN RETURN; END IF;
    END IF;
  END LOOP;
  IF v_seen < 100 THEN last_at := NULL; END IF;
END $$;

CREATE FUNCTION prune_executions(p_instance_id text, p_keep integer) RETURNS integer LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_count integer;
BEGIN
  WITH gone AS (
    DELETE FROM history h USING instances i, ownerships o
     WHERE i.instance_id = p_instance_id AND o.key = i.key
       AND h.key = i.key AND h.execution_id <= o.execution_id - greatest(1, p_keep)
    RETURNING h.execution_id
  )
  SELECT count(DISTINCT g.execution_id) INTO v_count FROM gone g;
  RETURN v_count;
END $$;
`;
