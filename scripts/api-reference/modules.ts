import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Comment, type Node, parseSync, type Statement } from "oxc-parser";

/** A source file, as far as it says what can be imported from it. */
export interface Module {
  readonly file: string;
  readonly source: string;
  readonly comments: readonly Comment[];
  /** What is declared under a name; a function with overloads has several. */
  readonly declared: ReadonlyMap<string, readonly Declared[]>;
  readonly exported: ReadonlyMap<string, Origin>;
  /** Files of which everything is exported again. */
  readonly exportsAllOf: readonly string[];
  readonly imported: ReadonlyMap<string, Origin>;
}

export interface Declared {
  /** With its `export`, if it has one: what a doc comment stands before. */
  readonly start: number;
  readonly node: Node;
}

/** Where a name comes from: another file, or, without one, the declarations of the same. */
interface Origin {
  readonly from?: string;
  readonly name: string;
}

const known = new Map<string, Module>();

export function moduleAt(file: string): Module {
  const found = known.get(file) ?? readModule(file);
  known.set(file, found);
  return found;
}

/** The declarations behind a name of a file, wherever they stand; undefined for what is not of this repository. */
export function resolveName(
  file: string,
  name: string,
): { readonly module: Module; readonly name: string } | undefined {
  const module = moduleAt(file);
  if (module.declared.has(name)) return { module, name };
  const origin = module.imported.get(name);
  return origin?.from === undefined ? undefined : resolveExport(origin.from, origin.name);
}

/** The declarations that a file exports under a name. */
export function resolveExport(
  file: string,
  name: string,
): { readonly module: Module; readonly name: string } | undefined {
  const module = moduleAt(file);
  const origin = module.exported.get(name);
  if (origin?.from !== undefined) return resolveExport(origin.from, origin.name);
  if (origin !== undefined) return resolveName(file, origin.name);
  for (const from of module.exportsAllOf) {
    const found = resolveExport(from, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All names that a file exports, its own and those of others. */
export function exportedNames(file: string): string[] {
  const { exported, exportsAllOf } = moduleAt(file);
  return [...new Set([...exported.keys(), ...exportsAllOf.flatMap(exportedNames)])].toSorted();
}

function readModule(file: string): Module {
  const source = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file} does not parse: ${errors[0].message}`);
  const declared = new Map<string, Declared[]>();
  const exported = new Map<string, Origin>();
  const imported = new Map<string, Origin>();
  const exportsAllOf: string[] = [];
  for (const statement of program.body) {
    if (statement.type === "ImportDeclaration") {
      for (const specifier of statement.specifiers) {
        if (specifier.type !== "ImportSpecifier") continue;
        imported.set(specifier.local.name, origin(file, statement.source.value, nameOf(specifier.imported)));
      }
    } else if (statement.type === "ExportAllDeclaration") {
      const { from } = origin(file, statement.source.value, "*");
      if (from !== undefined) exportsAllOf.push(from);
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const { local, exported: as } of statement.specifiers) {
        const name = nameOf(local);
        exported.set(nameOf(as), statement.source === null ? { name } : origin(file, statement.source.value, name));
      }
      if (statement.declaration === null) continue;
      for (const [name, node] of declarationsIn(statement.declaration)) {
        exported.set(name, { name });
        declared.set(name, [...(declared.get(name) ?? []), { start: statement.start, node }]);
      }
    } else {
      for (const [name, node] of declarationsIn(statement)) {
        declared.set(name, [...(declared.get(name) ?? []), { start: statement.start, node }]);
      }
    }
  }
  return { file, source, comments, declared, exported, exportsAllOf, imported };
}

function declarationsIn(statement: Statement): [string, Node][] {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.flatMap((one) => (one.id.type === "Identifier" ? [[one.id.name, one]] : []));
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return statement.id === null ? [] : [[statement.id.name, statement]];
    default:
      return [];
  }
}

function origin(file: string, specifier: string, name: string): Origin {
  if (!specifier.startsWith(".")) return { name };
  const from = join(dirname(file), specifier);
  if (!existsSync(from)) throw new Error(`${file} imports ${specifier}, which does not exist.`);
  return { from, name };
}

const nameOf = (name: { type: string; name?: string; value?: string }): string => name.name ?? name.value ?? "";
