import { stripVTControlCharacters } from "node:util";

/**
 * Text that does nothing but stand there. Names and messages may come from elsewhere: they must not forge colours, move
 * the cursor of a terminal, or turn the direction of what follows. Line feeds and tabs stay.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}
