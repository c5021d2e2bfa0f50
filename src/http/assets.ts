import { readFile } from "node:fs/promises";

/** One file of the dashboard, as it is sent. */
interface Asset {
  readonly type: string;
  readonly body: string;
  readonly etag: string;
}

/** By path, such as `/index.html`. What is not in here does not exist: no path is ever looked up in the file system. */
export type Assets = ReadonlyMap<string, Asset>;

/** The dashboard that was built with this package; none if there is none. */
export async function loadAssets(): Promise<Assets> {
  for (const place of ["../dashboard/assets.json", "../../dist/dashboard/assets.json"]) {
    try {
      const json = JSON.parse(await readFile(new URL(place, import.meta.url), "utf8")) as Record<string, Asset>;
      return new Map(Object.entries(json));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return new Map();
}
