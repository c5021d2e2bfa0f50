import { answerBytes, bytesOf, plans } from "./settings.ts";

export const work = `
-- Makes the node the owner of items that the caller has locked, and gives them as they are delivered: on trial those
-- that were lost so often. What one answer cannot carry is left where it is.
CREATE FUNCTION deliver_work(p_node text, p_ids text[], p_suspect_after integer) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(p_ids) > 4 THEN
    p_ids := ARRAY(
      SELECT s.id
        FROM (SELECT w.id, sum${bytesOf("w")} OVER (ORDER BY w.visible_at, w.seq) - ${bytesOf("w")} AS bytes_before
                FROM work_items w WHERE w.id = ANY(p_ids)) s
       WHERE s.bytes_before < ${answerBytes});
  END IF;
  UPDATE work_items SET owner = p_node, delivery = delivery + 1, on_trial = coalesce(lost >= p_suspect_after, false)
   WHERE id = ANY(p_ids);
  RETURN (SELECT json_agg(json_build_array(w.id, w.delivery, queue_of(w.queue), w.name, i.instance_id, w.body, w.payload,
                   w.failures, w.lost, w.scheduled_at, w.heartbeat, w.note) ORDER BY w.visible_at, w.seq)
            FROM work_items w
            JOIN instances i ON i.key = w.key
           WHERE w.id = ANY(p_ids));
END $$;

CREATE FUNCTION fetch_work(p_node text, p_queue text, p_names text[], p_floors bigint[], p_limit integer,
                           p_suspect_after integer, p_suspect_limit integer,
                           OUT store_now bigint, OUT items json, OUT next_visible_at bigint,
                           OUT first_visible bigint[], OUT suspects_wait boolean, OUT moved boolean)
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := store_now();
  v_lane text := lane_of(p_queue, p_node);
  v_ids text[];
  v_mine text[];
  v_suspects text[];
  v_locked text[];
  v_in_sessions boolean;
BEGIN
  store_now := v_now;
  suspects_wait := false;
  moved := false;
  IF NOT holds_lease(p_node) THEN RETURN; END IF;
  -- How many of each activity are among the oldest; then so many of each that nobody else has locked.
  WITH front AS (
    SELECT a.n, w.visible_at, w.seq
      FROM unnest(p_names, p_floors) WITH ORDINALITY a (name, floor, n)
      CROSS JOIN LATERAL (
        SELECT w.visible_at, w.seq FROM work_items w
         WHERE w.owner IS NULL AND w.queue = p_queue AND w.name = a.name AND w.visible_at BETWEEN a.floor AND v_now
           AND w.lost < p_suspect_after
         ORDER BY w.visible_at, w.seq LIMIT p_limit) w
  ), shares AS (
    SELECT n, count(*) AS size FROM (SELECT n FROM front ORDER BY visible_at, seq LIMIT p_limit) f GROUP BY n
  )
  SELECT array_agg(t.id), coalesce(bool_or(t.session IS NOT NULL), false) INTO v_ids, v_in_sessions
    FROM shares s
    CROSS JOIN LATERAL (
      SELECT w.id, w.session FROM work_items w
       WHERE w.owner IS NULL AND w.queue = p_queue AND w.name = p_names[s.n]
         AND w.visible_at BETWEEN p_floors[s.n] AND v_now AND w.lost < p_suspect_after
       ORDER BY w.visible_at, w.seq LIMIT s.size
         FOR UPDATE SKIP LOCKED) t;
  IF EXISTS (SELECT FROM work_items w WHERE w.owner IS NULL AND w.queue = v_lane) THEN
    v_mine := ARRAY(
      SELECT t.id FROM unnest(p_names) a (name)
        CROSS JOIN LATERAL (
          SELECT w.id, w.visible_at, w.seq FROM work_items w
           WHERE w.owner IS NULL AND w.queue = v_lane AND w.name = a.name AND w.visible_at <= v_now
             AND w.lost < p_suspect_after
           ORDER BY w.visible_at, w.seq LIMIT p_limit
             FOR UPDATE SKIP LOCKED) t
       ORDER BY t.visible_at, t.seq LIMIT p_limit);
    v_ids := (v_mine || v_ids)[:p_limit];
    v_in_sessions := true;
  END IF;
  -- By the index of what was ever lost, which is empty nearly always.
  IF EXISTS (SELECT FROM work_items w
              WHERE w.owner IS NULL AND w.lost > 0 AND w.queue IN (p_queue, v_lane) AND w.name = ANY(p_names)
                AND w.visible_at <= v_now AND w.lost >= p_suspect_after) THEN
    v_suspects := ARRAY(SELECT w.id FROM work_items w
                         WHERE w.owner IS NULL AND w.lost > 0 AND w.queue IN (p_queue, v_lane) AND w.name = ANY(p_names)
                           AND w.visible_at <= v_now AND w.lost >= p_suspect_after
                         ORDER BY w.visible_at, w.seq LIMIT p_suspect_limit + 1 FOR UPDATE SKIP LOCKED);
    suspects_wait := cardinality(v_suspects) > p_suspect_limit;
    v_ids := ARRAY(SELECT w.id FROM work_items w WHERE w.id = ANY(v_ids || v_suspects[:p_suspect_limit])
                    ORDER BY w.visible_at, w.seq LIMIT p_limit);
    v_in_sessions := true;
  END IF;
  IF v_in_sessions THEN
    v_locked := v_ids;
    v_ids := within_sessions(p_node, v_locked, v_now);
    moved := cardinality(v_ids) < cardinality(v_locked);
  END IF;
  items := deliver_work(p_node, v_ids, p_suspect_after);
  SELECT array_agg((SELECT w.visible_at FROM work_items w
                     WHERE w.owner IS NULL AND w.queue = p_queue AND w.name = a.name AND w.visible_at >= a.floor
                     ORDER BY w.visible_at LIMIT 1) ORDER BY a.n),
         min(least(
           (SELECT w.visible_at FROM work_items w
             WHERE w.owner IS NULL AND w.queue = p_queue AND w.name = a.name AND w.visible_at > v_now
             ORDER BY w.visible_at LIMIT 1),
           (SELECT w.visible_at FROM work_items w
             WHERE w.owner IS NULL AND w.queue = v_lane AND w.name = a.name AND w.visible_at > v_now
             ORDER BY w.visible_at LIMIT 1)))
    INTO first_visible, next_visible_at
    FROM unnest(p_names, p_floors) WITH ORDINALITY a (name, floor, n);
  IF json_array_length(items) < cardinality(v_ids) THEN next_visible_at := v_now; END IF;
END $$;

-- What has a time to start by is left to that, however long its activity is missing.
CREATE FUNCTION expire_work(p_node text, p_grace_ms bigint, p_limit integer,
                            OUT store_now bigint, OUT items json, OUT next_start_by bigint)
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := store_now();
  v_ids text[];
BEGIN
  store_now := v_now;
  IF NOT holds_lease(p_node) THEN RETURN; END IF;
  v_ids := ARRAY(SELECT w.id FROM work_items w
                  WHERE w.owner IS NULL AND w.delivery = 0 AND w.start_by <= v_now
                  ORDER BY w.start_by LIMIT p_limit FOR UPDATE SKIP LOCKED);
  IF cardinality(v_ids) < p_limit THEN
    v_ids := v_ids || ARRAY(
      SELECT w.id
        FROM (SELECT * FROM work_kinds() k
               WHERE missing_ms('activity:' || queue_of(k.queue) || '/' || k.name, v_now) >= p_grace_ms) k
        CROSS JOIN LATERAL (
          SELECT w.id FROM work_items w
           WHERE w.owner IS NULL AND w.queue = k.queue AND w.name = k.name AND w.visible_at <= v_now
             AND (w.start_by IS NULL OR w.delivery > 0)
           ORDER BY w.visible_at, w.seq LIMIT p_limit FOR UPDATE SKIP LOCKED) w
       LIMIT p_limit - cardinality(v_ids));
  END IF;
  items := deliver_work(p_node, v_ids, NULL);
  SELECT min(w.start_by) INTO next_start_by FROM work_items w
   WHERE w.owner IS NULL AND w.delivery = 0 AND w.start_by IS NOT NULL;
END $$;

-- Jumps through the index from kind to kind: the cost does not depend on how many items wait.
CREATE FUNCTION work_kinds() RETURNS TABLE (queue text, name text) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE kinds AS (
    (SELECT w.queue, w.name FROM work_items w WHERE w.owner IS NULL ORDER BY w.queue, w.name LIMIT 1)
    UNION ALL
    SELECT n.queue, n.name FROM kinds k
     CROSS JOIN LATERAL (SELECT w.queue, w.name FROM work_items w
                          WHERE w.owner IS NULL AND (w.queue, w.name) > (k.queue, k.name)
                          ORDER BY w.queue, w.name LIMIT 1) n
  )
  SELECT queue, name FROM kinds
$$;

CREATE FUNCTION heartbeat_work(p_node text, p_id text, p_delivery integer, p_key bigint, p_details text)
  RETURNS boolean LANGUAGE plpgsql ${plans} AS $$
BEGIN
  FOR v_attempt IN 1..2 LOOP
    IF p_details IS NOT NULL THEN
      UPDATE work_items w SET heartbeat = p_details
       WHERE w.id = p_id AND (w.owner = p_node) IS TRUE AND w.delivery = p_delivery;
    ELSE
      PERFORM 1 FROM work_items w
        WHERE w.id = p_id AND (w.owner = p_node) IS TRUE AND w.delivery = p_delivery FOR UPDATE;
    END IF;
    IF FOUND THEN RETURN true; END IF;
    IF v_attempt = 1 THEN
      IF p_details IS NOT NULL THEN
        PERFORM set_down_item(p_node, p_id, p_delivery, p_key);
      ELSIF carrier_of(p_node, p_id, p_delivery, p_key) IS NOT NULL THEN
        RETURN true;
      END IF;
    END IF;
  END LOOP;
  RETURN false;
END $$;

CREATE FUNCTION end_trial(p_node text, p_id text, p_delivery integer) RETURNS void LANGUAGE plpgsql ${plans} AS $$
BEGIN
  UPDATE work_items w SET on_trial = false WHERE w.id = p_id AND (w.owner = p_node) IS TRUE AND w.delivery = p_delivery;
END $$;

CREATE FUNCTION fire_timers(p_partitions integer[], p_floors bigint[], p_limit integer,
                            OUT store_now bigint, OUT fired integer, OUT next_due_at bigint, OUT first_due bigint[])
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := store_now();
  v_keys bigint[];
  v_bodies text[];
BEGIN
  store_now := v_now;
  WITH front AS (
    SELECT p.n, t.due_at, t.key, t.execution_id, t.event_id
      FROM unnest(p_partitions, p_floors) WITH ORDINALITY p (partition, floor, n)
      CROSS JOIN LATERAL (
        SELECT * FROM timers t WHERE t.partition = p.partition AND t.due_at BETWEEN p.floor AND v_now
         ORDER BY t.due_at, t.key, t.execution_id, t.event_id LIMIT p_limit) t
  ), shares AS (
    SELECT n, count(*) AS size
      FROM (SELECT n FROM front ORDER BY due_at, key, execution_id, event_id LIMIT p_limit) f GROUP BY n
  ), due AS MATERIALIZED (
    SELECT t.* FROM shares s
      CROSS JOIN LATERAL (
        SELECT t.key, t.execution_id, t.event_id FROM timers t
         WHERE t.partition = p_partitions[s.n] AND t.due_at BETWEEN p_floors[s.n] AND v_now
         ORDER BY t.due_at, t.key, t.execution_id, t.event_id LIMIT s.size
           FOR UPDATE SKIP LOCKED) t
  ), gone AS (
    DELETE FROM timers t USING due d
     WHERE t.key = d.key AND t.execution_id = d.execution_id AND t.event_id = d.event_id
    RETURNING t.due_at, t.key, t.execution_id, t.event_id, t.body
  )
  SELECT array_agg(g.key ORDER BY g.due_at, g.key, g.execution_id, g.event_id),
         array_agg(g.body ORDER BY g.due_at, g.key, g.execution_id, g.event_id)
    INTO v_keys, v_bodies FROM gone g;
  fired := coalesce(cardinality(v_keys), 0);
  IF fired > 0 THEN
    PERFORM queue_messages(v_keys, array_fill(2::smallint, ARRAY[fired]), v_bodies,
                           array_fill(NULL::text, ARRAY[fired]), '{}', v_now);
  END IF;
  SELECT array_agg(f.due_at ORDER BY f.n), min(f.due_at) INTO first_due, next_due_at
    FROM (SELECT p.n, (SELECT t.due_at FROM timers t WHERE t.partition = p.partition AND t.due_at >= p.floor
                        ORDER BY t.due_at LIMIT 1) AS due_at
            FROM unnest(p_partitions, p_floors) WITH ORDINALITY p (partition, floor, n)) f;
END $$;
`;
