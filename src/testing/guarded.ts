import { installGuard, releaseGuard } from "../guard/index.ts";
import { absorbUncaughtErrors, releaseUncaughtErrors } from "../replay/index.ts";

/**
 * Runs orchestrations as a node does: with the guard installed, and nothing that they leave behind ending the process.
 */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  absorbUncaughtErrors();
  installGuard();
  try {
    return await run();
  } finally {
    releaseGuard();
    releaseUncaughtErrors();
  }
}
