import { plans } from "./initial/settings.ts";

/** How instances leave a store for another, and come in from one. */
export const transfer = `
-- At most one row. It is open within the transactions that restore instances.
CREATE TABLE seal (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  state text NOT NULL,
  move_id text NOT NULL,
  note text NOT NULL,
  open boolean NOT NULL DEFAULT false
);

CREATE FUNCTION refuse_sealed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM seal WHERE NOT open) THEN
    RAISE EXCEPTION 'this store is sealed' USING ERRCODE = 'PD001';
  END IF;
  RETURN NULL;
END $$;

-- Seals by triggers, so that a store without a seal pays nothing for there being seals. To be called when what has
-- expired was reaped: leases that are still there now are held, or not to be had.
CREATE FUNCTION seal_store(p_state text, p_move_id text, p_note text,
                           OUT taken_state text, OUT taken_move_id text, OUT taken_note text, OUT node_ids text[])
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_table text;
BEGIN
  -- Nobody opens a lease, and no other move seals, before this has ended.
  LOCK TABLE nodes IN SHARE ROW EXCLUSIVE MODE;
  IF EXISTS (SELECT FROM seal) THEN
    UPDATE seal SET state = p_state, note = p_note WHERE move_id = p_move_id;
    IF NOT FOUND THEN
      SELECT s.state, s.move_id, s.note INTO taken_state, taken_move_id, taken_note FROM seal s;
    END IF;
    RETURN;
  END IF;
  SELECT array_agg(n.node_id ORDER BY n.node_id) INTO node_ids FROM nodes n;
  IF node_ids IS NOT NULL THEN RETURN; END IF;
  INSERT INTO seal (state, move_id, note) VALUES (p_state, p_move_id, p_note);
  FOREACH v_table IN ARRAY '{nodes,instances,ownerships,messages}'::text[] LOOP
    EXECUTE format('CREATE TRIGGER sealed BEFORE INSERT OR UPDATE OR DELETE ON %I
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_sealed()', v_table);
  END LOOP;
END $$;

CREATE FUNCTION unseal_store(p_move_id text) RETURNS boolean LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_table text;
BEGIN
  DELETE FROM seal WHERE move_id = p_move_id;
  IF NOT FOUND THEN RETURN false; END IF;
  FOREACH v_table IN ARRAY '{nodes,instances,ownerships,messages}'::text[] LOOP
    EXECUTE format('DROP TRIGGER sealed ON %I', v_table);
  END LOOP;
  RETURN true;
END $$;

-- Inserts instances as another store dumped them, owned by nobody. Rows name their instance by its place, from 1.
CREATE FUNCTION restore_instances(p_instances json, p_events json, p_messages json, p_work json, p_timers json,
                                  p_state json) RETURNS text[] LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_keys bigint[];
  v_outcomes text[];
BEGIN
  UPDATE seal SET open = true;
  -- In the order of ids, so that two batches which wait for each other's rows do not wait for ever; but with keys in
  -- the order in which they were dumped.
  WITH given AS MATERIALIZED (
    SELECT g.*, nextval('instance_keys') AS key
      FROM (SELECT * FROM json_to_recordset(p_instances)
              AS r (n integer, id text, run text, name text, version text, status text, pi text, pr text, pe integer,
                    pv integer, created bigint, updated bigint, ended boolean, custom text, handler text,
                    claims integer, available bigint, room integer, execution integer, last integer, quarantine text)
             ORDER BY n) g
  ), inserted AS (
    INSERT INTO instances (key, instance_id, run_id, name, version, status, parent_instance_id, parent_run_id,
                           parent_execution_id, parent_event_id, created_at, updated_at, ended_at, custom_status)
    SELECT g.key, g.id, g.run, g.name, g.version, g.status, g.pi, g.pr, g.pe, g.pv, g.created, g.updated,
           CASE WHEN g.ended THEN g.updated END, g.custom
      FROM given g ORDER BY g.id
        ON CONFLICT (instance_id) DO NOTHING
    RETURNING key
  ), owned AS (
    INSERT INTO ownerships (key, claims, execution_id, last_event_id, handler, available_at, quarantine, mailbox_room,
                            ended)
    SELECT g.key, g.claims, g.execution, g.last, g.handler, g.available, g.quarantine, g.room, g.ended
      FROM given g JOIN inserted i ON i.key = g.key
  )
  SELECT array_agg(i.key ORDER BY g.n) INTO v_keys FROM given g LEFT JOIN inserted i ON i.key = g.key;

  INSERT INTO history (key, execution_id, event_id, at, body, payload)
  SELECT v_keys[e.i], e.x, e.id, e.at, e.body, e.payload
    FROM json_to_recordset(p_events) AS e (i integer, x integer, id integer, at bigint, body text, payload text)
   WHERE v_keys[e.i] IS NOT NULL;
  INSERT INTO messages (key, lane, body, payload, inbound)
  SELECT v_keys[m.i], m.lane, m.body, m.payload, coalesce(m.inbound, false)
    FROM json_to_recordset(p_messages)
      AS m (i integer, n integer, lane smallint, body text, payload text, inbound boolean)
   WHERE v_keys[m.i] IS NOT NULL ORDER BY m.i, m.n;
  INSERT INTO work_items (id, key, execution_id, queue, name, delivery, failures, lost, visible_at, scheduled_at, start_by,
                          session, body, payload, heartbeat, note)
  SELECT w.id, v_keys[w.i], w.x, w.queue, w.name, w.delivery, w.failures, w.lost, w.visible, w.scheduled, w.start_by,
         w.session, w.body, w.payload, w.heartbeat, w.note
    FROM json_to_recordset(p_work)
      AS w (i integer, n integer, id text, x integer, queue text, name text, delivery integer, failures integer,
            lost integer, visible bigint, scheduled bigint, start_by bigint, session text, body text, payload text,
            heartbeat text, note text)
   WHERE v_keys[w.i] IS NOT NULL ORDER BY w.i, w.n;
  INSERT INTO timers (key, execution_id, event_id, partition, due_at, body)
  SELECT v_keys[t.i], t.x, t.id, t.partition, t.due, t.body
    FROM json_to_recordset(p_timers)
      AS t (i integer, x integer, id integer, partition integer, due bigint, body text)
   WHERE v_keys[t.i] IS NOT NULL;
  INSERT INTO state (key, name, payload)
  SELECT v_keys[s.i], s.name, s.payload FROM json_to_recordset(p_state) AS s (i integer, name text, payload text)
   WHERE v_keys[s.i] IS NOT NULL;
  PERFORM settle(array_remove(v_keys, NULL), store_now());

  SELECT array_agg(CASE WHEN v_keys[g.n] IS NOT NULL THEN 'restored' WHEN i.run_id = g.run THEN 'present' ELSE 'taken' END
                   ORDER BY g.n)
    INTO v_outcomes
    FROM json_to_recordset(p_instances) AS g (n integer, id text, run text)
    LEFT JOIN instances i ON i.instance_id = g.id;
  UPDATE seal SET open = false;
  RETURN v_outcomes;
END $$;

-- Removes runs whatever they are doing, and answers how many there were.
CREATE FUNCTION discard_instances(p_ids text[], p_runs text[]) RETURNS integer LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_keys bigint[];
BEGIN
  UPDATE seal SET open = true;
  v_keys := ARRAY(SELECT o.key FROM unnest(p_ids, p_runs) r (id, run)
                    JOIN instances i ON i.instance_id = r.id AND i.run_id = r.run
                    JOIN ownerships o ON o.key = i.key
                   ORDER BY o.key FOR UPDATE OF o);
  PERFORM remove_instances(v_keys);
  UPDATE seal SET open = false;
  RETURN cardinality(v_keys);
END $$;
`;
