export const plainEndedIndex = `
-- Without an IN: SQLite makes a table of its list whenever it looks whether a row belongs in the index, which cost more
-- than all other indexes of the table together.
DROP INDEX perdure_instances_ended;
CREATE INDEX perdure_instances_ended ON perdure_instances (status, updated_at)
  WHERE status <> 'pending' AND status <> 'running' AND parent_instance_id IS NULL;
`;
