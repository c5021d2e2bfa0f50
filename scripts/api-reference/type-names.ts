import type { Node } from "oxc-parser";

// What is not part of a signature.
const hidden = new Set(["body", "value", "init", "right", "decorators"]);

/** The names of the types that are mentioned, each once, in the order in which they come. */
export function typeNamesIn(...nodes: readonly object[]): readonly string[] {
  const names = new Set<string>();
  for (const node of nodes) collect(node as Node, names, true);
  return [...names];
}

function collect(node: Node, names: Set<string>, isTop: boolean): void {
  if (node.type === "TSTypeReference" && node.typeName.type === "Identifier") names.add(node.typeName.name);
  if (node.type === "TSInterfaceHeritage" && node.expression.type === "Identifier") names.add(node.expression.name);
  if (node.type === "TSClassImplements" && node.expression.type === "Identifier") names.add(node.expression.name);
  if (node.type === "Identifier" && isTop) names.add(node.name);
  for (const [key, child] of Object.entries(node)) {
    if (hidden.has(key)) continue;
    for (const one of Array.isArray(child) ? child : [child]) {
      if (typeof one === "object" && one !== null && "type" in one) collect(one as Node, names, false);
    }
  }
}
