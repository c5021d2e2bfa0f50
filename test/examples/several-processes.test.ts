import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresUrl } from "../support/postgres-server.ts";
import { linesOf } from "./run-example.ts";

test(
  "agent asks before it pays, and pays once, though its process is killed right after",
  { timeout: 60_000 },
  async () => {
    assert.deepEqual(await linesOf("agent"), [
      "Ada: the lamp of order 42 arrived broken",
      "  the model is asked",
      "  looks up order 42",
      "  the model is asked",
      "Grace approves",
      "  refunds 40 for order 42",
      "  the model is asked",
      "-- power cut; another process goes on --",
      "  the model is asked",
      "Agent: I am sorry about that. We have refunded 40 for order 42.",
      "Alan: I do not like the yacht of order 43",
      "  the model is asked",
      "  looks up order 43",
      "  the model is asked",
      "Grace refuses",
      "  the model is asked",
      "Agent: I am sorry, but I cannot refund order 43: Grace refuses.",
      "refunds: 1",
    ]);
  },
);

test("three-nodes goes on where a killed node was, and keeps sessions together", { timeout: 60_000 }, async () => {
  assert.deepEqual(await linesOf("three-nodes", { env: { PERDURE_PG_URL: await postgresUrl() } }), [
    "b has encoded a part of the first video, and hangs",
    "a and c have joined",
    "b is killed",
    "videos: 12, each by one node: true",
    "by a and c alone: true",
    "the first one was begun by b, and ended by another",
    "what the other noticed: FILE_GONE",
  ]);
});
