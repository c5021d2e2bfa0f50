import { withCodec } from "../../../src/codec/index.ts";
import type { Provider } from "../../../src/providers/contract.ts";
import { broken } from "./broken-provider.ts";

const changeTexts = (change: (text: string) => string) => (real: Provider) =>
  withCodec(real, { encode: change, decode: (stored) => stored });

const changeIds = (change: (id: string) => string) => (real: Provider) => ({
  createInstances: (starts: Parameters<Provider["createInstances"]>[0]) =>
    real.createInstances(starts.map((start) => ({ ...start, instanceId: change(start.instanceId) }))),
});

const cutAt = (bytes: number) => (text: string) =>
  Buffer.byteLength(text) <= bytes ? text : Buffer.from(text).subarray(0, bytes).toString();

export const brokenTexts = [
  broken(
    "B1c",
    "white space at the ends is cut off",
    changeTexts((text) => text.trim()),
  ),
  broken(
    "B1c",
    "line ends are made alike",
    changeTexts((text) => text.replaceAll("\r\n", "\n")),
  ),
  broken(
    "B1d",
    "escapes are read",
    changeTexts((text) => text.replaceAll(String.raw`\u0000`, "")),
  ),
  broken(
    "B1a",
    "quotes are doubled",
    changeTexts((text) => text.replaceAll("'", "''")),
  ),
  broken("B1e B1f B1g", "a text has 65,535 bytes at the most", changeTexts(cutAt(65_535))),
  broken("B1f B1g", "a text has a million bytes at the most", changeTexts(cutAt(1_000_000))),
  broken(
    "B1h",
    "letters are composed",
    changeTexts((text) => text.normalize("NFC")),
  ),
  broken(
    "B1i",
    "what does not print is left out",
    changeTexts((text) => text.replaceAll(/[\ufeff\uffff]/g, "")),
  ),
  broken("B1b", "an empty text is none", (real) => ({
    readState: async (instanceId) =>
      (await real.readState(instanceId))?.filter(({ payload }) => payload !== "") ?? null,
  })),
  broken(
    "B3",
    "a text ends at its first NUL",
    changeTexts((text) => text.split("\0")[0] as string),
  ),
  broken(
    "B2a",
    "ids are compared without case",
    changeIds((id) => id.toLowerCase()),
  ),
  broken(
    "B2b",
    "ids are composed",
    changeIds((id) => id.normalize("NFC")),
  ),
  broken(
    "B2c",
    "spaces at the end of ids are cut off",
    changeIds((id) => id.trimEnd()),
  ),
  broken(
    "B2f",
    "ids have 254 bytes",
    changeIds((id) => id.slice(0, 254)),
  ),
  broken(
    "B2e",
    "separators of folders are made alike",
    changeIds((id) => id.replaceAll("\\", "/")),
  ),
  broken(
    "B2g",
    "ids that are numbers are compared as numbers",
    changeIds((id) => (/^[\d.e]+$/.test(id) ? String(Number(id)) : id)),
  ),
  broken(
    "B2h",
    "ids end at the first character without a width",
    changeIds((id) => id.split("\u200d")[0] as string),
  ),
  broken("B2d", "ids are patterns", (real) => ({
    readInstance: async (instanceId) => {
      const pattern = new RegExp(`^${RegExp.escape(instanceId).replaceAll("%", ".*").replaceAll("_", ".")}$`, "u");
      const all = { statuses: null, name: null, quarantined: null, limit: 1_000, cursor: null };
      const { instances } = await real.listInstances(all);
      return instances.toReversed().findLast((record) => pattern.test(record.instanceId)) ?? null;
    },
  })),
];
