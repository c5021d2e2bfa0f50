import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeWatch } from "../../src/client/change-watch.ts";
import { processHost } from "../../src/host/index.ts";
import type { Provider, Wake } from "../../src/providers/contract.ts";

function watched() {
  const listeners = new Set<(wake: Wake) => void>();
  const subscribe = (listener: (wake: Wake) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  let time = 0;
  const watch = new ChangeWatch({ subscribe } as Provider, { ...processHost, now: () => time });
  const tell = (ended: readonly string[] | null) => {
    const wake = { instances: false, work: false, timerDueAt: null, changed: ended, ended };
    for (const listener of listeners) listener(wake);
  };
  const now = () => {
    const moment = watch.moment();
    assert.ok(moment !== undefined);
    return moment;
  };
  const pass = (ms: number) => (time += ms);
  return { watch, tell, now, pass };
}

test("what may have ended since a moment is what was told of since then", () => {
  const { watch, tell, now } = watched();
  assert.equal(watch.moment(), undefined, "nobody listens");
  const follower = watch.follow("z");
  const before = now();
  tell(["a", "b"]);
  const after = now();
  assert.deepEqual(
    [watch.mayHaveEndedSince(before, "a"), watch.mayHaveEndedSince(before, "b"), watch.mayHaveEndedSince(before, "c")],
    [true, true, false],
  );
  assert.equal(watch.mayHaveEndedSince(after, "a"), false);
  follower.stop();
});

test("anything may have ended since a moment if another process has committed", () => {
  const { watch, tell, now } = watched();
  const follower = watch.follow("z");
  const before = now();
  tell(null);
  assert.equal(watch.mayHaveEndedSince(before, "a"), true);
  assert.equal(watch.mayHaveEndedSince(now(), "a"), false);
  follower.stop();
});

test("anything may have ended since a moment if nobody has listened for a while", () => {
  const { watch, now } = watched();
  const first = watch.follow("z");
  const before = now();
  first.stop();
  assert.equal(watch.moment(), undefined);
  const second = watch.follow("z");
  assert.equal(watch.mayHaveEndedSince(before, "a"), true);
  second.stop();
});

test("only the last thousand ends are kept, and whatever ended before them may have", () => {
  const { watch, tell, now } = watched();
  const follower = watch.follow("z");
  const before = now();
  tell(["first"]);
  const between = now();
  tell(Array.from({ length: 999 }, (_, index) => `i${index}`));
  assert.equal(watch.mayHaveEndedSince(before, "other"), false);
  tell(["last"]);
  assert.equal(watch.mayHaveEndedSince(before, "other"), true, "the first has been forgotten");
  assert.equal(watch.mayHaveEndedSince(between, "other"), false);
  assert.equal(watch.mayHaveEndedSince(between, "i0"), true);
  follower.stop();
});

test("after a tenth of a second anything may have ended, because a hint may have been lost", () => {
  const { watch, now, pass } = watched();
  const follower = watch.follow("z");
  const before = now();
  pass(100);
  assert.equal(watch.mayHaveEndedSince(before, "a"), false);
  pass(1);
  assert.equal(watch.mayHaveEndedSince(before, "a"), true);
  follower.stop();
});
