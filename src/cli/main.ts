#!/usr/bin/env node
import { runCli } from "./run-cli.ts";

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
// Whoever reads, such as `head`, may have seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.exitCode = await runCli(process.argv.slice(2), { streams: process, signal: stop.signal });
