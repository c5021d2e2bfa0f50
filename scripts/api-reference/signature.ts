import type { Function as FunctionNode, Node, ParamPattern } from "oxc-parser";
import type { Module } from "./modules.ts";
import { onOneLine, textOf } from "./source-text.ts";

// What a page shows without scrolling.
const width = 95;

type Signature = Pick<FunctionNode, "typeParameters" | "params" | "returnType">;

/** How it is called: `name<T>(a: A, b?: B): R`. Default values become question marks. */
export function signatureOf(module: Module, node: Signature, name: string): string {
  if (!node.returnType) throw new Error(`${module.file}: ${name} is exported and does not say what it returns.`);
  const returned = onOneLine(textOf(module, node.returnType));
  return callOf(module, node, name, returned.split("\n", 1)[0]?.length) + returned;
}

/** As `signatureOf`, for what has no return type: a constructor. */
export function callOf(module: Module, { typeParameters, params }: Signature, name: string, followedBy = 0): string {
  const head = `${name}${typeParameters ? onOneLine(textOf(module, typeParameters)) : ""}`;
  const shown = params.map((param) => parameterOf(module, param));
  const line = `${head}(${shown.join(", ")})`;
  if (line.length + followedBy <= width && !line.includes("\n")) return line;
  return `${head}(\n${shown.map((param) => `  ${param.replaceAll("\n", "\n  ")},\n`).join("")})`;
}

function parameterOf(module: Module, param: ParamPattern): string {
  const text = (node: Node | null | undefined) => (node ? onOneLine(textOf(module, node)) : "");
  if (param.type === "AssignmentPattern") return `${patternName(param.left)}?${text(param.left.typeAnnotation)}`;
  if (param.type === "ObjectPattern") return `options${text(param.typeAnnotation)}`;
  return onOneLine(textOf(module, param));
}

const patternName = (pattern: Node): string => (pattern.type === "Identifier" ? pattern.name : "options");
