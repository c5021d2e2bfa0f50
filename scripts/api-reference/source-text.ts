import type { Module } from "./modules.ts";

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A part of a source file, without the indentation of the line that it begins in. */
export function textOf({ source }: Module, { start, end }: Span): string {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const indent = /^ */.exec(source.slice(lineStart, start))?.[0] ?? "";
  return source.slice(start, end).replaceAll(`\n${indent}`, "\n");
}

/** On one line, unless it has comments of its own. */
export function onOneLine(text: string): string {
  if (text.includes("/*") || text.includes("//")) return text;
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/<\s|\(\s/g, (mark) => mark.trim())
    .replaceAll(/,?\s([>)])/g, (_all, mark: string) => mark)
    .replaceAll("= >", "=>");
}

export const withoutComments = (text: string): string =>
  text.replaceAll(/\s*\/\*[\s\S]*?\*\//g, "").replaceAll(/\s*\/\/.*$/gm, "");
