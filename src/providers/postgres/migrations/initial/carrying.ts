import { plans } from "./settings.ts";

export const carrying = `
-- The row that every turn of an instance updates can carry the one work item that its owner runs for it, and then a
-- sequential step writes no row of the queue. Wherever more is to be done with the item than to hand on or to end it,
-- it is set down first: moved into the queue, as the same delivery. That changes nothing that anybody can see, and so
-- it may be done at any time. The caller has locked these ownership rows.
CREATE FUNCTION set_down(p_keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO work_items (id, key, execution_id, queue, name, owner, delivery, visible_at, scheduled_at, body, payload)
  SELECT o.carried_id, o.key, o.execution_id, o.carried_queue, o.carried_name, o.owner, 1, o.carried_at, o.carried_at,
         o.carried_body, o.carried_payload
    FROM ownerships o WHERE o.key = ANY(p_keys) AND o.carried_id IS NOT NULL;
  IF FOUND THEN
    UPDATE ownerships
       SET carried_id = NULL, carried_queue = NULL, carried_name = NULL, carried_body = NULL, carried_payload = NULL,
           carried_at = NULL
     WHERE key = ANY(p_keys) AND carried_id IS NOT NULL;
  END IF;
END $$;

-- The instance that carries this very delivery for the node, locked; null if none does. p_key is null if nobody
-- remembers which one it may be.
CREATE FUNCTION carrier_of(p_node text, p_id text, p_delivery integer, p_key bigint) RETURNS bigint
  LANGUAGE plpgsql AS $$
DECLARE
  v_key bigint;
BEGIN
  IF p_delivery <> 1 THEN RETURN NULL; END IF;
  IF p_key IS NULL THEN
    SELECT o.key INTO v_key FROM ownerships o WHERE o.owner = p_node AND o.carried_id = p_id FOR NO KEY UPDATE;
  ELSE
    SELECT o.key INTO v_key FROM ownerships o
     WHERE o.key = p_key AND (o.owner = p_node) IS TRUE AND o.carried_id = p_id FOR NO KEY UPDATE;
  END IF;
  RETURN v_key;
END $$;

-- Moves the item into the queue if an instance carries it. Whoever has not found it there looks once more.
CREATE FUNCTION set_down_item(p_node text, p_id text, p_delivery integer, p_key bigint) RETURNS void
  LANGUAGE plpgsql ${plans} AS $$
DECLARE
  v_key bigint := carrier_of(p_node, p_id, p_delivery, p_key);
BEGIN
  IF v_key IS NOT NULL THEN PERFORM set_down(ARRAY[v_key]); END IF;
END $$;
`;
