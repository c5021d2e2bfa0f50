import type { Class } from "oxc-parser";
import { docCommentBefore } from "./doc-comment.ts";
import { type Member, membersOf } from "./members.ts";
import { type Declared, type Module, resolveName } from "./modules.ts";
import { signatureOf } from "./signature.ts";
import { textOf, withoutComments } from "./source-text.ts";
import { typeNamesIn } from "./type-names.ts";

/** What the reference says about one name. */
export interface Declaration {
  readonly name: string;
  readonly file: string;
  readonly kind: "function" | "class" | "interface" | "type" | "const";
  readonly doc: string;
  /** The declaration without what is inside: the signatures of a function, the first line of a class or interface. */
  readonly code: string;
  readonly members: readonly Member[];
  /** The names of types in `code`, as the file knows them. */
  readonly typeNames: readonly string[];
  /** Of an error: the code that it has if nobody gives it another. */
  readonly errorCode?: string;
}

export function declarationOf(module: Module, name: string): Declaration {
  const declared = module.declared.get(name) as readonly Declared[];
  const { start, node } = declared[0] as Declared;
  const common = { name, file: module.file, doc: docCommentBefore(module, start), members: [] };
  switch (node.type) {
    case "FunctionDeclaration":
    case "TSDeclareFunction": {
      const overloads = declared.map((one) => one.node).filter(({ type }) => type === "TSDeclareFunction");
      const shown = overloads.length > 0 ? overloads : [node];
      const code = shown.map((one) => `function ${signatureOf(module, one as typeof node, name)};`).join("\n");
      return { ...common, kind: "function", code, typeNames: typeNamesIn(...shown) };
    }
    case "ClassDeclaration": {
      const errorCode = /code: (?:options\.code \?\? )?"([A-Z_]+)"/.exec(textOf(module, node))?.[1];
      const contracts = (node.implements ?? []).map(({ expression }) => textOf(module, expression));
      const inherited = new Set(contracts.flatMap((of) => namesOfMembers(module, of)));
      return {
        ...common,
        kind: "class",
        code: headOf(module, node),
        members: membersOf(module, node.body.body).filter((member) => !inherited.has(member.name)),
        typeNames: typeNamesIn(...[node.superClass].filter((base) => base !== null), ...(node.implements ?? [])),
        ...(errorCode !== undefined && { errorCode }),
      };
    }
    case "TSInterfaceDeclaration": {
      // A base that cannot be imported means nothing to a reader: what is in it is shown as if it stood here.
      const hidden = node.extends.filter(({ expression }) => hiddenBase(module, textOf(module, expression)));
      const seen = node.extends.filter((base) => !hidden.includes(base));
      const bases = seen.length === 0 ? "" : ` extends ${seen.map((base) => textOf(module, base)).join(", ")}`;
      const parameters = node.typeParameters ? textOf(module, node.typeParameters) : "";
      const own = membersOf(module, node.body.body);
      const inherited = hidden.flatMap(({ expression }) => membersOfBase(module, textOf(module, expression)));
      return {
        ...common,
        kind: "interface",
        code: `interface ${name}${parameters}${bases}`,
        members: [...own, ...inherited.filter((member) => !own.some((one) => one.name === member.name))],
        typeNames: typeNamesIn(...seen),
      };
    }
    case "TSTypeAliasDeclaration":
      return { ...common, kind: "type", code: textOf(module, node), typeNames: typeNamesIn(node) };
    case "VariableDeclarator": {
      const type = node.id.typeAnnotation;
      const code = type ? `const ${name}${textOf(module, type)};` : `const ${withoutComments(textOf(module, node))};`;
      return { ...common, kind: "const", code, typeNames: type ? typeNamesIn(type) : [] };
    }
    default:
      throw new Error(`${module.file}: ${name} is declared as ${node.type}, which the reference cannot show.`);
  }
}

function headOf(module: Module, node: Class): string {
  return textOf(module, { start: node.start, end: node.body.start }).trim();
}

function hiddenBase(module: Module, name: string) {
  const found = resolveName(module.file, name);
  return found !== undefined && !found.module.exported.has(found.name) ? found : undefined;
}

function membersOfBase(module: Module, name: string): readonly Member[] {
  const found = hiddenBase(module, name);
  return found === undefined ? [] : declarationOf(found.module, found.name).members;
}

function namesOfMembers(module: Module, name: string): readonly string[] {
  const found = resolveName(module.file, name);
  return found === undefined ? [] : declarationOf(found.module, found.name).members.map((member) => member.name);
}
