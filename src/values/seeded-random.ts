import { createHash } from "node:crypto";
import { InvalidArgumentError } from "../errors/index.ts";

/**
 * Random numbers that are the same for the same seed, on every platform and in every release: replay depends on it.
 * Never change what it returns; a test pins it. Not for secrets.
 */
export class SeededRandom {
  // The generator is sfc32: 128 bits of state, the last word a counter.
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(seed: string) {
    const digest = createHash("sha256").update(seed).digest();
    this.#a = digest.readInt32LE(0);
    this.#b = digest.readInt32LE(4);
    this.#c = digest.readInt32LE(8);
    this.#counter = digest.readInt32LE(12);
  }

  /** A number from 0 up to but not including 1, with 53 random bits. */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A UUID of version 4. */
  uuid(): string {
    const bytes = this.bytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Buffer.from(bytes.buffer).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new InvalidArgumentError(`The number of random bytes is ${length}. Give a whole number from 0 up.`);
    }
    const bytes = new Uint8Array(length);
    for (let index = 0, word = 0; index < length; index++, word >>>= 8) {
      if (index % 4 === 0) word = this.#word();
      bytes[index] = word;
    }
    return bytes;
  }

  #word(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }
}
