import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Failure } from "../../../src/errors/index.ts";
import { Text } from "../show/text.tsx";
import { Time } from "../show/time.tsx";
import { visible } from "../show/visible.ts";
import { differences } from "./differences.ts";

export interface ShownAttempt {
  readonly attempt: number;
  readonly at: string | number;
  readonly node?: string | null;
  readonly failure: Failure;
}

/** Attempts side by side: what differs from the one before is marked. */
export function AttemptTable({
  attempts,
  name,
}: {
  readonly attempts: readonly ShownAttempt[];
  readonly name: string;
}) {
  const [isShort, setShort] = useState(false);
  const [hasStacks, setStacks] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  // The newest is what somebody looks for first.
  useLayoutEffect(() => ref.current?.scrollTo(ref.current.scrollWidth, 0), [attempts.length]);
  const rows = fields
    .filter(([label]) => hasStacks || label !== "Stack")
    .map(([label, of]) => ({ label, texts: attempts.map(({ failure }) => of(failure) ?? "") }))
    .filter(({ texts }) => texts.some((text) => text !== ""));
  const shown = isShort ? rows.filter(({ texts }) => new Set(texts).size > 1) : rows;
  return (
    <div class="stack tight">
      {attempts.length > 1 && (
        <div class="row small options">
          <label class="row">
            <input
              type="checkbox"
              checked={isShort}
              onChange={({ currentTarget }) => setShort(currentTarget.checked)}
            />
            Only what differs
          </label>
          <label class="row">
            <input
              type="checkbox"
              checked={hasStacks}
              onChange={({ currentTarget }) => setStacks(currentTarget.checked)}
            />
            With stacks
          </label>
        </div>
      )}
      <div class="scroll compare" ref={ref} tabIndex={0} role="region" aria-label={`Attempts of ${name}`}>
        <table>
          <thead>
            <tr>
              <td />
              {attempts.map(({ attempt }, index) => (
                <th key={attempt} scope="col">
                  Attempt {attempt}
                  <span class="muted gap">{gapText(attempt, attempts[index - 1]?.attempt)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Failed</th>
              {attempts.map(({ attempt, at }) => (
                <td key={attempt}>
                  <Time at={at} isFocusable />
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">Node</th>
              {attempts.map(({ attempt, node }, index) => (
                <td key={attempt} class={node !== attempts[index - 1]?.node ? "" : "muted"}>
                  {node == null ? "–" : <Text>{node}</Text>}
                </td>
              ))}
            </tr>
            {shown.map(({ label, texts }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {texts.map((text, index) => (
                  <td key={index} class={label === "Stack" || label === "Details" ? "mono" : ""}>
                    <Marked before={index === 0 ? null : (texts[index - 1] ?? "")} text={text} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

const fields: readonly (readonly [label: string, of: (failure: Failure) => string | undefined])[] = [
  ["Error", ({ name }) => name],
  ["Code", ({ code }) => code],
  ["Message", ({ message }) => message],
  ["Caused by", ({ cause }) => cause && `${cause.name}: ${cause.message}`],
  ["Details", ({ details }) => details && JSON.stringify(details, null, 1)],
  ["Stack", ({ stack }) => stack],
];

/** The number before this one is not there. */
function gapText(attempt: number, before: number | undefined): string {
  const missing = attempt - (before ?? 0) - 1;
  if (missing <= 0) return "";
  const which = missing === 1 ? String(attempt - 1) : `${attempt - missing}–${attempt - 1}`;
  return before === undefined ? `${which} not kept` : `${which} lost with its node`;
}

function Marked({ before, text }: { readonly before: string | null; readonly text: string }) {
  if (text === "") return <span class="muted">–</span>;
  if (before === text) return <span class="muted">{visible(text)}</span>;
  return (
    <bdi>
      {differences(before, text).map((piece, index) =>
        piece.isNew ? <mark key={index}>{visible(piece.text)}</mark> : visible(piece.text),
      )}
    </bdi>
  );
}
