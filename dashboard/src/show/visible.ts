/*
 * Text of users' is shown as text, and what would not be seen, or would change how the text around it is read, as an
 * escape: control characters, direction overrides, characters of no width.
 */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export const visible = (text: string): string =>
  text.replaceAll(unseen, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** On one line. */
export const visibleLine = (text: string): string => visible(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
