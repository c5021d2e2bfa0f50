/*
 * An item of a session that is some node's waits in a lane of the queue, where only that node looks: so that a claim
 * never meets what it must leave to another. No queue has an "@" in its name.
 */

export const laneOf = (queue: string, nodeId: string): string => `${queue}@${nodeId}`;

export const queueOfLane = (lane: string): string => lane.split("@", 1)[0] as string;
