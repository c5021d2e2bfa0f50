import { ApiError } from "./api-error.ts";

/** Reads a body of at most so many bytes, and only then parses it. An object, or an `ApiError`. */
export async function readJson(request: Request, limitBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request, limitBytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ApiError(400, "INVALID_JSON", "The body is not JSON.");
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new ApiError(400, "INVALID_JSON", "The body has to be a JSON object.");
}

async function readText(request: Request, limitBytes: number): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  // What the header says need not be so.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new ApiError(400, "INVALID_JSON", "The body is not UTF-8.");
  }
}

const tooLarge = (limitBytes: number) =>
  new ApiError(413, "BODY_TOO_LARGE", `The body is larger than ${limitBytes} bytes.`);
