import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { processHost } from "../../src/host/index.ts";
import { loggerFromEnvironment } from "../../src/observability/index.ts";
import { ClaimGate } from "../../src/runtime/claim-gate.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

describe("The gate that all claims go through", () => {
  /** A gate, and the calls to give back that wait for their answers. */
  function gateWith() {
    const asked: PromiseWithResolvers<void>[] = [];
    const giveBackUnknown = () => {
      const answer = Promise.withResolvers<void>();
      asked.push(answer);
      return answer.promise;
    };
    const { logger } = new RecordingLogger(loggerFromEnvironment());
    return { gate: new ClaimGate({ host: processHost, logger, giveBackUnknown }), asked };
  }

  test("gives back once, whatever else ends meanwhile: the second time might take what is known by then", async () => {
    const { gate, asked } = gateWith();
    gate.suspect();
    const done = gate.begin();
    done();
    assert.equal(asked.length, 1);
    const claimed = gate.claim(async () => "claimed");
    asked[0]?.resolve();
    assert.equal(await claimed, "claimed");
    assert.equal(asked.length, 1);
  });

  test("gives back again what came into doubt while it was doing so, before anything is claimed", async () => {
    const { gate, asked } = gateWith();
    gate.suspect();
    gate.suspect();
    const claimed = gate.claim(async () => asked.length);
    asked[0]?.resolve();
    while (asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
    asked[1]?.resolve();
    assert.equal(await claimed, 2);
  });

  test("waits for what is being claimed before it gives back anything", async () => {
    const { gate, asked } = gateWith();
    const done = gate.begin();
    gate.suspect();
    assert.deepEqual([gate.isOpen, asked.length], [false, 0]);
    done();
    assert.equal(asked.length, 1);
    gate.stop();
    asked[0]?.resolve();
    await gate.claim(async () => undefined);
    assert.ok(gate.isOpen);
  });
});
