import { answerBytes, bytesOf, plans } from "./settings.ts";

export const commit = `
-- One batch of turns and results, in one round trip. Rows refer to their turn by its place in the batch, from 1. Locks
-- are taken in one order by everybody, so that batches wait for each other, and never in a circle: ownerships by key,
-- then work items by id, then new instances by id.
CREATE FUNCTION commit_batch(p_node text, p_turns json, p_changes json, p_acks json, p_fences json, p_events json, p_work json,
                             p_timers json, p_state json, p_cancels json, p_starts json, p_messages json,
                             p_results json, p_slots json, p_message_limit integer, p_lock_timeout_ms integer,
                             OUT store_now bigint, OUT turns json, OUT results json, OUT work json,
                             OUT messages json, OUT starts json, OUT undelivered json, OUT purged json,
                             OUT woken boolean)
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint;
  v_key bigint[];
  v_id text[];
  v_epoch integer[];
  v_exec integer[];
  v_last integer[];
  v_events integer[];
  -- 1 it did something, 2 it releases the instance, 4 it ends it, 8 its entries need settling, 16 its events have a
  -- gap.
  v_flags integer[];
  v_room integer[];
  -- For each turn: 0 fenced, 1 committed, 2 committed before, 3 committed before and no longer this node's,
  -- 4 refused.
  v_turn smallint[];
  v_result boolean[];
  v_lost integer[];
  v_locked bigint[];
  v_runs text[];
  v_ids text[];
  v_lanes smallint[];
  v_bodies text[];
  v_payloads text[];
  v_numbers integer[];
  v_receivers bigint[];
  v_statuses text[];
  v_ended bigint[];
  v_settled bigint[];
  v_released bigint[];
BEGIN
  PERFORM set_config('lock_timeout', p_lock_timeout_ms || 'ms', true);
  woken := false;
  SELECT array_agg(t.key ORDER BY t.n), array_agg(t.turn ORDER BY t.n), array_agg(t.epoch ORDER BY t.n),
         array_agg(t.exec ORDER BY t.n), array_agg(t.last ORDER BY t.n), array_agg(t.events ORDER BY t.n),
         array_agg(t.flags ORDER BY t.n), array_agg(t.room ORDER BY t.n)
    INTO v_key, v_id, v_epoch, v_exec, v_last, v_events, v_flags, v_room
    FROM json_to_recordset(p_turns)
      AS t (n integer, key bigint, turn text, epoch integer, exec integer, last integer, events integer, flags integer,
            room integer);
  PERFORM 1 FROM ownerships o WHERE o.key = ANY(v_key) ORDER BY o.key FOR NO KEY UPDATE;
  IF p_fences IS NOT NULL OR p_results IS NOT NULL OR p_cancels IS NOT NULL THEN
    PERFORM 1 FROM work_items w
      WHERE w.id = ANY(ARRAY(
        SELECT f.id FROM json_to_recordset(p_fences) AS f (id text)
        UNION SELECT r.id FROM json_to_recordset(p_results) AS r (id text)
        UNION SELECT c.id FROM json_to_recordset(p_cancels) AS c (id text)
        UNION SELECT i.id FROM json_to_recordset(p_cancels) AS c (t integer, x integer, id text, timer integer)
                JOIN work_items i ON i.key = v_key[c.t] AND i.execution_id = c.x
               WHERE c.id IS NULL AND c.timer IS NULL))
      ORDER BY w.id FOR UPDATE;
  END IF;

  -- Only now: no wait for a lock may outlast the lease unnoticed. The lease itself is read and not locked.
  v_now := store_now();
  store_now := v_now;
  IF NOT holds_lease(p_node) THEN RETURN; END IF;

  SELECT array_agg(DISTINCT f.t) INTO v_lost
    FROM json_to_recordset(p_fences) AS f (t integer, id text, delivery integer)
    LEFT JOIN work_items w ON w.id = f.id
   WHERE w.owner IS DISTINCT FROM p_node OR w.delivery <> f.delivery;
  SELECT array_agg(CASE
           WHEN o.turn_id = t.turn THEN CASE WHEN o.owner = p_node AND o.epoch = t.epoch THEN 2 ELSE 3 END
           WHEN o.owner = p_node AND o.epoch = t.epoch AND o.execution_id = t.exec AND o.last_event_id = t.last
                AND (v_lost IS NULL OR t.n <> ALL(v_lost)) THEN CASE WHEN t.flags & 16 > 0 THEN 4 ELSE 1 END
           ELSE 0 END ORDER BY t.n)
    INTO v_turn
    FROM unnest(v_key, v_id, v_epoch, v_exec, v_last, v_flags) WITH ORDINALITY
      AS t (key, turn, epoch, exec, last, flags, n)
    LEFT JOIN ownerships o ON o.key = t.key;
  v_locked := ARRAY(SELECT v_key[n] FROM generate_subscripts(v_turn, 1) n WHERE v_turn[n] IN (1, 2, 3));

  IF p_acks IS NOT NULL THEN
    DELETE FROM messages m USING json_to_recordset(p_acks) AS a (t integer, lane smallint, seq bigint)
     WHERE v_turn[a.t] = 1 AND m.key = v_key[a.t] AND m.lane = a.lane AND m.seq = a.seq;
  END IF;
  IF p_fences IS NOT NULL THEN
    DELETE FROM work_items w USING json_to_recordset(p_fences) AS f (t integer, id text)
     WHERE v_turn[f.t] = 1 AND w.id = f.id;
    DELETE FROM work_bodies w USING json_to_recordset(p_fences) AS f (t integer, id text)
     WHERE v_turn[f.t] = 1 AND w.id = f.id;
  END IF;
  IF p_events IS NOT NULL THEN
    INSERT INTO history (key, execution_id, event_id, at, body, payload)
    SELECT v_key[e.t], e.x, e.id, e.at, e.body, e.payload
      FROM json_to_recordset(p_events) AS e (t integer, x integer, id integer, at bigint, body text, payload text)
     WHERE v_turn[e.t] = 1;
  END IF;
  IF p_timers IS NOT NULL THEN
    INSERT INTO timers (key, execution_id, event_id, partition, due_at, body)
    SELECT v_key[e.t], e.x, e.id, e.partition, e.due, e.body
      FROM json_to_recordset(p_timers)
        AS e (t integer, x integer, id integer, partition integer, due bigint, body text)
     WHERE v_turn[e.t] = 1;
  END IF;
  IF p_state IS NOT NULL THEN
    DELETE FROM state s USING json_to_recordset(p_state) AS e (t integer, name text, payload text)
     WHERE v_turn[e.t] = 1 AND e.payload IS NULL AND s.key = v_key[e.t] AND s.name = e.name;
    INSERT INTO state (key, name, payload)
    SELECT v_key[e.t], e.name, e.payload FROM json_to_recordset(p_state) AS e (t integer, name text, payload text)
     WHERE v_turn[e.t] = 1 AND e.payload IS NOT NULL
        ON CONFLICT (key, name) DO UPDATE SET payload = excluded.payload;
  END IF;
  IF p_cancels IS NOT NULL THEN
    PERFORM cancel_operations(p_cancels, v_key, v_turn);
  END IF;
  IF p_work IS NOT NULL THEN
    work := schedule_work(p_node, p_work, p_slots, v_key, v_turn, v_now);
  END IF;

  IF p_changes IS NULL THEN
    UPDATE ownerships o
       SET turn_id = t.turn, last_event_id = t.last + t.events,
           claims = CASE WHEN t.flags & 1 > 0 THEN 0 ELSE o.claims END, mailbox_room = coalesce(t.room, o.mailbox_room)
      FROM unnest(v_key, v_id, v_last, v_events, v_flags, v_room, v_turn)
        AS t (key, turn, last, events, flags, room, status)
     WHERE t.status = 1 AND o.key = t.key;
  ELSE
    PERFORM apply_changes(p_changes, v_key, v_id, v_last, v_events, v_flags, v_room, v_turn, v_now);
  END IF;

  IF p_results IS NOT NULL THEN
    v_result := finish_work(p_node, p_results, v_now);
    SELECT array_to_json(v_result) INTO results;
  END IF;
  IF p_starts IS NOT NULL THEN
    v_runs := start_instances(p_starts, v_turn, v_now);
    starts := array_to_json(v_runs);
  END IF;

  -- Messages of turns, of results, and of starts that lost; in the order of the batch.
  IF p_messages IS NOT NULL THEN
    SELECT array_agg(m.id ORDER BY m.n), array_agg(m.lane ORDER BY m.n), array_agg(m.body ORDER BY m.n),
           array_agg(m.payload ORDER BY m.n), array_agg(m.n ORDER BY m.n)
      INTO v_ids, v_lanes, v_bodies, v_payloads, v_numbers
      FROM json_to_recordset(p_messages)
        AS m (n integer, t integer, r integer, s integer, run text, id text, lane smallint, body text, payload text)
     WHERE CASE WHEN m.r IS NOT NULL THEN v_result[m.r] ELSE v_turn[m.t] = 1 END
       AND (m.s IS NULL OR v_runs[m.s] IS DISTINCT FROM m.run);
    IF v_ids IS NOT NULL THEN
      v_receivers := instance_keys_of(v_ids);
      v_statuses := queue_messages(v_receivers, v_lanes, v_bodies, v_payloads, v_locked, v_now);
      SELECT json_agg(json_build_array(s.n, s.status)) INTO undelivered
        FROM unnest(v_numbers, v_statuses) s (n, status) WHERE s.status <> 'queued';
      woken := 'queued' = ANY(v_statuses) AND NOT v_receivers <@ v_locked;
    END IF;
  END IF;

  SELECT array_agg(t.key) FILTER (WHERE t.flags & 4 > 0),
         array_agg(t.key) FILTER (WHERE t.flags & 8 > 0 OR t.key = ANY(v_receivers)),
         array_agg(t.key) FILTER (WHERE t.flags & 2 > 0)
    INTO v_ended, v_settled, v_released
    FROM unnest(v_key, v_flags, v_turn) AS t (key, flags, status) WHERE t.status = 1;
  IF v_ended IS NOT NULL THEN
    WITH gone AS (DELETE FROM messages m WHERE m.key = ANY(v_ended) RETURNING m.key, m.lane, m.seq, m.body)
    SELECT json_agg(json_build_array(array_position(v_key, g.key), g.body) ORDER BY g.key, g.lane, g.seq)
      INTO purged FROM gone g;
  END IF;
  IF v_settled IS NOT NULL THEN
    PERFORM settle(v_settled, v_now);
    woken := woken OR EXISTS (SELECT FROM ready r WHERE r.key = ANY(v_released));
  END IF;

  -- What this answer cannot carry has to be fetched.
  SELECT json_agg(json_build_array(m.n, m.lane, m.seq, m.body, m.payload) ORDER BY m.n, m.lane, m.seq)
           FILTER (WHERE m.bytes_before < ${answerBytes}),
         woken OR coalesce(bool_or(m.bytes_before >= ${answerBytes}), false)
    INTO messages, woken
    FROM (SELECT a.n, m.*, sum${bytesOf("m")} OVER (ORDER BY a.n, m.lane, m.seq) - ${bytesOf("m")} AS bytes_before
            FROM unnest(v_key, v_turn, v_flags) WITH ORDINALITY a (key, status, flags, n)
            CROSS JOIN LATERAL (SELECT * FROM messages m
                                 WHERE m.key = a.key ORDER BY m.lane, m.seq LIMIT p_message_limit) m
           WHERE a.status = 2 OR (a.status = 1 AND a.flags & 2 = 0)) m;
  turns := array_to_json(v_turn);
END $$;

-- Moves the instances of turns on, some of which change more than that.
CREATE FUNCTION apply_changes(p_changes json, p_key bigint[], p_id text[], p_last integer[], p_events integer[],
                              p_flags integer[], p_room integer[], p_turn smallint[], p_now bigint)
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ownerships o
     SET turn_id = t.turn, execution_id = coalesce(c.next, o.execution_id),
         last_event_id = CASE WHEN c.next IS NULL THEN t.last + t.events ELSE 0 END,
         claims = CASE WHEN t.flags & 1 > 0 THEN 0 ELSE greatest(o.claims - coalesce(c.uncounted, 0), 0) END,
         handler = coalesce(c.handler, o.handler),
         owner = CASE WHEN t.flags & 2 > 0 THEN NULL ELSE o.owner END,
         available_at = CASE WHEN t.flags & 2 > 0 THEN p_now + coalesce(c.available, 0) ELSE o.available_at END,
         quarantine = CASE WHEN t.flags & 2 > 0 THEN c.quarantine ELSE o.quarantine END,
         mailbox_room = coalesce(t.room, o.mailbox_room),
         ended = o.ended OR t.flags & 4 > 0
    FROM unnest(p_key, p_id, p_last, p_events, p_flags, p_room, p_turn) WITH ORDINALITY
           AS t (key, turn, last, events, flags, room, status, n)
    LEFT JOIN json_to_recordset(p_changes)
           AS c (t integer, next integer, handler text, available bigint, quarantine text, uncounted integer) ON c.t = t.n
   WHERE t.status = 1 AND o.key = t.key;
  UPDATE instances i
     SET status = coalesce(c.status, i.status), version = coalesce(c.version, i.version),
         custom_status = coalesce(c.custom, i.custom_status),
         updated_at = CASE WHEN c.changed THEN p_now ELSE i.updated_at END,
         ended_at = CASE WHEN p_flags[c.t] & 4 > 0 THEN p_now ELSE i.ended_at END
    FROM json_to_recordset(p_changes) AS c (t integer, status text, version text, custom text, changed boolean)
   WHERE p_turn[c.t] = 1 AND (c.changed OR c.version IS NOT NULL) AND i.key = p_key[c.t];
END $$;

-- Inserts work items; those that the node has slots for are its own from the start. Answers their numbers. While older
-- work waits that it could do, it takes none: it would serve its own instances for ever.
CREATE FUNCTION schedule_work(p_node text, p_work json, p_slots json, p_key bigint[], p_turn smallint[], p_now bigint)
  RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  v_numbers json;
BEGIN
  WITH slots AS MATERIALIZED (
    SELECT s.* FROM json_to_recordset(p_slots) AS s (n integer, queue text, names text[], size integer, floor bigint)
     WHERE NOT EXISTS (
       SELECT FROM unnest(s.names) a (name)
        CROSS JOIN LATERAL (SELECT FROM work_items w
                             WHERE w.owner IS NULL AND w.queue = s.queue AND w.name = a.name
                               AND w.visible_at BETWEEN s.floor AND p_now LIMIT 1) w)
  ), items AS MATERIALIZED (
    SELECT w.*, s.n IS NOT NULL AND row_number() OVER (PARTITION BY s.n ORDER BY w.n) <= s.size AS is_ours
      FROM json_to_recordset(p_work)
        AS w (n integer, t integer, x integer, id text, queue text, name text, start_by bigint, body text, payload text,
             session text)
      -- Whose an item of a session is, is decided where it is fetched.
      LEFT JOIN LATERAL (SELECT s.n, s.size FROM slots s
                          WHERE s.queue = w.queue AND w.name = ANY(s.names) AND w.session IS NULL
                          ORDER BY s.n LIMIT 1) s ON true
     WHERE p_turn[w.t] = 1
  ), bodies AS (
    INSERT INTO work_bodies (id, body, payload) SELECT i.id, i.body, i.payload FROM items i
  ), inserted AS (
    INSERT INTO work_items (id, key, execution_id, queue, name, owner, delivery, visible_at, scheduled_at, start_by,
                            session)
    SELECT i.id, p_key[i.t], i.x,
           CASE WHEN i.session IS NULL THEN i.queue
                ELSE coalesce(lane_of(i.queue, session_holder(i.session, i.queue, i.name)), i.queue) END, i.name, CASE WHEN i.is_ours THEN p_node END, i.is_ours::integer,
           p_now, p_now, i.start_by, i.session
      FROM items i ORDER BY i.n
  )
  SELECT json_agg(i.n ORDER BY i.n) INTO v_numbers FROM items i WHERE i.is_ours;
  RETURN v_numbers;
END $$;

-- Each names one work item, one timer, or, with neither, all that an execution has.
CREATE FUNCTION cancel_operations(p_cancels json, p_key bigint[], p_turn smallint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH gone AS (
    DELETE FROM work_items w USING json_to_recordset(p_cancels) AS c (t integer, x integer, id text, timer integer)
     WHERE p_turn[c.t] = 1 AND c.id IS NOT NULL AND w.id = c.id AND w.key = p_key[c.t]
    RETURNING w.id
  )
  DELETE FROM work_bodies b USING gone g WHERE b.id = g.id;
  DELETE FROM timers r USING json_to_recordset(p_cancels) AS c (t integer, x integer, id text, timer integer)
   WHERE p_turn[c.t] = 1 AND c.timer IS NOT NULL
     AND r.key = p_key[c.t] AND r.execution_id = c.x AND r.event_id = c.timer;
  WITH gone AS (
    DELETE FROM work_items w USING json_to_recordset(p_cancels) AS c (t integer, x integer, id text, timer integer)
     WHERE p_turn[c.t] = 1 AND c.id IS NULL AND c.timer IS NULL AND w.key = p_key[c.t] AND w.execution_id = c.x
    RETURNING w.id
  )
  DELETE FROM work_bodies b USING gone g WHERE b.id = g.id;
  DELETE FROM timers r USING json_to_recordset(p_cancels) AS c (t integer, x integer, id text, timer integer)
   WHERE p_turn[c.t] = 1 AND c.id IS NULL AND c.timer IS NULL AND r.key = p_key[c.t] AND r.execution_id = c.x;
END $$;

-- Applies how deliveries ended, and answers for each whether it still was this node's.
CREATE FUNCTION finish_work(p_node text, p_results json, p_now bigint) RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
  v_own boolean[];
BEGIN
  SELECT array_agg(w.id IS NOT NULL ORDER BY r.n) INTO v_own
    FROM json_to_recordset(p_results) AS r (n integer, id text, delivery integer)
    LEFT JOIN work_items w ON w.id = r.id AND w.owner = p_node AND w.delivery = r.delivery;
  DELETE FROM work_items w USING json_to_recordset(p_results) AS r (n integer, id text, kind text)
   WHERE r.kind = 'complete' AND v_own[r.n] AND w.id = r.id;
  DELETE FROM work_bodies w USING json_to_recordset(p_results) AS r (n integer, id text, kind text)
   WHERE r.kind = 'complete' AND v_own[r.n] AND w.id = r.id;
  UPDATE work_items w
     SET owner = NULL, failures = w.failures + (r.kind = 'retry')::integer,
         visible_at = CASE WHEN r.kind = 'retry' THEN p_now + r.delay ELSE w.visible_at END
    FROM json_to_recordset(p_results) AS r (n integer, id text, kind text, delay bigint)
   WHERE r.kind <> 'complete' AND v_own[r.n] AND w.id = r.id;
  UPDATE work_bodies w SET note = r.note
    FROM json_to_recordset(p_results) AS r (n integer, id text, kind text, note text)
   WHERE r.kind = 'retry' AND v_own[r.n] AND w.id = r.id;
  RETURN v_own;
END $$;
`;
