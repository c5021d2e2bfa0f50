import { plans } from "./settings.ts";

export const sessions = `
-- Which node runs the activities of a session. What waits for that node stands in a lane of its queue, 'queue@node',
-- where only that node looks: so that a claim never meets what it must leave to another. No queue has an '@' in its
-- name.
CREATE TABLE sessions (
  session text COLLATE "C" PRIMARY KEY,
  node_id text COLLATE "C" NOT NULL,
  used_at bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX sessions_by_node ON sessions (node_id);

CREATE FUNCTION lane_of(p_queue text, p_node text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT p_queue || '@' || p_node
$$;

CREATE FUNCTION queue_of(p_lane text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT split_part(p_lane, '@', 1)
$$;

-- The live node that has the session and can run this.
CREATE FUNCTION session_holder(p_session text, p_queue text, p_name text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT s.node_id
    FROM sessions s
    JOIN nodes n ON n.node_id = s.node_id AND n.lease_until > lease_now()
    JOIN capabilities c ON c.node_id = s.node_id AND c.capability = 'activity:' || p_queue || '/' || p_name
   WHERE s.session = p_session
$$;

-- Of items that the caller has locked, those that the node may take. A session that is nobody's becomes the node's;
-- what belongs to another goes into that node's lane.
CREATE FUNCTION within_sessions(p_node text, p_ids text[], p_now bigint) RETURNS text[] LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_sessions text[];
  v_foreign text[];
BEGIN
  -- Waits for a rival that takes an item of the same session at this moment. In the order of names, as everybody does.
  WITH taken AS (
    INSERT INTO sessions AS s (session, node_id, used_at)
    SELECT w.session, p_node, p_now FROM work_items w
     WHERE w.id = ANY(p_ids) AND w.session IS NOT NULL GROUP BY w.session ORDER BY w.session
        ON CONFLICT (session) DO UPDATE
       SET used_at = excluded.used_at,
           node_id = CASE WHEN EXISTS (SELECT FROM nodes n WHERE n.node_id = s.node_id AND n.lease_until > lease_now())
                          THEN s.node_id ELSE excluded.node_id END
    RETURNING s.session, s.node_id
  )
  SELECT array_agg(t.session) INTO v_sessions FROM taken t WHERE t.node_id = p_node;
  WITH foreign_items AS (
    UPDATE work_items w SET queue = lane_of(queue_of(w.queue), h.node_id)
      FROM (SELECT i.id, session_holder(i.session, queue_of(i.queue), i.name) AS node_id
              FROM work_items i WHERE i.id = ANY(p_ids) AND i.session IS NOT NULL) h
     WHERE w.id = h.id AND h.node_id <> p_node
    RETURNING w.id
  )
  SELECT array_agg(f.id) INTO v_foreign FROM foreign_items f;
  -- What was queued before the session was anybody's. What this node cannot run stays where others find it.
  UPDATE work_items w SET queue = lane_of(w.queue, p_node)
   WHERE w.id = ANY(ARRAY(SELECT i.id FROM work_items i
                           WHERE i.session = ANY(v_sessions) AND i.owner IS NULL AND i.id <> ALL(p_ids)
                             AND position('@' IN i.queue) = 0
                             AND session_holder(i.session, i.queue, i.name) = p_node
                             FOR UPDATE SKIP LOCKED));
  RETURN ARRAY(SELECT i FROM unnest(p_ids) i WHERE i <> ALL(coalesce(v_foreign, '{}')));
END $$;

-- Puts what waits for nodes that are gone back where everybody looks.
CREATE FUNCTION free_lanes() RETURNS void LANGUAGE plpgsql ${plans} AS $$
BEGIN
  UPDATE work_items w SET queue = queue_of(w.queue)
   WHERE w.id = ANY(ARRAY(
     SELECT i.id
       FROM work_kinds() k
       CROSS JOIN LATERAL (SELECT w.id FROM work_items w
                            WHERE w.owner IS NULL AND w.queue = k.queue AND w.name = k.name FOR UPDATE SKIP LOCKED) i
      WHERE position('@' IN k.queue) > 0
        AND NOT EXISTS (SELECT FROM nodes n
                         WHERE n.node_id = split_part(k.queue, '@', 2) AND n.lease_until > lease_now())));
END $$;

CREATE FUNCTION forget_idle_sessions(p_node text, p_idle_ms bigint, p_now bigint) RETURNS void LANGUAGE sql AS $$
  DELETE FROM sessions s
   WHERE s.node_id = p_node AND s.used_at < p_now - p_idle_ms
     AND NOT EXISTS (SELECT FROM work_items w WHERE w.session = s.session)
$$;
`;
