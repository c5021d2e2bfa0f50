import { setTimeout as sleep } from "node:timers/promises";
import { activity, ActivityError, NonRetryableError, orchestration } from "perdure";

/** The node that this process is, and what is on its disk. */
const node = process.env["NODE_NAME"] ?? "this node";
const disk = new Set<string>();

// A queue of its own, so that this work has its own slots on every node, whatever else they do.
const media = { queue: "media", retry: { maxAttempts: 3 } };

export const download = activity("download", media, async (_ctx, video: string) => {
  await sleep(20);
  disk.add(video);
  return node;
});

interface Part {
  readonly video: string;
  readonly part: number;
}

export const transcode = activity("transcode", media, async (_ctx, { video, part }: Part) => {
  // This node has taken over from one that died, and with that its disk is gone.
  if (!disk.has(video)) throw new NonRetryableError(`${video} is not on ${node}`, { code: "FILE_GONE" });
  if (String(part) === process.env["HANGS_AT_PART"]) await sleep(60_000);
  await sleep(50);
  return node;
});

export const partsPerVideo = 4;

/**
 * Gives the nodes that did it. All parts of a video want the node that has downloaded it: a session keeps them
 * together.
 */
export const encode = orchestration("encode", async (ctx, video: string): Promise<string[]> => {
  for (;;) {
    const here = { session: ctx.uuid() };
    try {
      const nodes = [await ctx.activity(download, video, here)];
      for (let part = 1; part <= partsPerVideo; part++)
        nodes.push(await ctx.activity(transcode, { video, part }, here));
      return nodes;
    } catch (error) {
      // The node has died, and its disk with it: from the beginning, on another one.
      if (!(error instanceof ActivityError) || error.code !== "FILE_GONE") throw error;
    }
  }
});
