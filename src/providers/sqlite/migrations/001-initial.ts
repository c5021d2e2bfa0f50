export const initial = `
-- One row for each instance, as it is shown. A projection of its history, and its address.
CREATE TABLE perdure_instances (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  instance_id TEXT NOT NULL UNIQUE,
  run_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT,
  status TEXT NOT NULL,
  parent_instance_id TEXT,
  parent_run_id TEXT,
  parent_execution_id INTEGER,
  parent_event_id INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  custom_status TEXT
) STRICT;
-- One for both: see instance-groups.ts.
CREATE INDEX perdure_instances_by_name ON perdure_instances (name, status);
CREATE INDEX perdure_instances_by_parent ON perdure_instances (parent_instance_id)
  WHERE parent_instance_id IS NOT NULL;
-- Without an IN: SQLite makes a table of its list whenever it looks whether a row belongs in the index, which cost more
-- than all other indexes of the table together.
CREATE INDEX perdure_instances_ended ON perdure_instances (status, updated_at)
  WHERE status <> 'pending' AND status <> 'running' AND parent_instance_id IS NULL;

-- Who owns the instance, and where its history stands: the row that every turn updates.
CREATE TABLE perdure_ownerships (
  key INTEGER PRIMARY KEY,
  owner TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  claims INTEGER NOT NULL DEFAULT 0,
  execution_id INTEGER NOT NULL DEFAULT 1,
  last_event_id INTEGER NOT NULL DEFAULT 0,
  -- The turn of the last commit, to know it when it is sent again.
  turn_id TEXT,
  handler TEXT NOT NULL,
  available_at INTEGER NOT NULL DEFAULT 0,
  quarantine TEXT,
  -- How many inbound messages may be queued; null until a turn has said it.
  mailbox_room INTEGER,
  -- Since when messages wait and may be taken; null exactly when none is queued.
  ready_since INTEGER,
  -- 1 while a message of the lane "ending" waits.
  ending INTEGER NOT NULL DEFAULT 0,
  -- The work item that the owner runs for the instance, if it is not in the queue: see carried-work.ts.
  carried_id TEXT,
  carried_queue TEXT,
  carried_name TEXT,
  carried_body TEXT,
  carried_payload TEXT,
  carried_at INTEGER,
  -- The handler that a node must have to take the instance: '' for any node, null for none.
  needs TEXT GENERATED ALWAYS AS (CASE WHEN ending THEN '' WHEN quarantine IS NULL THEN handler END) VIRTUAL,
  CHECK (carried_id IS NULL OR owner IS NOT NULL)
) STRICT;
CREATE INDEX perdure_ownerships_claimable ON perdure_ownerships (needs, claims, ready_since)
  WHERE owner IS NULL AND ready_since IS NOT NULL AND needs IS NOT NULL;
CREATE INDEX perdure_ownerships_owned ON perdure_ownerships (owner, ready_since)
  WHERE owner IS NOT NULL;
CREATE INDEX perdure_ownerships_quarantined ON perdure_ownerships (key)
  WHERE quarantine IS NOT NULL;

-- In the order of writing, not WITHOUT ROWID: clustered by instance, every turn would split and rewrite pages of its
-- own, and commits would take half as long again. Reading costs a third more, but everything is read less than it is
-- written: a hydrated instance is not read at all.
CREATE TABLE perdure_history (
  key INTEGER NOT NULL,
  execution_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  payload TEXT,
  PRIMARY KEY (key, execution_id, event_id)
) STRICT;

-- Lanes in the order in which they are handed out: 0 ending, 1 start, 2 normal. AUTOINCREMENT, because a number that
-- was used again would let a late ack remove a message that nobody has seen.
CREATE TABLE perdure_messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  body TEXT NOT NULL,
  payload TEXT,
  -- 1 for what is counted before more of it is queued.
  inbound INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX perdure_messages_by_instance ON perdure_messages (key, lane);
CREATE INDEX perdure_messages_inbound ON perdure_messages (key)
  WHERE inbound = 1;

CREATE TABLE perdure_work_items (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  key INTEGER NOT NULL,
  execution_id INTEGER NOT NULL,
  queue TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  payload TEXT,
  owner TEXT,
  delivery INTEGER NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0,
  visible_at INTEGER NOT NULL,
  scheduled_at INTEGER NOT NULL,
  start_by INTEGER,
  heartbeat TEXT,
  note TEXT,
  session TEXT,
  -- 1: should its owner die, this item alone is to blame.
  on_trial INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX perdure_work_items_by_instance ON perdure_work_items (key);
CREATE INDEX perdure_work_items_by_session ON perdure_work_items (session)
  WHERE session IS NOT NULL;
CREATE INDEX perdure_work_items_claimable ON perdure_work_items (queue, name, visible_at)
  WHERE owner IS NULL;
CREATE INDEX perdure_work_items_lost ON perdure_work_items (queue, name, visible_at)
  WHERE owner IS NULL AND lost > 0;
CREATE INDEX perdure_work_items_owned ON perdure_work_items (owner)
  WHERE owner IS NOT NULL;
CREATE INDEX perdure_work_items_unstarted ON perdure_work_items (start_by)
  WHERE owner IS NULL AND delivery = 0 AND start_by IS NOT NULL;

-- All work items, wherever they are.
CREATE VIEW perdure_work AS
  SELECT seq, id, key, execution_id, queue, name, body, payload, owner, delivery, failures, lost, visible_at,
         scheduled_at, start_by, heartbeat, note, session
    FROM perdure_work_items
  UNION ALL
  SELECT 0, carried_id, key, execution_id, carried_queue, carried_name, carried_body, carried_payload, owner, 1, 0, 0,
         carried_at, carried_at, NULL, NULL, NULL, NULL
    FROM perdure_ownerships
   WHERE owner IS NOT NULL AND carried_id IS NOT NULL;

CREATE TABLE perdure_timers (
  key INTEGER NOT NULL,
  execution_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (key, execution_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX perdure_timers_by_due ON perdure_timers (partition, due_at);

-- What an orchestration keeps for itself and for whoever looks; it outlives executions.
CREATE TABLE perdure_state (
  key INTEGER NOT NULL,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  PRIMARY KEY (key, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE perdure_nodes (
  node_id TEXT PRIMARY KEY,
  lease_until INTEGER NOT NULL,
  -- Where it runs: a process of this machine that has died needs no lease to expire.
  process TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE perdure_capabilities (
  node_id TEXT NOT NULL,
  capability TEXT NOT NULL,
  PRIMARY KEY (node_id, capability)
) STRICT, WITHOUT ROWID;

-- Which node runs the activities of a session. What waits for that node stands in lanes of its own: see
-- work-sessions.ts.
CREATE TABLE perdure_sessions (
  session TEXT PRIMARY KEY,
  node_id TEXT NOT NULL,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX perdure_sessions_by_node ON perdure_sessions (node_id, used_at);

-- How late it has been in this store, by the clock of whoever was ahead.
CREATE TABLE perdure_time (
  latest INTEGER NOT NULL
) STRICT;
INSERT INTO perdure_time VALUES (0);

-- What is needed and no live node has: for how long so far, and up to when that was counted.
CREATE TABLE perdure_unservable (
  capability TEXT PRIMARY KEY,
  missing_ms INTEGER NOT NULL,
  counted_until INTEGER NOT NULL,
  -- 1: a node left with it, and nobody has looked yet which instances at rest need it.
  departed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
`;
