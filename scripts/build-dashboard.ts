// Bundles the dashboard into dist/dashboard/assets.json: every file that is served, by its path.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const maxScriptGzipBytes = 80 * 1024;

const { outputFiles } = await build({
  entryPoints: { app: "dashboard/src/main.tsx" },
  outdir: "/",
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: ["chrome123", "firefox121", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
});

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

const files = [
  ...outputFiles.map(({ path, text }) => [path, text] as const),
  ...["index.html", "favicon.svg"].map((name) => [`/${name}`, readFileSync(`dashboard/${name}`, "utf8")] as const),
];
const assets = Object.fromEntries(files.map(([path, body]) => [path, assetOf(path, body)]));
mkdirSync("dist/dashboard", { recursive: true });
writeFileSync("dist/dashboard/assets.json", JSON.stringify(assets));

const script = files.find(([path]) => path.endsWith(".js"))?.[1] ?? "";
const size = gzipSync(script).byteLength;
console.log(`dashboard: ${(size / 1024).toFixed(1)} kB of script, compressed`);
if (size > maxScriptGzipBytes)
  throw new Error(`The script of the dashboard is larger than ${maxScriptGzipBytes} bytes.`);

function assetOf(path: string, body: string) {
  const type = types[path.slice(path.lastIndexOf(".") + 1)];
  if (type === undefined) throw new Error(`${path} is of no known type.`);
  return { type, body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
}
