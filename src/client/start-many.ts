import type { AnyOrchestration, Orchestration } from "../definition/index.ts";
import { InvalidArgumentError } from "../errors/index.ts";
import { checkObject } from "../values/index.ts";
import type { ClientContext } from "./client-context.ts";
import { createInstances } from "./create-instances.ts";
import type { InstanceHandle, OutputOf } from "./instance-handle.ts";
import { newStart } from "./new-start.ts";

/** One of many starts. `D` is the definition's type, or string. */
export type StartRequest<D> = {
  readonly orchestration: D;
  /** Default: a random one. */
  readonly instanceId?: string;
  /** Default: that of the definition; of a name, the latest on the node that takes the start. */
  readonly version?: string;
} & InputField<D>;

/** May be left out when the orchestration takes none. */
type InputField<D> =
  D extends Orchestration<infer I, unknown>
    ? undefined extends I
      ? { readonly input?: I }
      : { readonly input: I }
    : { readonly input?: unknown };

/** A definition, or a name. */
export type Startable = AnyOrchestration | string;

/** Many starts, each checked against the input of its own definition. */
export type StartRequests<D extends readonly Startable[]> = { readonly [K in keyof D]: StartRequest<D[K]> };

/** The handles of many starts, in their order, each with the type of its result. */
export type HandlesOf<D extends readonly Startable[]> = { -readonly [K in keyof D]: InstanceHandle<OutputOf<D[K]>> };

export async function startMany(
  client: ClientContext,
  requests: readonly StartRequest<Startable>[],
): Promise<InstanceHandle<unknown>[]> {
  const { host, limits } = client;
  if (!Array.isArray(requests)) throw new InvalidArgumentError("client.startMany takes a list of starts.");
  const starts = requests.map((request: StartRequest<Startable>, index) => {
    checkObject(request, `starts[${index}]`);
    const { orchestration, input, instanceId, version } = request;
    return newStart({ host, orchestration, input, instanceId, version, limits, path: `starts[${index}].input` });
  });
  // An empty list costs nothing.
  return starts.length === 0 ? [] : createInstances(client, starts, "use");
}
