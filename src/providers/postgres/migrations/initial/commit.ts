import { answerBytes, bytesOf, plans } from "./settings.ts";

export const commit = `
-- One batch of turns and results, in one round trip. Rows refer to their turn by its place in the batch, from 1. Locks
-- are taken in one order by everybody, so that batches wait for each other, and never in a circle: ownerships by key,
-- then fused work items by id, then others by id, then new instances by id.
--
-- Nearly always every turn of a batch holds. So what advances an instance is itself what judges its turn, and if one
-- does not hold, nothing is done (PD004): then the batch is to be committed with care, each turn judged before anything
-- is written.
CREATE FUNCTION commit_batch(
    p_node text, p_careful boolean, p_settles boolean, p_message_limit integer, p_lock_timeout_ms integer,
    p_key bigint[], p_id text[], p_epoch integer[], p_execution integer[], p_last integer[], p_events integer[],
    -- 1 it did something, 2 it releases the instance, 4 it ends it, 8 its entries need settling, 16 its events have a
    -- gap, 32 its claim does not count, 64 the instance is to be shown otherwise, 128 it ends what the instance carries,
    -- which must be p_ended (nothing, if that is null), and the instance carries the item at the place p_carried.
    p_flags integer[], p_ended text[], p_carried integer[],
    p_room integer[], p_next integer[], p_handler text[], p_available bigint[], p_quarantine text[], p_status text[],
    p_version text[], p_custom text[],
    p_ack_turn integer[], p_ack_lane integer[], p_ack_seq bigint[],
    p_fence_turn integer[], p_fence_id text[], p_fence_delivery integer[],
    p_event_turn integer[], p_event_id integer[], p_event_at bigint[], p_event_body text[], p_event_payload text[],
    p_work_turn integer[], p_work_id text[], p_work_queue text[], p_work_name text[], p_work_start_by bigint[],
    p_work_body text[], p_work_payload text[], p_work_session text[], p_work_slot integer[], p_work_spare integer[],
    p_slots integer[], p_rival_slot integer[], p_rival_queue text[], p_rival_name text[], p_rival_floor bigint[],
    p_cancelled_turn integer[], p_cancelled_id text[], p_cancelled_timer_turn integer[], p_cancelled_timer integer[],
    -- Instances that carry what must be in the queue before anything else is done.
    p_set_down bigint[],
    p_closing integer[], p_timers json, p_state json, p_starts json, p_messages json, p_results json,
    OUT store_now bigint, OUT turns json, OUT results json, OUT older integer[], OUT messages json,
    OUT starts json, OUT undelivered json, OUT purged json, OUT woken boolean)
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := store_now();
  -- For each turn: 0 fenced, 1 committed, 2 committed before, 3 committed before and no longer this node's,
  -- 4 refused.
  v_turn smallint[];
  v_count integer;
  v_setting text := set_config('lock_timeout', p_lock_timeout_ms || 'ms', true);
  v_result boolean[];
  -- As p_carried, without those that this node has no slot for.
  v_carried integer[] := p_carried;
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
  woken := false;
  IF p_careful THEN
    v_turn := judge_turns(p_node, p_key, p_id, p_epoch, p_execution, p_last, p_flags, p_fence_turn, p_fence_id,
                          p_fence_delivery, p_set_down, p_results);
    v_now := store_now();
  ELSE
    IF p_set_down IS NOT NULL THEN
      PERFORM 1 FROM ownerships o WHERE o.key = ANY(p_key || p_set_down) ORDER BY o.key FOR NO KEY UPDATE;
      PERFORM set_down(p_set_down);
    END IF;
    v_turn := array_fill(1::smallint, ARRAY[coalesce(cardinality(p_key), 0)]);
  END IF;

  -- Slots that older work waits for, which the node could do, are left to that: it would serve its own instances for
  -- ever.
  IF p_rival_slot IS NOT NULL THEN
    older := ARRAY(
      SELECT (SELECT count(*)
                FROM (SELECT FROM generate_subscripts(p_rival_slot, 1) i
                       CROSS JOIN LATERAL (SELECT FROM work_items w
                                            WHERE w.owner IS NULL AND w.queue = p_rival_queue[i]
                                              AND w.name = p_rival_name[i]
                                              AND w.visible_at BETWEEN p_rival_floor[i] AND v_now
                                            LIMIT p_slots[s]) w
                       WHERE p_rival_slot[i] = s LIMIT p_slots[s]) c)
        FROM generate_subscripts(p_slots, 1) s ORDER BY s);
    IF p_carried IS NOT NULL AND 0 < ANY(older) THEN
      v_carried := ARRAY(SELECT CASE WHEN older[p_work_slot[c.i]] <= p_work_spare[c.i] THEN c.i END
                           FROM unnest(p_carried) WITH ORDINALITY c (i, n) ORDER BY c.n);
    END IF;
  END IF;

  IF p_key IS NOT NULL THEN
    UPDATE ownerships o
       SET turn_id = p_id[t.n], execution_id = coalesce(p_next[t.n], o.execution_id),
           last_event_id = CASE WHEN p_next[t.n] IS NULL THEN p_last[t.n] + p_events[t.n] ELSE 0 END,
           claims = CASE WHEN p_flags[t.n] & 1 > 0 THEN 0 WHEN p_flags[t.n] & 32 > 0 THEN greatest(o.claims - 1, 0)
                         ELSE o.claims END,
           handler = coalesce(p_handler[t.n], o.handler), mailbox_room = coalesce(p_room[t.n], o.mailbox_room),
           owner = CASE WHEN p_flags[t.n] & 2 > 0 THEN NULL ELSE o.owner END,
           available_at = CASE WHEN p_flags[t.n] & 2 > 0 THEN v_now + coalesce(p_available[t.n], 0)
                               ELSE o.available_at END,
           quarantine = CASE WHEN p_flags[t.n] & 2 > 0 THEN p_quarantine[t.n] ELSE o.quarantine END,
           ended = o.ended OR p_flags[t.n] & 4 > 0,
           carried_id = CASE WHEN t.hands_on THEN p_work_id[t.i] ELSE o.carried_id END,
           carried_queue = CASE WHEN t.hands_on THEN p_work_queue[t.i] ELSE o.carried_queue END,
           carried_name = CASE WHEN t.hands_on THEN p_work_name[t.i] ELSE o.carried_name END,
           carried_body = CASE WHEN t.hands_on THEN p_work_body[t.i] ELSE o.carried_body END,
           carried_payload = CASE WHEN t.hands_on THEN p_work_payload[t.i] ELSE o.carried_payload END,
           carried_at = CASE WHEN NOT t.hands_on THEN o.carried_at WHEN t.i IS NOT NULL THEN v_now END
      FROM (SELECT t.key, t.n::integer AS n, p_flags[t.n] & 128 > 0 AS hands_on, v_carried[t.n] AS i
              FROM unnest(p_key) WITH ORDINALITY t (key, n) ORDER BY t.key) t
     WHERE o.key = ANY(ARRAY[t.key]) AND v_turn[t.n] = 1 AND o.turn_id IS DISTINCT FROM p_id[t.n]
       AND (o.owner = p_node) IS TRUE AND o.epoch = p_epoch[t.n] AND o.execution_id = p_execution[t.n]
       AND o.last_event_id = p_last[t.n] AND (NOT t.hands_on OR o.carried_id IS NOT DISTINCT FROM p_ended[t.n]);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF NOT p_careful AND v_count < cardinality(p_key) THEN PERFORM ask_for_care(); END IF;
  END IF;
  IF p_fence_id IS NOT NULL THEN
    DELETE FROM work_items w
     USING (SELECT f.id, f.n::integer AS n FROM unnest(p_fence_id) WITH ORDINALITY f (id, n)
             ORDER BY f.id COLLATE "C") f
     WHERE w.id = ANY(ARRAY[f.id]) AND v_turn[p_fence_turn[f.n]] = 1 AND (w.owner = p_node) IS TRUE
       AND w.delivery = p_fence_delivery[f.n];
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF NOT p_careful AND v_count < cardinality(p_fence_id) THEN PERFORM ask_for_care(); END IF;
  END IF;
  IF p_results IS NOT NULL OR p_closing IS NOT NULL OR p_cancelled_id IS NOT NULL THEN
    PERFORM cancel_work(p_cancelled_turn, p_cancelled_id, p_closing, p_results, p_key, p_execution, v_turn);
  END IF;

  -- Only now: no wait for a lock may outlast the lease unnoticed. The lease itself is read and not locked.
  v_now := store_now();
  store_now := v_now;
  IF NOT EXISTS (SELECT FROM nodes n WHERE n.node_id = p_node AND n.lease_until > lease_now()) THEN
    RAISE EXCEPTION 'The lease does not hold.' USING ERRCODE = 'PD005';
  END IF;

  IF p_ack_turn IS NOT NULL THEN
    DELETE FROM messages m USING generate_subscripts(p_ack_turn, 1) i
     WHERE v_turn[p_ack_turn[i]] = 1 AND m.key = ANY(ARRAY[p_key[p_ack_turn[i]]]) AND m.lane = p_ack_lane[i]
       AND m.seq = p_ack_seq[i];
  END IF;
  IF p_event_turn IS NOT NULL THEN
    INSERT INTO history (key, execution_id, event_id, at, body, payload)
    SELECT p_key[p_event_turn[i]], p_execution[p_event_turn[i]], p_event_id[i], p_event_at[i], p_event_body[i],
           p_event_payload[i]
      FROM generate_subscripts(p_event_turn, 1) i WHERE v_turn[p_event_turn[i]] = 1;
  END IF;
  IF p_timers IS NOT NULL THEN
    INSERT INTO timers (key, execution_id, event_id, partition, due_at, body)
    SELECT p_key[e.t], p_execution[e.t], e.id, e.partition, e.due, e.body
      FROM json_to_recordset(p_timers) AS e (t integer, id integer, partition integer, due bigint, body text)
     WHERE v_turn[e.t] = 1;
  END IF;
  IF p_state IS NOT NULL THEN
    DELETE FROM state s USING json_to_recordset(p_state) AS e (t integer, name text, payload text)
     WHERE v_turn[e.t] = 1 AND e.payload IS NULL AND s.key = ANY(ARRAY[p_key[e.t]]) AND s.name = e.name;
    INSERT INTO state (key, name, payload)
    SELECT p_key[e.t], e.name, e.payload FROM json_to_recordset(p_state) AS e (t integer, name text, payload text)
     WHERE v_turn[e.t] = 1 AND e.payload IS NOT NULL
        ON CONFLICT (key, name) DO UPDATE SET payload = excluded.payload;
  END IF;
  IF p_closing IS NOT NULL THEN
    DELETE FROM timers r USING unnest(p_closing) t
     WHERE v_turn[t] = 1 AND r.key = ANY(ARRAY[p_key[t]]) AND r.execution_id = p_execution[t];
  END IF;
  IF p_cancelled_timer IS NOT NULL THEN
    DELETE FROM timers r USING generate_subscripts(p_cancelled_timer, 1) i
     WHERE v_turn[p_cancelled_timer_turn[i]] = 1 AND r.key = ANY(ARRAY[p_key[p_cancelled_timer_turn[i]]])
       AND r.execution_id = p_execution[p_cancelled_timer_turn[i]] AND r.event_id = p_cancelled_timer[i];
  END IF;

  IF coalesce(num_nonnulls(VARIADIC v_carried), 0) < cardinality(p_work_id) THEN
    INSERT INTO work_items (id, key, execution_id, queue, name, owner, delivery, visible_at, scheduled_at, start_by,
                            session, body, payload)
    SELECT p_work_id[i], p_key[p_work_turn[i]], p_execution[p_work_turn[i]],
           CASE WHEN p_work_session[i] IS NULL THEN p_work_queue[i]
                ELSE coalesce(lane_of(p_work_queue[i],
                                      session_holder(p_work_session[i], p_work_queue[i], p_work_name[i])),
                              p_work_queue[i]) END,
           p_work_name[i], CASE WHEN s.is_free THEN p_node END, s.is_free::integer, v_now, v_now, p_work_start_by[i],
           p_work_session[i], p_work_body[i], p_work_payload[i]
      FROM generate_subscripts(p_work_id, 1) i
     CROSS JOIN LATERAL (SELECT p_work_slot[i] IS NOT NULL
                                AND (older IS NULL OR older[p_work_slot[i]] <= p_work_spare[i]) AS is_free) s
     WHERE v_turn[p_work_turn[i]] = 1 AND v_carried[p_work_turn[i]] IS DISTINCT FROM i;
  END IF;
  IF num_nonnulls(p_next, p_status, p_version, p_custom) > 0 THEN
    UPDATE instances i
       SET status = coalesce(p_status[t.n], i.status), version = coalesce(p_version[t.n], i.version),
           custom_status = coalesce(p_custom[t.n], i.custom_status),
           updated_at = CASE WHEN p_flags[t.n] & 64 > 0 THEN v_now ELSE i.updated_at END,
           ended_at = CASE WHEN p_flags[t.n] & 4 > 0 THEN v_now ELSE i.ended_at END
      FROM (SELECT t.key, t.n::integer AS n FROM unnest(p_key) WITH ORDINALITY t (key, n)) t
     WHERE v_turn[t.n] = 1 AND (p_flags[t.n] & 64 > 0 OR p_version[t.n] IS NOT NULL) AND i.key = ANY(ARRAY[t.key]);
  END IF;

  IF p_results IS NOT NULL THEN
    v_result := finish_work(p_node, p_results, v_now);
    -- An instance may carry it.
    IF NOT p_careful AND false = ANY(v_result) THEN PERFORM ask_for_care(); END IF;
    results := array_to_json(v_result);
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
      v_locked := ARRAY(SELECT p_key[n] FROM generate_subscripts(v_turn, 1) n WHERE v_turn[n] IN (1, 2, 3));
      v_receivers := instance_keys_of(v_ids);
      v_statuses := queue_messages(v_receivers, v_lanes, v_bodies, v_payloads, v_locked, v_now);
      SELECT json_agg(json_build_array(s.n, s.status)) INTO undelivered
        FROM unnest(v_numbers, v_statuses) s (n, status) WHERE s.status <> 'queued';
      woken := 'queued' = ANY(v_statuses) AND NOT v_receivers <@ v_locked;
    END IF;
  END IF;

  IF p_settles OR v_receivers IS NOT NULL THEN
    SELECT array_agg(t.key) FILTER (WHERE p_flags[t.n] & 4 > 0),
           array_agg(t.key) FILTER (WHERE p_flags[t.n] & 8 > 0 OR t.key = ANY(v_receivers)),
           array_agg(t.key) FILTER (WHERE p_flags[t.n] & 2 > 0)
      INTO v_ended, v_settled, v_released
      FROM unnest(p_key) WITH ORDINALITY AS t (key, n) WHERE v_turn[t.n] = 1;
    IF v_ended IS NOT NULL THEN
      WITH gone AS (DELETE FROM messages m WHERE m.key = ANY(v_ended) RETURNING m.key, m.lane, m.seq, m.body)
      SELECT json_agg(json_build_array(array_position(p_key, g.key), g.body) ORDER BY g.key, g.lane, g.seq)
        INTO purged FROM gone g;
    END IF;
    IF v_settled IS NOT NULL THEN
      PERFORM settle(v_settled, v_now);
      woken := woken OR EXISTS (SELECT FROM ready r WHERE r.key = ANY(v_released));
    END IF;
  END IF;

  -- There are hardly ever any. One that comes after this look has an entry, and is fetched.
  IF EXISTS (SELECT FROM messages m WHERE m.key = ANY(p_key)) THEN
    SELECT m.messages, woken OR m.is_cut INTO messages, woken
      FROM mail_of(p_key, ARRAY(SELECT v_turn[n] = 2 OR (v_turn[n] = 1 AND p_flags[n] & 2 = 0)
                                  FROM generate_subscripts(p_key, 1) n ORDER BY n), p_message_limit) m;
  END IF;
  IF p_careful THEN turns := array_to_json(v_turn); END IF;
END $$;

CREATE FUNCTION ask_for_care() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A turn does not hold: each has to be judged by itself.' USING ERRCODE = 'PD004';
END $$;

-- What waits for those of the instances that are wanted, named by their places, and whether there is more than an answer
-- carries: that has to be fetched.
CREATE FUNCTION mail_of(p_key bigint[], p_is_wanted boolean[], p_message_limit integer,
                        OUT messages json, OUT is_cut boolean) LANGUAGE plpgsql AS $$
BEGIN
  SELECT json_agg(json_build_array(m.n, m.lane, m.seq, m.body, m.payload) ORDER BY m.n, m.lane, m.seq)
           FILTER (WHERE m.bytes_before < ${answerBytes}),
         coalesce(bool_or(m.bytes_before >= ${answerBytes}), false)
    INTO messages, is_cut
    FROM (SELECT a.n, m.*, sum${bytesOf("m")} OVER (ORDER BY a.n, m.lane, m.seq) - ${bytesOf("m")} AS bytes_before
            FROM unnest(p_key) WITH ORDINALITY a (key, n)
            CROSS JOIN LATERAL (SELECT * FROM messages m
                                 WHERE m.key = a.key ORDER BY m.lane, m.seq LIMIT p_message_limit) m
           WHERE p_is_wanted[a.n]) m;
END $$;

-- Locks what turns are fenced by, and answers what is to become of each. What they and results are about is in the
-- queue then.
CREATE FUNCTION judge_turns(p_node text, p_key bigint[], p_id text[], p_epoch integer[], p_execution integer[],
                            p_last integer[], p_flags integer[], p_fence_turn integer[], p_fence_id text[],
                            p_fence_delivery integer[], p_set_down bigint[], p_results json)
  RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
  v_lost integer[];
  v_carriers bigint[] := coalesce(p_set_down, '{}');
  v_ids text[];
BEGIN
  IF p_results IS NOT NULL THEN
    -- What is neither in the queue nor said to be carried can be carried by whatever the node owns.
    v_ids := ARRAY(SELECT r.id FROM json_to_recordset(p_results) AS r (id text)
                    WHERE NOT EXISTS (SELECT FROM work_items w WHERE w.id = r.id)
                      AND NOT EXISTS (SELECT FROM ownerships o WHERE o.key = ANY(p_set_down) AND o.carried_id = r.id));
    IF v_ids <> '{}' THEN
      v_carriers := v_carriers || ARRAY(SELECT o.key FROM ownerships o
                                         WHERE o.owner = p_node AND o.carried_id = ANY(v_ids));
    END IF;
  END IF;
  PERFORM 1 FROM ownerships o WHERE o.key = ANY(p_key || v_carriers) ORDER BY o.key FOR NO KEY UPDATE;
  PERFORM set_down(v_carriers || ARRAY(
    SELECT o.key FROM unnest(p_key) WITH ORDINALITY t (key, n)
     CROSS JOIN LATERAL (SELECT * FROM ownerships o WHERE o.key = t.key LIMIT 1) o
     WHERE o.carried_id IS NOT NULL AND o.owner = p_node AND o.epoch = p_epoch[t.n]
       AND o.execution_id = p_execution[t.n] AND o.last_event_id = p_last[t.n]));
  PERFORM 1 FROM work_items w WHERE w.id = ANY(p_fence_id) ORDER BY w.id FOR UPDATE;
  SELECT array_agg(DISTINCT p_fence_turn[f.n]) INTO v_lost
    FROM unnest(p_fence_id) WITH ORDINALITY f (id, n)
    LEFT JOIN LATERAL (SELECT w.owner, w.delivery FROM work_items w WHERE w.id = f.id LIMIT 1) w ON true
   WHERE w.owner IS DISTINCT FROM p_node OR w.delivery IS DISTINCT FROM p_fence_delivery[f.n];
  RETURN ARRAY(
    SELECT CASE
             WHEN o.turn_id = p_id[t.n] THEN CASE WHEN o.owner = p_node AND o.epoch = p_epoch[t.n] THEN 2 ELSE 3 END
             WHEN o.owner = p_node AND o.epoch = p_epoch[t.n] AND o.execution_id = p_execution[t.n]
                  AND o.last_event_id = p_last[t.n] AND (v_lost IS NULL OR t.n <> ALL(v_lost))
               THEN CASE WHEN p_flags[t.n] & 16 > 0 THEN 4 ELSE 1 END
             ELSE 0 END
      FROM unnest(p_key) WITH ORDINALITY t (key, n)
      LEFT JOIN LATERAL (SELECT * FROM ownerships o WHERE o.key = t.key LIMIT 1) o ON true
     ORDER BY t.n);
END $$;

-- Locks the work items of results and those that turns cancel: one by one, or all that an execution still has. Removes
-- the latter.
CREATE FUNCTION cancel_work(p_turn integer[], p_id text[], p_closing integer[], p_results json, p_key bigint[],
                            p_execution integer[], p_status smallint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_gone text[] := ARRAY(
    SELECT w.id FROM generate_subscripts(p_id, 1) i
     CROSS JOIN LATERAL (SELECT w.id, w.key FROM work_items w WHERE w.id = p_id[i] LIMIT 1) w
     WHERE p_status[p_turn[i]] = 1 AND w.key = p_key[p_turn[i]]
    UNION ALL
    SELECT w.id FROM unnest(p_closing) t
     CROSS JOIN LATERAL (SELECT w.id FROM work_items w WHERE w.key = p_key[t] AND w.execution_id = p_execution[t]
                         OFFSET 0) w
     WHERE p_status[t] = 1);
BEGIN
  IF p_results IS NOT NULL OR cardinality(v_gone) > 0 THEN
    PERFORM 1 FROM work_items w
      WHERE w.id = ANY(v_gone || ARRAY(SELECT r.id FROM json_to_recordset(p_results) AS r (id text)))
      ORDER BY w.id FOR UPDATE;
    DELETE FROM work_items w WHERE w.id = ANY(v_gone);
  END IF;
END $$;

-- Applies how deliveries ended, of items that the caller has locked, and answers for each whether it still was this
-- node's.
CREATE FUNCTION finish_work(p_node text, p_results json, p_now bigint) RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
  v_own boolean[];
BEGIN
  SELECT array_agg(coalesce(w.owner = p_node AND w.delivery = r.delivery, false) ORDER BY r.n) INTO v_own
    FROM json_to_recordset(p_results) AS r (n integer, id text, delivery integer)
    LEFT JOIN LATERAL (SELECT w.owner, w.delivery FROM work_items w WHERE w.id = r.id LIMIT 1) w ON true;
  DELETE FROM work_items w USING json_to_recordset(p_results) AS r (n integer, id text, kind text)
   WHERE r.kind = 'complete' AND v_own[r.n] AND w.id = ANY(ARRAY[r.id]);
  UPDATE work_items w
     SET owner = NULL, failures = w.failures + (r.kind = 'retry')::integer,
         visible_at = CASE WHEN r.kind = 'retry' THEN p_now + r.delay ELSE w.visible_at END,
         note = CASE WHEN r.kind = 'retry' THEN r.note ELSE w.note END
    FROM json_to_recordset(p_results) AS r (n integer, id text, kind text, delay bigint, note text)
   WHERE r.kind <> 'complete' AND v_own[r.n] AND w.id = ANY(ARRAY[r.id]);
  RETURN v_own;
END $$;
`;
