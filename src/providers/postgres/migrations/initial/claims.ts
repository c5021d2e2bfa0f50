import { answerBytes, bytesOf, plans } from "./settings.ts";

export const claims = `
-- For how long no live node has had the capability, as far as that was counted; null if one has it now.
CREATE FUNCTION missing_ms(p_capability text, p_now bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN NOT EXISTS (SELECT FROM capabilities c JOIN nodes n ON n.node_id = c.node_id
                                WHERE c.capability = p_capability AND n.lease_until > lease_now())
         THEN coalesce((SELECT u.missing_ms + least(greatest(0, p_now - u.counted_until), 10000)
                          FROM unservable u WHERE u.capability = p_capability), 0) END
$$;

-- Takes up to p_limit of the oldest instances in these lanes that were claimed so often since their last commit.
-- Instances that somebody is just taking are passed over; entries that turn out to be wrong are put right on the way.
CREATE FUNCTION take_instances(p_node text, p_lanes text[], p_floors bigint[], p_limit integer,
                               p_min_claims integer, p_max_claims integer, p_now bigint)
  RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  g_lane text[];
  g_claims smallint[];
  g_floor bigint[];
  v_left integer := p_limit;
  v_seen bigint;
  v_locked bigint[];
  v_taken bigint[];
  v_all bigint[] := '{}';
BEGIN
  -- Groups of entries with the same lane and claims. Claims are nearly always 0, so only others are looked up; and
  -- there the floor keeps the scan from what is dead and cannot be vacuumed yet.
  WITH RECURSIVE lanes AS (
    SELECT l.lane, l.floor FROM unnest(p_lanes, p_floors) l (lane, floor)
  ), jumps (lane, claims) AS (
    SELECT l.lane, (SELECT r.claims FROM ready r WHERE r.lane = l.lane AND r.claims > greatest(0, p_min_claims - 1)
                    ORDER BY r.claims LIMIT 1)
      FROM lanes l
    UNION ALL
    SELECT j.lane, (SELECT r.claims FROM ready r WHERE r.lane = j.lane AND r.claims > j.claims
                    ORDER BY r.claims LIMIT 1)
      FROM jumps j WHERE j.claims IS NOT NULL
  ), groups AS (
    SELECT lane, 0::smallint AS claims, floor FROM lanes WHERE p_min_claims <= 0
    UNION ALL
    SELECT lane, claims, 0 FROM jumps WHERE claims BETWEEN p_min_claims AND p_max_claims
  )
  SELECT array_agg(lane), array_agg(claims), array_agg(floor) INTO g_lane, g_claims, g_floor FROM groups;
  IF g_lane IS NULL THEN RETURN v_all; END IF;

  WHILE v_left > 0 LOOP
    -- How many of each group are among the oldest; then so many of each that nobody else has locked.
    WITH front AS (
      SELECT g.n, r.ready_at, r.key
        FROM unnest(g_lane, g_claims, g_floor) WITH ORDINALITY g (lane, claims, floor, n)
        CROSS JOIN LATERAL (
          SELECT r.ready_at, r.key FROM ready r
           WHERE r.lane = g.lane AND r.claims = g.claims AND r.ready_at BETWEEN g.floor AND p_now
           ORDER BY r.ready_at, r.key LIMIT v_left) r
    ), shares AS (
      SELECT n, count(*) AS size FROM (SELECT n FROM front ORDER BY ready_at, key LIMIT v_left) f GROUP BY n
    )
    SELECT array_agg(l.key ORDER BY l.ready_at, l.key), (SELECT sum(size) FROM shares) INTO v_locked, v_seen
      FROM (SELECT t.key, min(t.ready_at) AS ready_at FROM shares s
      CROSS JOIN LATERAL (
        SELECT o.key, r.ready_at
          FROM ready r JOIN ownerships o ON o.key = r.key
         WHERE r.lane = g_lane[s.n] AND r.claims = g_claims[s.n] AND r.ready_at BETWEEN g_floor[s.n] AND p_now
           AND o.owner IS NULL
         ORDER BY r.ready_at, r.key LIMIT s.size
           FOR NO KEY UPDATE OF o SKIP LOCKED) t
      GROUP BY t.key) l;
    EXIT WHEN v_locked IS NULL;

    -- Only now, in a later snapshot than the locks: what the last owner committed is visible.
    SELECT array_agg(o.key ORDER BY l.n) INTO v_taken
      FROM unnest(v_locked) WITH ORDINALITY l (key, n)
      JOIN ownerships o ON o.key = l.key
      CROSS JOIN LATERAL (SELECT m.lane FROM messages m WHERE m.key = o.key ORDER BY m.lane LIMIT 1) m
     WHERE NOT o.ended AND o.available_at <= p_now
       AND o.claims BETWEEN p_min_claims AND p_max_claims
       AND CASE WHEN m.lane = 0 THEN '*' WHEN o.quarantine IS NULL THEN ':' || o.handler END = ANY(p_lanes);
    UPDATE ownerships SET owner = p_node, epoch = epoch + 1, claims = claims + 1 WHERE key = ANY(v_taken);
    PERFORM settle(v_locked, p_now);
    v_all := v_all || v_taken;
    -- All that there was has been looked at, and no entry was put where this would come upon it.
    EXIT WHEN v_seen < v_left AND cardinality(v_taken) = cardinality(v_locked);
    v_left := v_left - coalesce(cardinality(v_taken), 0);
  END LOOP;
  RETURN v_all;
END $$;

-- Takes instances at rest that need what no live node has had for so long.
CREATE FUNCTION take_at_rest(p_node text, p_unservable_ms bigint, p_limit integer, p_now bigint) RETURNS bigint[]
  LANGUAGE plpgsql AS $$
DECLARE
  v_locked bigint[];
  v_taken bigint[];
BEGIN
  v_locked := ARRAY(
    SELECT o.key FROM ownerships o
     WHERE o.owner IS NULL
       AND o.key = ANY(ARRAY(
         SELECT r.key FROM unservable u CROSS JOIN LATERAL instances_at_rest(u.capability, p_now) r (key)
          WHERE u.departed AND missing_ms(u.capability, p_now) >= p_unservable_ms LIMIT p_limit))
     ORDER BY o.key FOR NO KEY UPDATE SKIP LOCKED);
  WITH taken AS (
    UPDATE ownerships o SET owner = p_node, epoch = o.epoch + 1, claims = o.claims + 1
     WHERE o.key = ANY(v_locked) AND o.owner IS NULL AND NOT o.ended AND o.quarantine IS NULL
    RETURNING o.key
  )
  SELECT array_agg(t.key ORDER BY t.key) INTO v_taken FROM taken t;
  -- A message may have come meanwhile.
  PERFORM settle(v_taken, p_now);
  RETURN coalesce(v_taken, '{}');
END $$;

-- Of instances that the node owns and others that it has just taken, those that one answer cannot carry beside the ones
-- before them.
CREATE FUNCTION beyond_answer(p_owned bigint[], p_taken bigint[], p_message_limit integer) RETURNS bigint[]
  LANGUAGE sql STABLE AS $$
  SELECT array_agg(s.key) FILTER (WHERE s.n > 1 AND s.bytes > ${answerBytes})
    FROM (SELECT a.key, a.n, sum(coalesce(h.bytes, 0) + coalesce(m.bytes, 0)) OVER (ORDER BY a.n) AS bytes
            FROM unnest(p_owned || p_taken) WITH ORDINALITY a (key, n)
            CROSS JOIN LATERAL (
              SELECT sum${bytesOf("h")} AS bytes
                FROM ownerships o JOIN history h ON h.key = o.key AND h.execution_id = o.execution_id
               WHERE o.key = a.key AND a.n > cardinality(p_owned)) h
            CROSS JOIN LATERAL (
              SELECT sum${bytesOf("w")} AS bytes
                FROM (SELECT * FROM messages w WHERE w.key = a.key ORDER BY w.lane, w.seq LIMIT p_message_limit) w) m) s
$$;

-- p_lanes is null for taking what no live node can run, which is judged here, and not by whoever asks.
CREATE FUNCTION fetch_instances(p_node text, p_lanes text[], p_floors bigint[], p_own_floor bigint, p_busy bigint[],
                                p_limit integer, p_suspect_after integer, p_quarantine_after integer,
                                p_unservable_ms bigint, p_message_limit integer,
                                OUT store_now bigint, OUT instances json, OUT messages json, OUT history json,
                                OUT busy_has_mail boolean, OUT next_available_at bigint,
                                OUT first_in_lanes bigint[], OUT first_owned bigint)
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := store_now();
  v_entered bigint[];
  v_owned bigint[];
  v_foreign bigint[];
  v_taken bigint[] := '{}';
  v_suspect_waited bigint;
  v_suspect_held_back boolean;
  v_beyond bigint[];
  v_message_bytes bigint;
BEGIN
  store_now := v_now;
  IF NOT holds_lease(p_node) THEN RETURN; END IF;

  IF p_unservable_ms IS NULL THEN
    SELECT array_agg(DISTINCT r.key), min(r.ready_at) INTO v_entered, first_owned
      FROM ready r WHERE r.lane = '@' || p_node AND r.claims = 0 AND r.ready_at >= p_own_floor;
    -- What this node owns although its entry is in another lane: the sender saw it before it was claimed.
    SELECT coalesce(array_agg(DISTINCT o.key) FILTER (WHERE o.owner = p_node), '{}'),
           array_agg(DISTINCT o.key) FILTER (WHERE o.owner IS DISTINCT FROM p_node)
      INTO v_owned, v_foreign
      FROM (SELECT unnest(v_entered) AS key
            UNION
            SELECT r.key FROM unnest(p_lanes, p_floors) l (lane, floor)
             CROSS JOIN LATERAL (SELECT r.key FROM ready r
                                  WHERE r.lane = l.lane AND r.claims = 0 AND r.ready_at BETWEEN l.floor AND v_now
                                  ORDER BY r.ready_at, r.key LIMIT 20) r
             JOIN ownerships o ON o.key = ANY(ARRAY[r.key]) AND (o.owner = p_node) IS TRUE) e
      JOIN ownerships o ON o.key = e.key;
    busy_has_mail := v_owned && p_busy;
    v_owned := ARRAY(SELECT key FROM unnest(v_owned) key WHERE key <> ALL(p_busy) ORDER BY key);
    IF v_foreign IS NOT NULL THEN
      -- Released while a sender still saw this node as the owner.
      PERFORM settle(ARRAY(SELECT key FROM ownerships
                            WHERE key = ANY(v_foreign) AND owner IS DISTINCT FROM p_node
                            ORDER BY key FOR NO KEY UPDATE SKIP LOCKED), v_now);
    END IF;
  ELSE
    v_owned := '{}';
    SELECT coalesce(array_agg(l.lane), '{}'), coalesce(array_agg(0::bigint), '{}') INTO p_lanes, p_floors
      FROM needed_lanes(v_now) l (lane) WHERE missing_ms(substr(l.lane, 2), v_now) >= p_unservable_ms;
  END IF;

  IF p_limit > 0 THEN
    -- A suspect goes first when it has waited ten seconds since its last owner died.
    SELECT waited INTO v_suspect_waited FROM suspect_waited(p_lanes, p_suspect_after, v_now) waited;
    IF v_suspect_waited >= 10000 THEN
      v_taken := take_instances(p_node, p_lanes, p_floors, 1, p_suspect_after, 32767, v_now);
    END IF;
    IF v_taken = '{}' THEN
      v_taken := take_instances(p_node, p_lanes, p_floors, p_limit, 0, p_suspect_after - 1, v_now);
      IF v_taken = '{}' AND v_owned = '{}' THEN
        v_taken := take_instances(p_node, p_lanes, p_floors, 1, p_suspect_after, 32767, v_now);
      ELSE
        v_suspect_held_back := v_suspect_waited >= 0;
      END IF;
    ELSE
      v_owned := '{}';
    END IF;
    IF p_unservable_ms IS NOT NULL AND cardinality(v_taken) < p_limit THEN
      v_taken := v_taken || take_at_rest(p_node, p_unservable_ms, p_limit - cardinality(v_taken), v_now);
    END IF;
  END IF;

  FOR v_attempt IN 1..2 LOOP
    -- Before the messages: what is resident may advance between two snapshots, and a message that a turn has acked must
    -- not come with the position after that turn.
    SELECT json_agg(json_build_array(i.key, i.instance_id, i.run_id, o.epoch, o.claims, o.execution_id, o.last_event_id,
             o.handler, i.parent_instance_id, i.parent_run_id, i.parent_execution_id, i.parent_event_id,
             i.key = ANY(v_taken),
             i.key = ANY(v_taken) AND o.claims > p_quarantine_after
               AND NOT EXISTS (SELECT FROM messages m WHERE m.key = o.key AND m.lane = 0)) ORDER BY a.n)
      INTO instances
      FROM unnest(v_owned || v_taken) WITH ORDINALITY a (key, n)
      JOIN ownerships o ON o.key = a.key
      JOIN instances i ON i.key = a.key;
    SELECT json_agg(json_build_array(m.key, m.lane, m.seq, m.body, m.payload) ORDER BY m.key, m.lane, m.seq)
             FILTER (WHERE m.bytes_so_far - m.bytes < ${answerBytes}), coalesce(max(m.bytes_so_far), 0)
      INTO messages, v_message_bytes
      FROM (SELECT m.*, sum(m.bytes) OVER (ORDER BY a.n, m.lane, m.seq) AS bytes_so_far
              FROM unnest(v_owned || v_taken) WITH ORDINALITY a (key, n)
              CROSS JOIN LATERAL (SELECT m.*, ${bytesOf("m")} AS bytes FROM messages m
                                   WHERE m.key = a.key ORDER BY m.lane, m.seq LIMIT p_message_limit) m) m;
    -- Of what is resident only the messages are carried, and their bytes have just been summed.
    EXIT WHEN v_attempt = 2 OR (v_taken = '{}' AND v_message_bytes <= ${answerBytes})
      OR cardinality(v_owned) + cardinality(v_taken) <= 1;
    v_beyond := beyond_answer(v_owned, v_taken, p_message_limit);
    EXIT WHEN v_beyond IS NULL;
    v_owned := ARRAY(SELECT k.key FROM unnest(v_owned) WITH ORDINALITY k (key, n)
                      WHERE k.key <> ALL(v_beyond) ORDER BY k.n);
    UPDATE ownerships SET owner = NULL, claims = greatest(claims - 1, 0)
     WHERE key = ANY(v_taken) AND key = ANY(v_beyond);
    PERFORM settle(ARRAY(SELECT k.key FROM unnest(v_taken) k (key) WHERE k.key = ANY(v_beyond)), v_now);
    v_taken := ARRAY(SELECT k.key FROM unnest(v_taken) WITH ORDINALITY k (key, n)
                      WHERE k.key <> ALL(v_beyond) ORDER BY k.n);
  END LOOP;

  SELECT array_agg((SELECT r.ready_at FROM ready r
                     WHERE r.lane = l.lane AND r.claims = 0 AND r.ready_at >= l.floor
                     ORDER BY r.ready_at LIMIT 1) ORDER BY l.n),
         min(least(
           (SELECT r.ready_at FROM ready r
             WHERE r.lane = l.lane AND r.claims = 0 AND r.ready_at > v_now ORDER BY r.ready_at LIMIT 1),
           (SELECT min(h.ready_at) FROM (SELECT r.ready_at FROM ready r WHERE r.lane = l.lane AND r.claims > 0
                                          ORDER BY r.claims LIMIT 1000) h
             WHERE h.ready_at > v_now)))
    INTO first_in_lanes, next_available_at
    FROM unnest(p_lanes, p_floors) WITH ORDINALITY l (lane, floor, n);
  -- Held back for what comes with this answer, and nobody else will say that it is there.
  IF v_suspect_held_back OR v_beyond IS NOT NULL THEN next_available_at := v_now; END IF;

  SELECT json_agg(json_build_array(h.key, h.event_id, h.at, h.body, h.payload) ORDER BY h.key, h.event_id)
    INTO history
    FROM unnest(v_taken) a (key)
    JOIN ownerships o ON o.key = a.key
    JOIN history h ON h.key = a.key AND h.execution_id = o.execution_id;
END $$;

-- How long the suspect has waited that has waited longest; nothing if there is no suspect.
CREATE FUNCTION suspect_waited(p_lanes text[], p_suspect_after integer, p_now bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE AS $$
  SELECT p_now - greatest(s.ready_at, o.available_at)
    FROM (SELECT r.ready_at, r.key FROM unnest(p_lanes) l (lane)
           CROSS JOIN LATERAL (SELECT r.claims, r.ready_at, r.key FROM ready r
                                WHERE r.lane = l.lane AND r.claims >= p_suspect_after
                                ORDER BY r.claims, r.ready_at, r.key LIMIT 100) r
          ORDER BY r.ready_at, r.key LIMIT 1) s
    JOIN ownerships o ON o.key = s.key
$$;
`;
