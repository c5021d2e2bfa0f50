import { useState } from "preact/hooks";
import type { CheckView } from "../../../src/management/index.ts";
import { api, type Problem } from "../api/api.ts";
import { href } from "../shell/router.ts";
import { Panel } from "../show/panel.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { Text } from "../show/text.tsx";
import { visible } from "../show/visible.ts";

const mostShown = 50;

/** The replay gate: would what runs go on with the code that the server was given? */
export function CodeCheck() {
  const [state, setState] = useState<CheckView | Problem | "checking" | null>(null);
  const check = () => {
    setState("checking");
    api.check().then(setState, (problem: Problem) => setState(problem));
  };
  const isBusy = state === "checking";
  return (
    <Panel
      title="Would running instances go on?"
      beside={
        <button type="button" class="button little" disabled={isBusy} onClick={check}>
          {isBusy ? "Replaying…" : "Check"}
        </button>
      }
    >
      <div class="stack tight" role="status">
        {state === null && (
          <p class="muted lead">
            Replays every instance that has not ended against the orchestrations that this server was given, before they
            are deployed. It reads, and changes nothing.
          </p>
        )}
        {isBusy && <p class="muted">Every history is read and replayed. That may take a while.</p>}
        {state instanceof Error && <ProblemBar problem={state} />}
        {state !== null && !isBusy && !(state instanceof Error) && <Result of={state} />}
      </div>
    </Panel>
  );
}

function Result({ of: { ok, checked, failed, failures } }: { readonly of: CheckView }) {
  const instances = `${checked.toLocaleString("en")} ${checked === 1 ? "instance" : "instances"}`;
  if (ok) return <p class="tone-completed">All is well: {instances} would go on with this code.</p>;
  return (
    <>
      <p class="tone-failed">
        <strong>{failed.toLocaleString("en")}</strong> of {instances} would not go on with this code.
      </p>
      <ul class="stack tight">
        {failures.slice(0, mostShown).map(({ instanceId, code, message }) => (
          <li key={instanceId} class="failure">
            <span class="row">
              <a class="wrap" href={href(["instances", instanceId])}>
                <Text>{instanceId}</Text>
              </a>
              {code !== null && <span class="badge mono">{code}</span>}
            </span>
            <pre>{visible(message ?? "")}</pre>
          </li>
        ))}
        {failed > mostShown && <li class="muted small">and {(failed - mostShown).toLocaleString("en")} more</li>}
      </ul>
    </>
  );
}
