import { api } from "../api/api.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { Empty } from "../show/empty.tsx";
import { Glyph } from "../show/glyph.tsx";
import { Panel } from "../show/panel.tsx";
import { ProblemBar } from "../show/problem.tsx";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";
import { Figures } from "./figures.tsx";

export function QueuesPage() {
  const { value, problem, reload } = useLoaded({ key: "queues", everyMs: 5_000, load: api.queues });
  return (
    <div class="stack">
      <h1>Queues</h1>
      {problem !== null && <ProblemBar problem={problem} retry={reload} />}
      {value !== null && (
        <>
          <Figures
            of={[
              ["Instances ready", value.instances.ready],
              [
                "Oldest ready",
                value.instances.oldestReadyAt === null ? "–" : <Time at={value.instances.oldestReadyAt} isFocusable />,
              ],
              ["On a node", value.instances.owned],
              ["Messages waiting", value.messages],
              ["Timers waiting", value.timers.waiting],
              ["Next timer", value.timers.nextDueAt === null ? "–" : <Time at={value.timers.nextDueAt} isFocusable />],
            ]}
          />
          <Panel title="Activities in the work queues" isFlush>
            {value.work.length === 0 ? (
              <Empty title="The work queues are empty">
                <p>Every activity that was scheduled has ended.</p>
              </Empty>
            ) : (
              <div class="scroll" tabIndex={0} role="region" aria-label="Table of work">
                <table class="work">
                  <thead>
                    <tr>
                      <th scope="col">Activity</th>
                      <th scope="col" class="wide-only">
                        Queue
                      </th>
                      <th scope="col" class="right">
                        Ready
                      </th>
                      <th scope="col" class="right">
                        Later
                      </th>
                      <th scope="col" class="right">
                        Running
                      </th>
                      <th scope="col" class="right wide-only">
                        Retried
                      </th>
                      <th scope="col" class="wide-only">
                        Oldest
                      </th>
                      <th scope="col">Served</th>
                    </tr>
                  </thead>
                  <tbody>
                    {value.work.map(
                      ({ queue, name, waiting, delayed, running, retried, oldestVisibleAt, isServed }) => (
                        <tr key={`${queue}/${name}`}>
                          <td>
                            <Text>{name}</Text>
                          </td>
                          <td class="wide-only">
                            <Text>{queue}</Text>
                          </td>
                          <td class="right">{waiting.toLocaleString("en")}</td>
                          <td class="right">{delayed.toLocaleString("en")}</td>
                          <td class="right">{running.toLocaleString("en")}</td>
                          <td class="right wide-only">{retried.toLocaleString("en")}</td>
                          <td class="muted wide-only">{oldestVisibleAt !== null && <Time at={oldestVisibleAt} />}</td>
                          <td>
                            {isServed ? (
                              <span class="muted">yes</span>
                            ) : (
                              <span
                                class="status tone-quarantine"
                                title="No live node has this activity in this queue."
                              >
                                <Glyph of="quarantine" />
                                <span>
                                  <span class="wide-only">by </span>no node
                                </span>
                              </span>
                            )}
                          </td>
                        </tr>
                      ),
                    )}
                  </tbody>
                </table>
              </div>
            )}
          </Panel>
        </>
      )}
    </div>
  );
}
