import { once } from "node:events";
import { Command } from "commander";
import { serveDashboard } from "../../http/index.ts";
import { type Cli, globals, withStore } from "../cli.ts";
import { loadOrchestrations } from "../load-orchestrations.ts";

interface Options {
  readonly host?: string;
  readonly port?: string;
  readonly token?: string;
  readonly readToken?: string;
  readonly readOnly?: boolean;
  readonly allowHost?: readonly string[];
  readonly orchestrations?: string;
}

export function dashboardCommand(cli: Cli): Command {
  const { terminal, signal } = cli;
  return new Command("dashboard")
    .description("serve the dashboard and the HTTP API, and print an address that lets one browser in")
    .option("--host <address>", "where to listen; anything but this machine needs a token. Default 127.0.0.1")
    .option("--port <port>", "default: one that is free")
    .option("--token <token>", "lets whoever has it look and change; or PERDURE_TOKEN")
    .option("--read-token <token>", "lets whoever has it look; or PERDURE_READ_TOKEN")
    .option("--read-only", "nobody changes anything")
    .option("--allow-host <name...>", "further host names under which it is reached")
    .option("--orchestrations <module>", "a file that exports orchestrations, for whoever asks to check them")
    .action(async (options: Options, command: Command) =>
      withStore(cli, command, async ({ provider }) => {
        const { host, port, readOnly, allowHost, orchestrations: module } = options;
        const token = options.token ?? terminal.env["PERDURE_TOKEN"];
        const readToken = options.readToken ?? terminal.env["PERDURE_READ_TOKEN"];
        await using dashboard = await serveDashboard({
          provider,
          ...(host !== undefined && { host }),
          ...(port !== undefined && { port: Number(port) }),
          ...(token !== undefined && { token }),
          ...(readToken !== undefined && { readToken }),
          ...(readOnly !== undefined && { isReadOnly: readOnly }),
          ...(allowHost !== undefined && { allowedHosts: allowHost }),
          ...(module !== undefined && { orchestrations: await loadOrchestrations(module) }),
        });
        const loginUrl = dashboard.loginUrl();
        if (globals(command).json === true) terminal.jsonLine({ url: dashboard.url, loginUrl });
        else terminal.line(`Open ${loginUrl}\nIt lets one browser in, once, within 15 minutes. Stop with Ctrl-C.`);
        if (!signal.aborted) await once(signal, "abort");
      }),
    );
}
