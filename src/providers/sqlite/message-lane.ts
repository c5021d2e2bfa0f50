import type { MessageLane } from "../contract.ts";

/** As stored: the order in which the lanes are handed out. */
export const laneNumbers = { ending: 0, start: 1, normal: 2 } as const satisfies Record<MessageLane, number>;

export type Lane = (typeof laneNumbers)[MessageLane];

const lanes = ["ending", "start", "normal"] as const satisfies readonly MessageLane[];

export const laneFromNumber = (lane: Lane): MessageLane => lanes[lane];
