import type { ClassElement, Node, PropertyDefinition, TSPropertySignature, TSSignature } from "oxc-parser";
import { docCommentBefore } from "./doc-comment.ts";
import type { Module } from "./modules.ts";
import { callOf, signatureOf } from "./signature.ts";
import { onOneLine, textOf } from "./source-text.ts";
import { typeNamesIn } from "./type-names.ts";

/** What a class, an interface or the type of an option has. */
export interface Member {
  readonly kind: "property" | "method";
  readonly name: string;
  /** Of a property of an object within: `limits.payloadBytes?`; of a static method: with `static`. */
  readonly title: string;
  /** The type of a property; the signatures of a method. */
  readonly code: string;
  readonly doc: string;
  readonly typeNames: readonly string[];
}

export function membersOf(module: Module, nodes: readonly (ClassElement | TSSignature)[]): readonly Member[] {
  const members: Member[] = [];
  for (const node of nodes) {
    for (const member of memberOf(module, node)) {
      const before = members.findIndex(({ kind, name }) => kind === "method" && name === member.name);
      if (before === -1) members.push(member);
      else if (!isImplementation(node)) members[before] = withOverload(members[before] as Member, member);
    }
  }
  return members;
}

function memberOf(module: Module, node: ClassElement | TSSignature): readonly Member[] {
  switch (node.type) {
    case "TSPropertySignature":
    case "PropertyDefinition":
      return propertyOf(module, node);
    case "TSMethodSignature":
      return methodOf(module, node, { key: node.key, call: node, isStatic: false });
    case "MethodDefinition": {
      const { key, value, static: isStatic, accessibility } = node;
      if (key.type === "PrivateIdentifier" || accessibility === "private") return [];
      if (node.kind === "constructor") {
        const code = callOf(module, value, "constructor");
        const doc = docCommentBefore(module, node.start);
        return [
          { kind: "method", name: "constructor", title: "constructor", code, doc, typeNames: typeNamesIn(value) },
        ];
      }
      if (node.kind !== "get") return methodOf(module, node, { key, call: value, isStatic });
      const doc = docCommentBefore(module, node.start);
      const name = textOf(module, key);
      const type = value.returnType?.typeAnnotation;
      if (!type) throw new Error(`${module.file}: ${name} is public and does not say its type.`);
      return [
        {
          kind: "property",
          name,
          title: name,
          code: onOneLine(textOf(module, type)),
          doc,
          typeNames: typeNamesIn(type),
        },
      ];
    }
    case "TSCallSignatureDeclaration":
      return methodOf(module, node, { key: null, call: node, isStatic: false });
    default:
      return [];
  }
}

function propertyOf(module: Module, node: TSPropertySignature | PropertyDefinition): readonly Member[] {
  if (node.key.type === "PrivateIdentifier") return [];
  const name = node.computed ? `[${textOf(module, node.key)}]` : textOf(module, node.key);
  const title = `${name}${node.optional ? "?" : ""}`;
  const doc = docCommentBefore(module, node.start);
  const type = node.typeAnnotation?.typeAnnotation;
  // An object that is described right here: its properties stand for it.
  const within = type?.type === "TSTypeLiteral" ? membersOf(module, type.members) : [];
  if (within.length > 0 && within.every(({ kind, doc: said }) => kind === "property" && said !== "")) {
    const nested = within.map((member) => ({
      ...member,
      name: `${name}.${member.name}`,
      title: `${name}.${member.title}`,
    }));
    return doc === "" ? nested : [{ kind: "property", name, title, code: "object", doc, typeNames: [] }, ...nested];
  }
  const literal = node.type === "PropertyDefinition" && node.value?.type === "Literal" ? node.value : undefined;
  const code = type ? textOf(module, type) : literal && textOf(module, literal);
  if (code === undefined) throw new Error(`${module.file}: ${name} is public and does not say its type.`);
  return [{ kind: "property", name, title, code: onOneLine(code), doc, typeNames: type ? typeNamesIn(type) : [] }];
}

interface Method {
  readonly key: Node | null;
  readonly call: Parameters<typeof signatureOf>[1];
  readonly isStatic: boolean;
}

function methodOf(module: Module, node: Node, { key, call, isStatic }: Method): readonly Member[] {
  const computed = "computed" in node && node.computed;
  const text = key === null ? "" : textOf(module, key);
  const name = computed ? `[${text}]` : text;
  const isOptional = "optional" in node && node.optional === true;
  const signature = signatureOf(module, call, `${isStatic ? "static " : ""}${name}${isOptional ? "?" : ""}`);
  return [
    {
      kind: "method",
      name,
      title: name,
      code: `${signature};`,
      doc: docCommentBefore(module, node.start),
      typeNames: typeNamesIn(call),
    },
  ];
}

const isImplementation = (node: Node): boolean =>
  node.type === "MethodDefinition" && node.value.type === "FunctionExpression";

function withOverload(first: Member, next: Member): Member {
  const typeNames = [...new Set([...first.typeNames, ...next.typeNames])];
  return { ...first, code: `${first.code}\n${next.code}`, doc: first.doc === "" ? next.doc : first.doc, typeNames };
}
