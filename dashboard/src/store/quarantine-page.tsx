import { useState } from "preact/hooks";
import { ActDialog } from "../actions/act-dialog.tsx";
import { BulkDialog } from "../actions/bulk-dialog.tsx";
import type { Filter } from "../instances/filter.ts";
import { usePages } from "../instances/use-pages.ts";
import { href } from "../shell/router.ts";
import { canWrite } from "../shell/session.ts";
import { Empty } from "../show/empty.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";
import { visible } from "../show/visible.ts";

const filter: Filter = {
  quarantined: "true",
  status: undefined,
  idContains: undefined,
  name: undefined,
  version: undefined,
  age: undefined,
};

export function QuarantinePage() {
  const { rows, problem, reload, more } = usePages("quarantine", () => ({ quarantined: "true" }));
  const [open, setOpen] = useState<{ readonly id: string } | "all" | null>(null);
  return (
    <div class="stack">
      <header class="row spread">
        <h1>Quarantine</h1>
        {canWrite.value && rows !== null && rows.length > 0 && (
          <button type="button" class="button" onClick={() => setOpen("all")}>
            Act on all…
          </button>
        )}
      </header>
      <p class="muted lead">
        An instance comes here when it cannot go on by itself: it took its process down again and again, or something
        stored for it cannot be read. Nothing happens to it before it is released, and nothing else is held up by it.
      </p>
      {problem !== null && <ProblemBar problem={problem} retry={reload} />}
      {rows?.length === 0 && (
        <section class="panel">
          <Empty title="Nobody is in quarantine">
            <p>That is how it should be.</p>
          </Empty>
        </section>
      )}
      {rows !== null && rows.length > 0 && (
        <section class="panel" aria-label="In quarantine">
          <ul class="waits">
            {rows.map(({ instanceId, name, version, quarantine, updatedAt }) => (
              <li key={instanceId}>
                <span class="text stack tight">
                  <span class="row">
                    <a class="wrap" href={href(["instances", instanceId])}>
                      <Text>{instanceId}</Text>
                    </a>
                    <span class="muted small">
                      <Text>{name}</Text> {version}
                    </span>
                  </span>
                  <span class="wrap small">{visible(quarantine ?? "")}</span>
                </span>
                <span class="muted small">
                  <Time at={updatedAt} isFocusable />
                </span>
                {canWrite.value && (
                  <button type="button" class="button little" onClick={() => setOpen({ id: instanceId })}>
                    Release…
                  </button>
                )}
              </li>
            ))}
          </ul>
          {rows.length % 100 === 0 && (
            <p class="inside">
              <button type="button" class="button" onClick={more}>
                Show more
              </button>
            </p>
          )}
        </section>
      )}
      {open === "all" && <BulkDialog filter={filter} onClose={() => setOpen(null)} />}
      {open !== null && open !== "all" && (
        <ActDialog instanceId={open.id} action="release" hasEnded={false} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}
