import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { CorruptPayloadError, InvalidArgumentError } from "../errors/index.ts";
import type { PayloadCodec } from "./payload-codec.ts";

/** The keys of `aesGcmCodec`, by id. */
export interface AesGcmOptions {
  /** Keys of 32 bytes by id. Keep old ones for as long as something is stored that they encrypted. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** The id of the key for what is stored from now on. */
  readonly currentKey: string;
  /** Whether texts that are not encrypted are read, from before there was a codec. Default false. */
  readonly readPlain?: boolean;
}

const prefix = "aes1:";
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a random nonce for each text; the place of the text is authenticated with it. */
export function aesGcmCodec({ keys, currentKey, readPlain = false }: AesGcmOptions): PayloadCodec {
  const known = new Map(Object.entries(keys));
  for (const [id, key] of known) checkKey(id, key);
  const current = known.get(currentKey);
  if (current === undefined) {
    throw new InvalidArgumentError(`aesGcmCodec: currentKey ${JSON.stringify(currentKey)} is not one of the keys.`);
  }
  return {
    encode: (text, binding) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", current, iv);
      cipher.setAAD(Buffer.from(binding));
      const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${prefix}${currentKey}:${sealed.toString("base64")}`;
    },
    decode: (stored, binding) => {
      if (!stored.startsWith(prefix)) {
        if (readPlain) return stored;
        throw new CorruptPayloadError("A stored text is not encrypted, and this codec reads only what is.");
      }
      const end = stored.indexOf(":", prefix.length);
      const keyId = stored.slice(prefix.length, end);
      const key = known.get(keyId);
      if (key === undefined) {
        throw new CorruptPayloadError(`A stored text is encrypted with the key "${keyId}", which is not known here.`);
      }
      return open(Buffer.from(stored.slice(end + 1), "base64"), key, binding);
    },
  };
}

function open(sealed: Buffer, key: Uint8Array, binding: string): string {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, ivBytes));
    decipher.setAAD(Buffer.from(binding));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const text = sealed.subarray(ivBytes, -tagBytes);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new CorruptPayloadError("A stored text does not decrypt: it was changed, or moved from another place.", {
      cause,
    });
  }
}

function checkKey(id: string, key: Uint8Array): void {
  if (!/^[\w.-]{1,64}$/.test(id)) {
    throw new InvalidArgumentError(`aesGcmCodec: the key id ${JSON.stringify(id)} must be letters, digits, "_.-".`);
  }
  if (!(key instanceof Uint8Array) || key.byteLength !== 32) {
    throw new InvalidArgumentError(`aesGcmCodec: the key "${id}" must be 32 bytes.`);
  }
}
