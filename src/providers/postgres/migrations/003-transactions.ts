import { plans } from "./initial/settings.ts";

/** How the transaction of a user's ends a delivery. */
export const transactions = `
-- Ends a delivery in the transaction of its own body, whose writes so share its fate. Raises if the delivery does not
-- hold: whoever sends COMMIT in the same message does not get that far.
CREATE FUNCTION complete_work(p_node text, p_id text, p_delivery integer, p_instance_id text, p_lane integer,
                              p_body text, p_payload text) RETURNS void
  LANGUAGE plpgsql ${plans} AS $$
BEGIN
  IF current_setting('perdure.delivery', true) IS DISTINCT FROM p_id || ' ' || p_delivery THEN
    RAISE EXCEPTION 'This is not the transaction that the delivery began.' USING ERRCODE = 'PD003';
  END IF;
  PERFORM 1 FROM work_items w WHERE w.id = p_id AND (w.owner = p_node) IS TRUE AND w.delivery = p_delivery FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM set_down_item(p_node, p_id, p_delivery, NULL);
    PERFORM 1 FROM work_items w
      WHERE w.id = p_id AND (w.owner = p_node) IS TRUE AND w.delivery = p_delivery FOR UPDATE;
  END IF;
  -- The lease is read after the wait for that lock, which must not outlast it unnoticed.
  IF NOT FOUND OR NOT holds_lease(p_node) THEN
    RAISE EXCEPTION 'The delivery no longer holds.' USING ERRCODE = 'PD002';
  END IF;
  DELETE FROM work_items WHERE id = p_id;
  PERFORM queue_messages(instance_keys_of(ARRAY[p_instance_id]), ARRAY[p_lane::smallint], ARRAY[p_body],
                         ARRAY[p_payload], '{}', store_now());
END $$;
`;
