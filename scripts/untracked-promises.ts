// Preloaded into processes that run tests. node:test follows every promise, to be able to say which test an error
// belongs to that nobody caught; code that lives on promises takes two to three times as long then. Such an error still
// fails its file, and a file that is run by itself still says which test it was.
import { type AsyncHook, createHook } from "node:async_hooks";

const hooks = Object.getPrototypeOf(createHook({})) as AsyncHook;
const enable: (this: AsyncHook) => AsyncHook = Reflect.get(hooks, "enable");

// What `createHook({ trackPromises: false })` leaves in a hook; it cannot be said to node:test.
const [isUntracked] = Object.getOwnPropertySymbols(createHook({ trackPromises: false })).filter(
  ({ description }) => description === "kNoPromiseHook",
);

// The first hook is that of node:test.
hooks.enable = function (this: AsyncHook): AsyncHook {
  hooks.enable = enable;
  if (isUntracked !== undefined) Object.assign(this, { [isUntracked]: true });
  return enable.call(this);
};
