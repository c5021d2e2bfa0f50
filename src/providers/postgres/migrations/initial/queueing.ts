import { plans } from "./settings.ts";

/** How messages and instances come in. */
export const queueing = `
-- Puts right the entries of instances whose ownership rows the caller has locked: none, or one in the right lane. The
-- order matters: an entry may go only if a look that begins later sees the message that it stood for.
CREATE FUNCTION settle(p_keys bigint[], p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ready WHERE key = ANY(p_keys);
  DELETE FROM messages m USING ownerships o WHERE o.key = ANY(p_keys) AND o.ended AND m.key = o.key;
  INSERT INTO ready (lane, claims, ready_at, key)
  SELECT e.lane, e.claims, greatest(p_now, e.available_at), e.key
    FROM (SELECT o.key, CASE WHEN o.owner IS NULL THEN least(o.claims, 1000) ELSE 0 END AS claims, o.available_at,
                 CASE WHEN o.owner IS NOT NULL THEN '@' || o.owner
                      WHEN m.lane = 0 THEN '*'
                      WHEN o.quarantine IS NULL THEN ':' || o.handler END AS lane
            FROM ownerships o
            CROSS JOIN LATERAL (SELECT m.lane FROM messages m WHERE m.key = o.key ORDER BY m.lane LIMIT 1) m
           WHERE o.key = ANY(p_keys) AND NOT o.ended) e
   WHERE e.lane IS NOT NULL;
END $$;

-- Queues messages and answers for each, in order. For instances that the caller has locked it writes no entries: the
-- caller settles them.
CREATE FUNCTION queue_messages(p_keys bigint[], p_lanes smallint[], p_bodies text[], p_payloads text[],
                               p_locked bigint[], p_now bigint, p_inbound boolean[] DEFAULT NULL)
  RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  v_statuses text[];
BEGIN
  WITH target AS MATERIALIZED (
    SELECT m.n, m.key, m.lane, m.body, m.payload, m.inbound, o.owner, o.handler, o.claims, o.available_at, o.ended
      FROM unnest(p_keys, p_lanes, p_bodies, p_payloads, p_inbound)
             WITH ORDINALITY m (key, lane, body, payload, inbound, n)
      LEFT JOIN LATERAL (SELECT * FROM ownerships o WHERE o.key = m.key LIMIT 1) o ON true
  ), queued AS (
    INSERT INTO messages (key, lane, body, payload, inbound)
    SELECT t.key, t.lane, t.body, t.payload, coalesce(t.inbound, false) FROM target t WHERE NOT t.ended ORDER BY t.n
  ), entered AS (
    INSERT INTO ready (lane, claims, ready_at, key)
    SELECT DISTINCT CASE WHEN t.owner IS NOT NULL THEN '@' || t.owner WHEN t.lane = 0 THEN '*' ELSE ':' || t.handler END,
           CASE WHEN t.owner IS NULL THEN least(t.claims, 1000) ELSE 0 END, greatest(p_now, t.available_at), t.key
      FROM target t WHERE NOT t.ended AND t.key <> ALL(p_locked)
  )
  SELECT array_agg(CASE WHEN t.ended IS NULL THEN 'unknown' WHEN t.ended THEN 'ended' ELSE 'queued' END ORDER BY t.n)
    INTO v_statuses FROM target t;
  RETURN v_statuses;
END $$;

-- The keys of instances, in order; null for those that do not exist.
CREATE FUNCTION instance_keys_of(p_ids text[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(i.key ORDER BY a.n)
    FROM unnest(p_ids) WITH ORDINALITY a (id, n)
    LEFT JOIN LATERAL (SELECT i.key FROM instances i WHERE i.instance_id = a.id LIMIT 1) i ON true
$$;

-- Inserts the routing row and the start message of each whose id is free, and answers for each which run has the id
-- now; null for those of turns that are not to be applied. In the order of ids, so that two batches which wait for each
-- other's rows do not wait for ever.
CREATE FUNCTION start_instances(p_starts json, p_turns smallint[], p_now bigint) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  v_turn integer[];
  v_id text[];
  v_run text[];
  v_name text[];
  v_version text[];
  v_handler text[];
  v_parent text[];
  v_parent_run text[];
  v_parent_execution integer[];
  v_parent_event integer[];
  v_body text[];
  v_payload text[];
  v_key bigint[];
  v_first integer[];
  v_fresh integer[];
  v_count integer;
BEGIN
  SELECT array_agg(s.t), array_agg(s.id), array_agg(s.run), array_agg(s.name), array_agg(s.version),
         array_agg(s.handler), array_agg(s.pi), array_agg(s.pr), array_agg(s.pe), array_agg(s.pv), array_agg(s.body),
         array_agg(s.payload), array_agg(nextval('instance_keys'))
    INTO v_turn, v_id, v_run, v_name, v_version, v_handler, v_parent, v_parent_run, v_parent_execution, v_parent_event,
         v_body, v_payload, v_key
    FROM json_to_recordset(p_starts)
      AS s (t integer, id text, run text, name text, version text, handler text, pi text, pr text, pe integer,
            pv integer, body text, payload text);
  v_first := ARRAY(SELECT DISTINCT ON (v_id[n] COLLATE "C") n FROM generate_subscripts(v_id, 1) n
                    WHERE p_turns IS NULL OR p_turns[v_turn[n]] = 1 ORDER BY v_id[n] COLLATE "C", n);
  INSERT INTO instances (key, instance_id, run_id, name, version, parent_instance_id, parent_run_id,
                         parent_execution_id, parent_event_id, created_at, updated_at)
  SELECT v_key[n], v_id[n], v_run[n], v_name[n], v_version[n], v_parent[n], v_parent_run[n], v_parent_execution[n],
         v_parent_event[n], p_now, p_now
    FROM unnest(v_first) n
      ON CONFLICT (instance_id) DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_fresh := v_first;
  IF v_count < cardinality(v_first) THEN
    v_fresh := ARRAY(SELECT n FROM unnest(v_first) n
                      CROSS JOIN LATERAL (SELECT i.key FROM instances i WHERE i.instance_id = v_id[n] LIMIT 1) i
                      WHERE i.key = v_key[n]);
  END IF;
  INSERT INTO ownerships (key, handler) SELECT v_key[n], v_handler[n] FROM unnest(v_fresh) n;
  INSERT INTO messages (key, lane, body, payload) SELECT v_key[n], 1, v_body[n], v_payload[n] FROM unnest(v_fresh) n;
  -- Dated after the wait for whoever was just starting an instance of the same id.
  p_now := store_now();
  INSERT INTO ready (lane, claims, ready_at, key) SELECT ':' || v_handler[n], 0, p_now, v_key[n] FROM unnest(v_fresh) n;
  IF v_count = cardinality(v_id) THEN RETURN v_run; END IF;
  RETURN ARRAY(SELECT CASE WHEN p_turns IS NULL OR p_turns[v_turn[n]] = 1 THEN i.run_id END
                 FROM generate_subscripts(v_id, 1) n
                 LEFT JOIN LATERAL (SELECT i.run_id FROM instances i WHERE i.instance_id = v_id[n] LIMIT 1) i ON true
                ORDER BY n);
END $$;

-- In a transaction of a user's p_wait_ms is null: how long that waits for a lock is not for us to say.
CREATE FUNCTION create_instances(p_starts json, p_conflicts json, p_wait_ms integer DEFAULT NULL,
                                 OUT runs text[], OUT queued boolean)
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_now bigint := store_now();
  v_ids text[];
  v_lanes smallint[];
  v_bodies text[];
  v_payloads text[];
BEGIN
  IF p_wait_ms IS NOT NULL THEN PERFORM set_config('lock_timeout', p_wait_ms || 'ms', true); END IF;
  queued := false;
  runs := start_instances(p_starts, NULL, v_now);
  SELECT array_agg(c.id ORDER BY c.s), array_agg(c.lane ORDER BY c.s), array_agg(c.body ORDER BY c.s),
         array_agg(c.payload ORDER BY c.s)
    INTO v_ids, v_lanes, v_bodies, v_payloads
    FROM json_to_recordset(p_conflicts) AS c (s integer, run text, id text, lane smallint, body text, payload text)
   WHERE runs[c.s] IS DISTINCT FROM c.run;
  IF v_ids IS NOT NULL THEN
    queued := 'queued' = ANY(queue_messages(instance_keys_of(v_ids), v_lanes, v_bodies, v_payloads, '{}', v_now));
  END IF;
END $$;

-- For each of these instances how many inbound messages there is room for, null if no turn has said it yet, and how
-- many are queued: of one snapshot, so that what a turn takes in meanwhile is neither missed nor counted twice.
CREATE FUNCTION inbound_counts(p_keys bigint[]) RETURNS TABLE (key bigint, room integer, queued integer)
  LANGUAGE sql VOLATILE AS $$
  SELECT o.key, o.mailbox_room,
         (SELECT count(*)::integer FROM messages m WHERE m.key = o.key AND m.lane = 2 AND m.inbound)
    FROM ownerships o WHERE o.key = ANY(p_keys) AND NOT o.ended ORDER BY o.key
$$;

-- The places of inbound messages that their receivers have no room for. p_most is null for what is no inbound message.
-- Senders do not wait for each other, unless an instance is so close to its limit that those who send at the same time
-- could go beyond it together. Locks are few, whatever the batch: they are kept in a table of bounded size.
CREATE FUNCTION beyond_limits(p_keys bigint[], p_most integer[], p_takes_room boolean[]) RETURNS integer[]
  LANGUAGE plpgsql AS $$
DECLARE
  v_keys bigint[];
  v_stripe bigint;
  v_room integer[];
  v_queued integer[];
  v_message record;
  v_limit integer;
  v_beyond integer[] := '{}';
BEGIN
  SELECT array_agg(DISTINCT c.key ORDER BY c.key) INTO v_keys
    FROM inbound_counts(p_keys) c JOIN unnest(p_keys, p_most) m (key, most) ON m.key = c.key
   WHERE m.most IS NOT NULL AND c.queued + cardinality(p_keys) + 1000 > least(m.most, c.room);
  IF v_keys IS NULL THEN RETURN v_beyond; END IF;
  FOR v_stripe IN SELECT DISTINCT k.key % 64 FROM unnest(v_keys) k (key) ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('perdure inbound ' || current_schema(), v_stripe));
  END LOOP;
  SELECT array_agg(c.key ORDER BY c.key), array_agg(c.room ORDER BY c.key), array_agg(c.queued ORDER BY c.key)
    INTO v_keys, v_room, v_queued FROM inbound_counts(v_keys) c;
  FOR v_message IN
    SELECT m.n, m.most, m.takes_room, array_position(v_keys, m.key) AS i
      FROM unnest(p_keys, p_most, p_takes_room) WITH ORDINALITY m (key, most, takes_room, n)
     WHERE m.most IS NOT NULL AND m.key = ANY(v_keys) ORDER BY m.n
  LOOP
    v_limit := v_message.most;
    IF v_message.takes_room THEN v_limit := coalesce(v_room[v_message.i], v_limit); END IF;
    IF v_queued[v_message.i] < v_limit THEN
      v_queued[v_message.i] := v_queued[v_message.i] + 1;
    ELSE
      v_beyond := v_beyond || v_message.n::integer;
    END IF;
  END LOOP;
  RETURN v_beyond;
END $$;

CREATE FUNCTION enqueue(p_ids text[], p_lanes smallint[], p_bodies text[], p_payloads text[], p_most integer[],
                        p_takes_room boolean[]) RETURNS text[]
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_keys bigint[] := instance_keys_of(p_ids);
  v_beyond integer[] := '{}';
  v_inbound boolean[];
  v_statuses text[];
  v_n integer;
BEGIN
  v_inbound := ARRAY(SELECT m.most IS NOT NULL FROM unnest(p_most) WITH ORDINALITY m (most, n) ORDER BY m.n);
  IF num_nonnulls(VARIADIC p_most) > 0 THEN v_beyond := beyond_limits(v_keys, p_most, p_takes_room); END IF;
  FOREACH v_n IN ARRAY v_beyond LOOP v_keys[v_n] := NULL; END LOOP;
  v_statuses := queue_messages(v_keys, p_lanes, p_bodies, p_payloads, '{}', store_now(), v_inbound);
  FOREACH v_n IN ARRAY v_beyond LOOP v_statuses[v_n] := 'full'; END LOOP;
  RETURN v_statuses;
END $$;
`;
