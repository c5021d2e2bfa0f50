import { plans } from "./settings.ts";

export const commitFusedTurn = `
-- What commit_batch does, for the commonest batch of a node with little to do: one turn that takes in the end of a work
-- item of its own node, schedules at most one more, and does nothing else. Single values, and only the statements
-- that it needs. If the turn does not hold, nothing is done (PD004), and locks are taken in the same order.
CREATE FUNCTION commit_fused_turn(
    p_node text, p_message_limit integer, p_lock_timeout_ms integer,
    p_key bigint, p_id text, p_epoch integer, p_execution integer, p_last integer, p_room integer,
    -- Whether the instance carries what has ended, and is to carry what follows.
    p_ended_id text, p_ended_delivery integer, p_is_carried boolean, p_carries boolean,
    p_event_at bigint[], p_event_body text[], p_event_payload text[],
    p_work_id text, p_work_queue text, p_work_name text, p_work_start_by bigint, p_work_body text, p_work_payload text,
    -- How many slots it could have, and what else they are for.
    p_slots integer, p_rival_name text[], p_rival_floor bigint[],
    OUT store_now bigint, OUT is_claimed boolean, OUT messages json, OUT woken boolean)
  LANGUAGE plpgsql ${plans} AS $$
#variable_conflict use_column
DECLARE
  v_now bigint;
  v_setting text := set_config('lock_timeout', p_lock_timeout_ms || 'ms', true);
  v_hands_on boolean := p_is_carried OR p_carries;
BEGIN
  v_now := store_now();
  is_claimed := false;
  -- Slots that older work waits for are left to that, as in commit_batch.
  IF p_slots IS NOT NULL THEN
    is_claimed := p_slots > (
      SELECT count(*)
        FROM (SELECT FROM generate_subscripts(p_rival_name, 1) i
               CROSS JOIN LATERAL (SELECT FROM work_items w
                                    WHERE w.owner IS NULL AND w.queue = p_work_queue AND w.name = p_rival_name[i]
                                      AND w.visible_at BETWEEN p_rival_floor[i] AND v_now
                                    LIMIT p_slots) w
               LIMIT p_slots) c);
  END IF;
  p_carries := p_carries AND is_claimed;

  UPDATE ownerships o
     SET turn_id = p_id, last_event_id = p_last + coalesce(cardinality(p_event_at), 0), claims = 0,
         mailbox_room = coalesce(p_room, o.mailbox_room),
         carried_id = CASE WHEN p_carries THEN p_work_id WHEN NOT v_hands_on THEN o.carried_id END,
         carried_queue = CASE WHEN p_carries THEN p_work_queue WHEN NOT v_hands_on THEN o.carried_queue END,
         carried_name = CASE WHEN p_carries THEN p_work_name WHEN NOT v_hands_on THEN o.carried_name END,
         carried_body = CASE WHEN p_carries THEN p_work_body WHEN NOT v_hands_on THEN o.carried_body END,
         carried_payload = CASE WHEN p_carries THEN p_work_payload WHEN NOT v_hands_on THEN o.carried_payload END,
         carried_at = CASE WHEN p_carries THEN v_now WHEN NOT v_hands_on THEN o.carried_at END
   WHERE o.key = p_key AND (o.owner = p_node) IS TRUE AND o.epoch = p_epoch AND o.execution_id = p_execution
     AND o.last_event_id = p_last
     AND (NOT v_hands_on OR o.carried_id IS NOT DISTINCT FROM CASE WHEN p_is_carried THEN p_ended_id END);
  IF NOT FOUND THEN PERFORM ask_for_care(); END IF;
  -- Of a turn that is sent again, it is gone.
  IF NOT p_is_carried THEN
    DELETE FROM work_items w WHERE w.id = p_ended_id AND (w.owner = p_node) IS TRUE AND w.delivery = p_ended_delivery;
    IF NOT FOUND THEN PERFORM ask_for_care(); END IF;
  END IF;

  -- Only now: no wait for a lock may outlast the lease unnoticed.
  v_now := store_now();
  IF NOT EXISTS (SELECT FROM nodes n WHERE n.node_id = p_node AND n.lease_until > lease_now()) THEN
    RAISE EXCEPTION 'The lease does not hold.' USING ERRCODE = 'PD005';
  END IF;

  INSERT INTO history (key, execution_id, event_id, at, body, payload)
  SELECT p_key, p_execution, p_last + i, p_event_at[i], p_event_body[i], p_event_payload[i]
    FROM generate_subscripts(p_event_at, 1) i;
  IF p_work_id IS NOT NULL AND NOT p_carries THEN
    INSERT INTO work_items (id, key, execution_id, queue, name, owner, delivery, visible_at, scheduled_at, start_by,
                            body, payload)
    VALUES (p_work_id, p_key, p_execution, p_work_queue, p_work_name, CASE WHEN is_claimed THEN p_node END,
            is_claimed::integer, v_now, v_now, p_work_start_by, p_work_body, p_work_payload);
  END IF;

  woken := false;
  -- There are hardly ever any. One that comes after this look has an entry, and is fetched.
  IF EXISTS (SELECT FROM messages m WHERE m.key = p_key) THEN
    SELECT m.messages, m.is_cut INTO messages, woken
      FROM mail_of(ARRAY[p_key], ARRAY[true], p_message_limit) m;
  END IF;
  store_now := v_now;
END $$;
`;
