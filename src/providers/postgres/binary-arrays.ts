import { InvalidArgumentError } from "../../errors/index.ts";

/*
 * Arrays as PostgreSQL takes them in binary form: nothing has to be escaped here, or parsed there. A column of which
 * nothing is set is null, and so is every element of it: `(NULL::text[])[1]`.
 */

type Column<T> = readonly (T | null)[];

// pg_type.oid, the same in every server.
const oids = { bigint: 20, integer: 23, text: 25 } as const;
const headerBytes = 20;
const nullLength = -1;

export function integers(column: Column<number>): Buffer | null {
  return fixed(column, { oid: oids.integer, bytes: 4 }, (buffer, value, at) => void buffer.writeInt32BE(value, at));
}

export function bigints(column: Column<number>): Buffer | null {
  return fixed(column, { oid: oids.bigint, bytes: 8 }, (buffer, value, at) => {
    const high = Math.floor(value / 2 ** 32);
    buffer.writeInt32BE(high, at);
    buffer.writeUInt32BE(value - high * 2 ** 32, at + 4);
  });
}

export function texts(column: Column<string>): Buffer | null {
  if (isUnset(column)) return null;
  let size = headerBytes;
  for (const text of column) size += 4 + (text === null ? 0 : Buffer.byteLength(text));
  const buffer = Buffer.allocUnsafe(size);
  let at = writeHeader(buffer, column, oids.text);
  for (const text of column) {
    if (text === null) {
      at = buffer.writeInt32BE(nullLength, at);
    } else {
      const bytes = buffer.write(wellFormed(text), at + 4);
      at = buffer.writeInt32BE(bytes, at) + bytes;
    }
  }
  return buffer;
}

/** Otherwise another text would be stored, and nobody told. */
export function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new InvalidArgumentError("A text contains half of a surrogate pair.");
  return text;
}

function fixed(
  column: Column<number>,
  { oid, bytes }: { readonly oid: number; readonly bytes: number },
  write: (buffer: Buffer, value: number, at: number) => void,
): Buffer | null {
  if (isUnset(column)) return null;
  const buffer = Buffer.allocUnsafe(headerBytes + column.length * (4 + bytes));
  let at = writeHeader(buffer, column, oid);
  for (const value of column) {
    at = buffer.writeInt32BE(value === null ? nullLength : bytes, at);
    if (value === null) continue;
    write(buffer, value, at);
    at += bytes;
  }
  return buffer.subarray(0, at);
}

/** One dimension, counted from 1. */
function writeHeader(buffer: Buffer, column: Column<unknown>, oid: number): number {
  let at = buffer.writeInt32BE(1, 0);
  at = buffer.writeInt32BE(column.includes(null) ? 1 : 0, at);
  at = buffer.writeInt32BE(oid, at);
  at = buffer.writeInt32BE(column.length, at);
  return buffer.writeInt32BE(1, at);
}

const isUnset = (column: Column<unknown>): boolean => column.every((value) => value === null);
