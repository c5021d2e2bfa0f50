/** A call, and what it is good for. */
type Example = readonly [call: string, what: string];

/** Shown below the help of a command; a test sees that each has some, and that they are calls that work. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  list: [
    ["perdure list --status failed --newer-than 1d", "what failed today"],
    ["perdure list --name checkout --version 1.4.0 --count", "how many are pinned to a version"],
    ["perdure list --id order- --json", "for a script"],
  ],
  show: [["perdure show order-42", "where it stands, and why it does not go on"]],
  history: [
    ["perdure history order-42", "of the current execution"],
    ["perdure history monitor-7 --execution 3 --json", "of an earlier one, as JSON"],
  ],
  tree: [["perdure tree order-42", "its parents, children, and theirs"]],
  watch: [
    ["perdure watch order-42", "until it has ended, or Ctrl-C"],
    ["perdure watch order-42 --json", "one event a line"],
  ],
  start: [
    [`perdure start checkout '{"total":1200}' --id order-42`, "an id that is in use is refused"],
    ["perdure start report @input.json --orchestration-version 2.0.0", "with input from a file, pinned to a version"],
  ],
  send: [
    ["perdure send order-42 approvals true", "a message waits until it is received"],
    [`perdure send order-42 notes '"a text needs quotes of its own"'`, "a text"],
  ],
  raise: [["perdure raise order-42 shipped @parcel.json", "reaches the waits that are open, and nobody else"]],
  cancel: [
    [`perdure cancel order-42 --reason "the customer left"`, "it may still clean up"],
    ["perdure cancel --name checkout --older-than 7d --yes", "all that a filter finds"],
  ],
  terminate: [["perdure terminate order-42 --yes", "at once, without running its code again"]],
  delete: [
    ["perdure delete order-42", "with its children and all its history"],
    ["perdure delete --status completed --older-than 90d", "asks first, and says how many there are"],
  ],
  prune: [
    ["perdure prune --older-than 30d --yes", "for a nightly timer"],
    ["perdure prune --instance monitor-7 --keep 3", "old executions of one that continues as new"],
  ],
  quarantine: [["perdure quarantine", "what was set aside, and why"]],
  "quarantine list": [["perdure quarantine list --json", "for an alarm"]],
  "quarantine release": [["perdure quarantine release order-42", "when the cause is mended"]],
  queues: [["perdure queues", "what waits, since when, and what no node serves"]],
  nodes: [["perdure nodes", "who is live, and what each can run"]],
  check: [
    ["perdure check ./orchestrations.ts", "before a deploy: exit code 4 if an instance would not go on"],
    ["perdure check ./orchestrations.ts --name checkout --json", "only those, for a pipeline"],
  ],
  doctor: [["perdure doctor", "exit code 4 if something is wrong"]],
  export: [
    ["perdure export order-42 -o order-42.json", "to be looked at in the dashboard, without a store"],
    ["perdure export order-42 --redact -o order-42.json", "without the values of your users"],
  ],
  import: [
    ["perdure import order-42.json --store copy.db", "for inspection: no node goes on with it"],
    ["perdure import order-42.json --live --yes", "goes on here"],
  ],
  move: [
    ["perdure move postgres://app@db/app --store app.db --dry-run", "what would be moved, and what is in the way"],
    ["perdure move postgres://app@db/app --store app.db", "stop every node first"],
    ["perdure move postgres://app@db/app --store app.db --abandon", "back to where it was"],
  ],
  migrate: [
    ["perdure migrate --store app.db", "makes it if it is not there"],
    ["perdure migrate --verify", "exit code 1 if it is not of this release"],
  ],
  dashboard: [
    ["perdure dashboard --store app.db --port 4100", "for this machine alone"],
    ["perdure dashboard --host 0.0.0.0 --allow-host ops.example.com --read-only", "with PERDURE_TOKEN set"],
    ["perdure dashboard --orchestrations ./orchestrations.ts", "lets the API check them, too"],
  ],
  init: [
    ["perdure init my-project", "a folder with a project that runs"],
    ["perdure init", "in this folder"],
  ],
};

export function exampleText(name: string): string {
  const found = examples[name] ?? [];
  const width = Math.max(...found.map(([call]) => call.length));
  return `\nExamples:\n${found.map(([call, what]) => `  $ ${call.padEnd(width)}  # ${what}`).join("\n")}\n`;
}
