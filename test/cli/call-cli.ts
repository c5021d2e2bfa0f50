import { PassThrough, Readable } from "node:stream";
import { runCli } from "../../src/cli/run-cli.ts";

export interface CliAnswer {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

interface CallOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Somebody looks at what goes to standard error. */
  readonly isWatched?: boolean;
  /** Gets the output as it comes. */
  readonly onOut?: (text: string) => void;
}

/** Runs the command line in this process, with streams of its own. */
export async function callCli(args: readonly string[], options: CallOptions = {}): Promise<CliAnswer> {
  const [out, err] = [collector(options.onOut), collector()];
  const exitCode = await runCli(args, {
    streams: {
      stdin: Readable.from(options.input === undefined ? [] : [options.input]),
      stdout: out.stream,
      stderr: Object.assign(err.stream, { isTTY: options.isWatched ?? false }),
      env: options.env ?? {},
    },
    signal: options.signal ?? new AbortController().signal,
  });
  return { exitCode, out: out.text(), err: err.text() };
}

function collector(onText?: (text: string) => void) {
  let all = "";
  const stream = new PassThrough().setEncoding("utf8").on("data", (text: string) => {
    all += text;
    onText?.(text);
  });
  return { stream, text: () => all + (stream.read() ?? "") };
}
