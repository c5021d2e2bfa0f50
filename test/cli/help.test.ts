import assert from "node:assert/strict";
import { test } from "node:test";
import { examples } from "../../src/cli/examples.ts";
import { everyCommand, fullName, programOf } from "../../src/cli/program.ts";
import { Terminal } from "../../src/cli/terminal.ts";
import { callCli } from "./call-cli.ts";

/** Every command, without what it does. */
function commands() {
  const terminal = new Terminal({ ...process, env: {} });
  const cli = { terminal, signal: new AbortController().signal, setExitCode: () => {} };
  return everyCommand(programOf(cli, process)).slice(1);
}

/** As a shell would take it apart. */
const wordsOf = (call: string) =>
  [...call.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? "");

test("the help of every command has examples, and each of them is a call that it takes", async () => {
  const names = commands().map(fullName);
  assert.deepEqual(Object.keys(examples).toSorted(), names.toSorted());
  for (const name of names) {
    const { out, exitCode } = await callCli([...name.split(" "), "--help"]);
    assert.equal(exitCode, 0);
    assert.match(out, /Examples:\n {2}\$ perdure /, name);
    for (const [call] of examples[name] ?? []) assert.ok(out.includes(call), call);
  }
  assert.match((await callCli(["help", "prune"])).out, /perdure prune --older-than 30d/);
});

test("an example names only options and arguments that there are", () => {
  for (const command of commands()) {
    const path = fullName(command).split(" ");
    for (const [call] of examples[fullName(command)] ?? []) {
      const [program, ...words] = wordsOf(call);
      assert.deepEqual([program, ...words.slice(0, path.length)], ["perdure", ...path], call);
      const rest = words.slice(path.length).filter((word, index, all) => word !== "--json" && !isStore(all, index));
      const { operands, unknown } = command.parseOptions(rest);
      assert.deepEqual(unknown, [], call);
      const wanted = command.registeredArguments;
      const needed = wanted.filter(({ required }) => required).length;
      const most = wanted.some(({ variadic }) => variadic) ? Infinity : wanted.length;
      assert.ok(operands.length >= needed && operands.length <= most, call);
    }
  }
});

// `--store` and its value belong to the program.
const isStore = (words: readonly string[], index: number) =>
  words[index] === "--store" || words[index - 1] === "--store";
