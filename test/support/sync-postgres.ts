import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

/** Asks PostgreSQL without giving up the thread, as one can ask SQLite: a worker asks, and this thread sleeps. */
export class SyncPostgres {
  readonly #worker: Worker;
  readonly #channel = new MessageChannel();
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));

  constructor(url: string, schema: string) {
    const workerData = { url, schema, port: this.#channel.port2, signal: this.#signal };
    this.#worker = new Worker(new URL("./sync-postgres-worker.ts", import.meta.url), {
      workerData,
      transferList: [this.#channel.port2],
    });
    this.#worker.unref();
    this.#channel.port1.unref();
  }

  query(text: string, values: readonly unknown[]): Record<string, unknown>[] {
    Atomics.store(this.#signal, 0, 0);
    this.#channel.port1.postMessage({ text, values });
    if (Atomics.wait(this.#signal, 0, 0, 10_000) === "timed-out") throw new Error(`No answer to: ${text}`);
    const { rows, error } = receiveMessageOnPort(this.#channel.port1)!.message as {
      rows: Record<string, unknown>[];
      error?: string;
    };
    if (error !== undefined) throw new Error(`${error}: ${text}`);
    return rows;
  }

  async close(): Promise<void> {
    this.#channel.port1.close();
    await this.#worker.terminate();
  }
}
