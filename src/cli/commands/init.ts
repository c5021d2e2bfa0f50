import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import type { Cli } from "../cli.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import { mainProgram, readme, tsconfig } from "../project-files.ts";

interface PackageJson {
  name?: string;
  private?: boolean;
  type?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  engines?: Record<string, string>;
}

export function initCommand({ terminal }: Cli): Command {
  return new Command("init")
    .description("make a TypeScript project that runs: an orchestration that waits for an approval, and a dashboard")
    .argument("[folder]", "where; default: here")
    .action((folder = ".") => {
      const root = resolve(folder as string);
      const files = { "main.ts": mainProgram, "tsconfig.json": tsconfig, "README.md": readme };
      const existing = Object.keys(files).filter((file) => existsSync(join(root, file)));
      if (existing.length > 0) {
        throw new CliError(
          exitCodes.conflict,
          `There is already ${existing.join(", ")} in ${root}. Nothing was changed.`,
        );
      }
      mkdirSync(root, { recursive: true });
      for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
      writeFileSync(join(root, "package.json"), `${JSON.stringify(packageJson(root), null, 2)}\n`);
      if (!existsSync(join(root, ".gitignore"))) writeFileSync(join(root, ".gitignore"), "node_modules\n*.db*\n");
      terminal.line(`Made ${terminal.paint("bold", basename(root))}. Next:`);
      if (folder !== ".") terminal.line(`  cd ${terminal.paint("bold", folder as string)}`);
      terminal.line("  npm install\n  npm start");
    });
}

/** What is there stays; what a project needs is added. */
function packageJson(root: string): PackageJson {
  const path = join(root, "package.json");
  const json = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as PackageJson) : {};
  const own = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    name: basename(root)
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, "-"),
    private: true,
    ...json,
    type: "module",
    scripts: {
      start: "node main.ts",
      dashboard: "perdure dashboard --store app.db",
      ...withoutPlaceholder(json.scripts),
    },
    dependencies: { perdure: `^${own.version}`, ...json.dependencies },
    devDependencies: { "@types/node": "^24.0.0", typescript: "^7.0.0", ...json.devDependencies },
    engines: { node: ">=24", ...json.engines },
  };
}

// What `npm init` writes into it.
function withoutPlaceholder({ test, ...scripts }: Record<string, string> = {}): Record<string, string> {
  return test === undefined || test.includes("no test specified") ? scripts : { ...scripts, test };
}
