/** One page as it was written into a write-ahead log: https://www.sqlite.org/fileformat2.html#walformat */
interface Frame {
  readonly start: number;
  readonly end: number;
  /** The last one of a transaction. */
  readonly commits: boolean;
}

/** What may be left of a log by a crash or a power cut. */
export interface WalCut {
  readonly what: string;
  readonly wal: Buffer;
  /** Up to here, all that was written is there. */
  readonly wholeBytes: number;
}

/** Where to cut: at every frame, or only at those that decide whether a transaction took place. */
export type CutEvery = "frame" | "commit";

export function* cutsOf(wal: Buffer, every: CutEvery): Generator<WalCut> {
  const frames = framesOf(wal);
  for (const [index, frame] of frames.entries()) {
    const { start, end } = frame;
    const name = `frame ${index + 1} of ${frames.length}${frame.commits ? ", a commit" : ""}`;
    const isNextToCommit = frame.commits || frames[index + 1]?.commits === true;
    if (every === "frame" || isNextToCommit) {
      yield { what: `cut after ${name}`, wal: wal.subarray(0, end), wholeBytes: end };
    }
    if (every === "commit" && !frame.commits) continue;
    const middle = start + Math.floor((end - start) / 2);
    yield { what: `torn in ${name}`, wal: wal.subarray(0, middle), wholeBytes: start };
    yield { what: `one byte changed in ${name}`, wal: changed(wal, middle, end), wholeBytes: start };
    if (every === "commit") continue;
    yield { what: `torn in the header of ${name}`, wal: wal.subarray(0, start + 10), wholeBytes: start };
    yield { what: `zeros instead of ${name}`, wal: zeroed(wal, start, end), wholeBytes: start };
  }
}

export function framesOf(wal: Buffer): Frame[] {
  if (wal.length < headerBytes) return [];
  const size = frameHeaderBytes + wal.readUInt32BE(8);
  const salt = wal.subarray(16, 24);
  const frames: Frame[] = [];
  for (let start = headerBytes; start + size <= wal.length; start += size) {
    if (!wal.subarray(start + 8, start + 16).equals(salt)) break;
    frames.push({ start, end: start + size, commits: wal.readUInt32BE(start + 4) > 0 });
  }
  return frames;
}

function changed(wal: Buffer, at: number, end: number): Buffer {
  const copy = Buffer.from(wal.subarray(0, end));
  copy[at] = (copy[at] as number) ^ 0x40;
  return copy;
}

function zeroed(wal: Buffer, start: number, end: number): Buffer {
  return Buffer.from(wal.subarray(0, end)).fill(0, start);
}

const headerBytes = 32;
const frameHeaderBytes = 24;
