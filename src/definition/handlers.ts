/**
 * Handlers are the keys by which work finds a node that can do it. An instance whose version is settled needs
 * `name@1.2.0`; a start that takes whatever is the latest needs `name@*`; a work item needs `activity:queue/name`.
 */
export const versionHandler = (name: string, version: string): string => `${name}@${version}`;
export const anyVersionHandler = (name: string): string => `${name}@*`;
export const activityHandler = (queue: string, name: string): string => `activity:${queue}/${name}`;

export const startHandler = (name: string, version: string | undefined): string =>
  version === undefined ? anyVersionHandler(name) : versionHandler(name, version);

/** The orchestration that a handler is for; `"*"` stands for whichever version is the latest. */
export function splitHandler(handler: string): { readonly name: string; readonly version: string } {
  const cut = handler.lastIndexOf("@");
  return { name: handler.slice(0, cut), version: handler.slice(cut + 1) };
}
