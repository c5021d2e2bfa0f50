import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { bundle } from "../support/bundle.ts";
import type { CodeBlock } from "./markdown.ts";

/** A snippet as a program of its own. A continued one begins with the blocks that it continues. */
export interface Snippet {
  readonly block: CodeBlock;
  readonly program: string;
  /** What it has to print, if it is to be run. */
  readonly output: string | undefined;
}

/** The snippets of one file: ```ts, ```ts continued, ```ts run; the output of one that is run is the next ```text. */
export function snippetsOf(blocks: readonly CodeBlock[]): Snippet[] {
  const snippets: Snippet[] = [];
  let chain: CodeBlock[] = [];
  for (const [index, block] of blocks.entries()) {
    if (block.language !== "ts") continue;
    const where = `${block.file}:${block.line - 1}`;
    const unknown = block.words.find((word) => !["run", "continued"].includes(word));
    if (unknown !== undefined) throw new Error(`${where}: "${unknown}" means nothing here.`);
    if (block.words.includes("continued") && chain.length === 0) throw new Error(`${where}: continues nothing.`);
    chain = block.words.includes("continued") ? [...chain, block] : [block];
    const next = blocks[index + 1];
    const isRun = block.words.includes("run");
    if (isRun && next?.language !== "text") throw new Error(`${where}: is run, and no text block says what it prints.`);
    snippets.push({ block, program: atTheirLines(chain), output: isRun ? next?.code : undefined });
  }
  return snippets;
}

/** The entry points of the package. */
const entryPoints = {
  index: "src/index.ts",
  sqlite: "src/providers/sqlite/index.ts",
  postgres: "src/providers/postgres/index.ts",
  testing: "src/testing/index.ts",
  conformance: "src/providers/conformance/index.ts",
  http: "src/http/index.ts",
  management: "src/management/index.ts",
  otel: "src/otel/index.ts",
  transfer: "src/transfer/index.ts",
};

/**
 * A folder in which `import "perdure"` gives the sources of this repository, with one program for each snippet. The
 * compiler sees the sources themselves; programs run with bundles of them, for most of what they do is to begin.
 */
export class SnippetFolder {
  readonly #path: string;

  constructor(snippets: readonly Snippet[]) {
    mkdirSync(".perdure", { recursive: true });
    this.#path = resolve(mkdtempSync(join(".perdure", "snippets-")));
    // Files in here are in the scope of a package that calls itself perdure, so its name leads to its exports.
    const exports = Object.entries(entryPoints).map(([name, source]) => [
      name === "index" ? "." : `./${name}`,
      { types: `./${source}`, default: `./${libraryFolder}/${name}.mjs` },
    ]);
    this.#write(
      "package.json",
      JSON.stringify({ name: "perdure", type: "module", exports: Object.fromEntries(exports) as object }),
    );
    symlinkSync(resolve("src"), join(this.#path, "src"));
    const compilerOptions = { moduleDetection: "force", noUnusedLocals: false, noUnusedParameters: false };
    const include = ["*.md/*.ts", "**/*.md/*.ts"];
    this.#write("tsconfig.json", JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include }));
    for (const snippet of snippets) this.#write(fileOf(snippet), snippet.program);
  }

  /** Makes the library that the programs use. */
  async bundleLibrary(): Promise<void> {
    await bundle({ entryPoints, outdir: join(this.#path, libraryFolder), packages: "external" });
  }

  /** What the compiler has to say, with the lines of the documents. */
  async check(): Promise<string> {
    const { output } = await run([resolve("node_modules/typescript/bin/tsc"), "-p", "."], this.#path);
    return output.replaceAll(/^(\S+\.md)\/\d+\.ts\((\d+),(\d+)\)/gm, "$1:$2:$3");
  }

  /** Runs a snippet in an empty folder, where it may leave its files, and gives what it prints. */
  async run(snippet: Snippet, signal: AbortSignal): Promise<{ readonly code: number | null; readonly output: string }> {
    const cwd = mkdtempSync(join(tmpdir(), "perdure-snippet-"));
    try {
      return await run([join(this.#path, fileOf(snippet))], cwd, {
        signal,
        compileCache: join(this.#path, "compiled"),
      });
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }

  remove(): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  #write(file: string, text: string): void {
    const path = join(this.#path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

// The library takes frames from the folder above its own for its own.
const libraryFolder = "library/dist";

const fileOf = ({ block }: Snippet) => join(relative(".", block.file), `${block.line}.ts`);

// So that whatever is reported about the program is reported with the line of the document.
function atTheirLines(blocks: readonly CodeBlock[]): string {
  const lines: string[] = [];
  for (const { line, code } of blocks) {
    while (lines.length < line - 1) lines.push("");
    lines.push(...code.split("\n"));
  }
  return `${lines.join("\n")}\n`;
}

async function run(
  args: readonly string[],
  cwd: string,
  { signal, compileCache }: { readonly signal?: AbortSignal; readonly compileCache?: string } = {},
): Promise<{ code: number | null; output: string }> {
  const { PERDURE_LOG: _log, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  if (compileCache !== undefined) env["NODE_COMPILE_CACHE"] = compileCache;
  const child = spawn(process.execPath, args, { cwd, env, signal, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
