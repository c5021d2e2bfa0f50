import type { Module } from "./modules.ts";

/** The doc comment that ends right before a position, as Markdown; empty if there is none. */
export function docCommentBefore({ source, comments }: Module, position: number): string {
  const comment = comments.findLast(({ end }) => end <= position);
  if (comment === undefined || comment.type !== "Block" || !comment.value.startsWith("*")) return "";
  if (source.slice(comment.end, position).trim() !== "") return "";
  const lines = comment.value
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  return paragraphs(lines.join("\n").trim());
}

/** What a doc comment says first. */
export function firstSentence(doc: string): string {
  return /^[\s\S]*?(?:\.(?=\s|$)|(?=\n\n))/.exec(doc)?.[0] ?? doc;
}

// Lines of a comment are broken at a width that means nothing on a page. Code is indented there, and highlighted here.
function paragraphs(text: string): string {
  return text
    .split("\n\n")
    .map((paragraph) => {
      if (paragraph.startsWith("    ")) return `\`\`\`typescript\n${paragraph.replaceAll(/^ {4}/gm, "")}\n\`\`\``;
      return /^[-*] /.test(paragraph) ? paragraph : paragraph.replaceAll("\n", " ");
    })
    .join("\n\n");
}
