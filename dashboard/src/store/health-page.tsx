import type { Finding } from "../../../src/management/index.ts";
import { api } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { href } from "../shell/router.ts";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { Time } from "../show/time.tsx";
import { visible } from "../show/visible.ts";
import { CodeCheck } from "./code-check.tsx";

export function HealthPage() {
  const { value, problem, reload } = useLoaded({ key: "health", everyMs: 15_000, load: api.doctor });
  const findings = value?.findings ?? [];
  const wrong = findings.filter(({ level }) => level !== "ok").toSorted((a, b) => rank(a) - rank(b));
  const fine = findings.filter(({ level }) => level === "ok");
  return (
    <div class="stack">
      <h1>Health</h1>
      {problem !== null && <ProblemBar problem={problem} retry={reload} />}
      {value === null && problem === null && <div aria-busy="true" />}
      {value !== null && (
        <Panel
          title={wrong.length === 0 ? "Nothing is wrong" : `${wrong.length} to look at`}
          isFlush
          beside={
            <span class="small muted">
              looked <Time at={value.storeNow} />
            </span>
          }
        >
          <ul class="waits findings">
            {[...wrong, ...fine].map((finding) => (
              <Line key={finding.what} of={finding} />
            ))}
          </ul>
        </Panel>
      )}
      <CodeCheck />
    </div>
  );
}

function Line({ of: { level, what, advice, see } }: { readonly of: Finding }) {
  return (
    <li class={level === "problem" ? "stuck" : ""}>
      <span class={tones[level]}>
        <Glyph of={glyphs[level]} />
      </span>
      <span class="text">
        {level !== "ok" && <strong class={tones[level]}>{words[level]} </strong>}
        {visible(what)}
        {advice !== null && <span class="advice muted">{visible(advice)}</span>}
      </span>
      {see !== null && (
        <a class="button little" href={href([see])}>
          {views[see]}
        </a>
      )}
    </li>
  );
}

const views = { quarantine: "Quarantine", queues: "Queues", nodes: "Nodes" } as const;
const words = { problem: "Problem.", warning: "Warning." } as const;
const glyphs = { ok: "completed", warning: "timer", problem: "quarantine" } as const;
const tones = { ok: "tone-completed", warning: "tone-cancelled", problem: "tone-quarantine" } as const;
const rank = ({ level }: Finding) => (level === "problem" ? 0 : 1);
