/** Lanes of the entries that say where to look for messages; see the table `ready`. */
export const anyNode = "*";
export const handlerLane = (handler: string): string => `:${handler}`;
export const ownerLane = (nodeId: string): string => `@${nodeId}`;
