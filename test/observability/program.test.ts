import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = join(import.meta.dirname, "programs", "hello.ts");

/** Runs the program in a process of its own. */
async function runWith(setting: string | undefined): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { PERDURE_LOG: _, ...env } = process.env;
  return await run(process.execPath, [program], {
    env: { ...env, ...(setting !== undefined && { PERDURE_LOG: setting }) },
  });
}

test("a program that says nothing about logging prints nothing but its own lines", async () => {
  assert.deepEqual(await runWith(undefined), { stdout: "Hello Ada!\n", stderr: "" });
});

test("with PERDURE_LOG=debug it prints on stderr what its node does, and the history of every turn", async () => {
  const { stdout, stderr } = await runWith("debug");
  assert.equal(stdout, "Hello Ada!\n");
  const lines = stderr.split("\n").map((line) => line.replace(/^\d{4}-\S+Z /, ""));
  const patterns = [
    /^INFO {2}node started nodeId=\S+ provider=sqlite orchestrations=\[ 'hello@1\.0\.0' \] activities=\[ 'greet' \]/,
    /^DEBUG claimed instanceId=hello-1 executionId=1 /,
    /^INFO {2}greeting instanceId=hello-1 executionId=1$/,
    /^DEBUG turn: 2 events after event 0 instanceId=hello-1 executionId=1 /,
    /^ {4}history:$/,
    /^ +1 {2}\S+Z {2}OrchestrationStarted +the start of hello@1\.0\.0$/,
    /^ +2 {2}\S+Z {2}ActivityScheduled +activity "greet"$/,
    /^DEBUG activity started instanceId=hello-1 executionId=1 activityId=\S+ activity=greet attempt=1 /,
    /^DEBUG activity completed instanceId=hello-1 /,
    /^DEBUG turn: 2 events after event 2 instanceId=hello-1 /,
    /^ +3 {2}\S+Z {2}ActivityCompleted +for event 2$/,
    /^ +4 {2}\S+Z {2}OrchestrationCompleted +the function returning$/,
    /^DEBUG orchestration completed instanceId=hello-1 executionId=1 orchestration=hello@1\.0\.0$/,
    /^INFO {2}node stopped /,
  ];
  let from = 0;
  for (const pattern of patterns) {
    const index = lines.findIndex((line, at) => at >= from && pattern.test(line));
    assert.notEqual(index, -1, `${String(pattern)} after line ${from} of\n${stderr}`);
    from = index + 1;
  }
});

test("with PERDURE_LOG=info it prints no line of a turn", async () => {
  const { stderr } = await runWith("info");
  assert.match(stderr, /INFO {2}node started/);
  assert.doesNotMatch(stderr, /DEBUG|turn/);
});
