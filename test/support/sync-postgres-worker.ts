import { type MessagePort, workerData } from "node:worker_threads";
import pg from "pg";

interface Question {
  readonly text: string;
  readonly values: unknown[];
}

const { url, schema, port, signal } = workerData as {
  url: string;
  schema: string;
  port: MessagePort;
  signal: Int32Array;
};
const pool = new pg.Pool({ connectionString: url, max: 1, options: `-c search_path=${schema}` });

port.on("message", (question: Question) => void answer(question));

async function answer({ text, values }: Question): Promise<void> {
  try {
    port.postMessage({ rows: (await pool.query(text, values)).rows });
  } catch (error) {
    port.postMessage({ rows: [], error: (error as Error).message });
  }
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}
