import { api } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { Empty } from "../show/empty.tsx";
import { Panel } from "../show/panel.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";
import type { NodeView } from "../../../src/management/index.ts";
import { visibleLine } from "../show/visible.ts";

export function NodesPage() {
  const { value, problem, reload } = useLoaded({ key: "nodes", everyMs: 5_000, load: api.nodes });
  const nodes = value?.nodes.toSorted(
    (a, b) => Number(b.isLive) - Number(a.isLive) || compare(b.leaseUntil, a.leaseUntil),
  );
  return (
    <div class="stack">
      <h1>Nodes</h1>
      {problem !== null && <ProblemBar problem={problem} retry={reload} />}
      {nodes?.length === 0 && (
        <Empty title="No node has been here">
          <p>
            Nothing runs before one is. Start a process with <code>Runtime.start</code> on this store.
          </p>
        </Empty>
      )}
      <div class="cards">
        {nodes?.map((node) => (
          <Node key={node.nodeId} node={node} />
        ))}
      </div>
    </div>
  );
}

function Node({ node }: { readonly node: NodeView }) {
  const { nodeId, isLive, leaseUntil, instances, work, orchestrations, activities } = node;
  return (
    <Panel
      title={visibleLine(nodeId)}
      beside={
        <span class={`live ${isLive ? "" : "lost"}`}>
          <i /> {isLive ? "live" : "gone"}
        </span>
      }
    >
      <div class="stack">
        <dl class="facts">
          <dt>lease</dt>
          <dd>
            {isLive ? "ends " : "ended "}
            <Time at={leaseUntil} isFocusable />
          </dd>
          <dt>instances</dt>
          <dd>{instances.toLocaleString("en")} in memory</dd>
          <dt>activities</dt>
          <dd>{work.toLocaleString("en")} running</dd>
        </dl>
        <Names title="Orchestrations" names={orchestrations} />
        <Names title="Activities" names={activities} />
      </div>
    </Panel>
  );
}

function Names({ title, names }: { readonly title: string; readonly names: readonly string[] }) {
  return (
    <div class="stack tight">
      <h3>
        {title} ({names.length})
      </h3>
      <ul class="row names">
        {names.map((name) => (
          <li key={name} class="badge mono clip">
            <Text>{name}</Text>
          </li>
        ))}
      </ul>
    </div>
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
