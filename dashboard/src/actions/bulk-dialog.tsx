import { useEffect, useState } from "preact/hooks";
import type { ActionKind, BulkPreview, BulkResult } from "../../../src/management/index.ts";
import { api } from "../api/api.ts";
import { type Filter, filterParams, filterText } from "../instances/filter.ts";
import { now } from "../show/clock.ts";
import { visible, visibleLine } from "../show/visible.ts";
import { ReasonField } from "./act-dialog.tsx";
import { actionWords } from "./action-words.ts";
import { FormDialog } from "./form-dialog.tsx";
import { textIn } from "./text-in.ts";

/** The same to all that a filter finds: first how many, and which. */
export function BulkDialog({ filter, onClose }: { readonly filter: Filter; readonly onClose: () => void }) {
  // The same instances as were shown when it was opened, however long somebody thinks about it.
  const [params] = useState(() => filterParams(filter, now.peek()));
  const [action, setAction] = useState<ActionKind>(filter.quarantined === "true" ? "release" : "cancel");
  const [preview, setPreview] = useState<BulkPreview | null>(null);
  const [typed, setTyped] = useState("");
  const [result, setResult] = useState<BulkResult | null>(null);
  useEffect(() => void api.preview(params).then(setPreview, () => setPreview({ count: 0, examples: [] })), []);
  const { label, done, consequence, takesReason, isDangerous } = actionWords[action];
  const count = preview?.count ?? 0;
  const isMeant = !isDangerous || typed === String(count);
  const act = async (fields: FormData) => {
    const reason = textIn(fields, "reason");
    const answer = await api.bulk(params, {
      action,
      ...(reason !== "" && { reason }),
      ...(fields.get("force") === "on" && { force: true }),
    });
    if (answer.failed === 0) return `${done} ${amount(answer.done)}.`;
    setResult(answer);
    throw new Error(`${done} ${amount(answer.done)}; it did not work for ${answer.failed.toLocaleString("en")}.`);
  };
  return (
    <FormDialog
      title="Act on all that match"
      submit={`${label} ${preview === null ? "…" : amount(count)}`}
      isDangerous={isDangerous}
      isDisabled={count === 0 || !isMeant}
      onSubmit={act}
      onClose={onClose}
    >
      <p class="wrap" role="status">
        <strong>{preview === null ? "Counting…" : amount(count)}</strong>: {visibleLine(filterText(filter))}.
      </p>
      <Examples preview={preview} />
      <fieldset class="choices">
        <legend class="small">What to do</legend>
        {(Object.keys(actionWords) as ActionKind[]).map((kind) => (
          <label key={kind}>
            <input type="radio" name="action" checked={kind === action} onChange={() => setAction(kind)} />{" "}
            {actionWords[kind].label}
          </label>
        ))}
      </fieldset>
      <p class="consequence">For each: {consequence}</p>
      {takesReason && <ReasonField />}
      {action === "delete" && (
        <label>
          <input type="checkbox" name="force" /> Also those that have not ended
        </label>
      )}
      {isDangerous && count > 0 && (
        <label class="field">
          <span>Write {count} to confirm</span>
          <input
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
      {result !== null && <Failures result={result} />}
    </FormDialog>
  );
}

function Examples({ preview }: { readonly preview: BulkPreview | null }) {
  if (preview === null || preview.examples.length === 0) return null;
  const rest = preview.count - preview.examples.length;
  return (
    <ul class="examples small mono">
      {preview.examples.map((id) => (
        <li key={id} class="clip">
          {visibleLine(id)}
        </li>
      ))}
      {rest > 0 && <li class="muted">and {rest.toLocaleString("en")} more</li>}
    </ul>
  );
}

function Failures({ result }: { readonly result: BulkResult }) {
  return (
    <ul class="examples small">
      {result.failures.map(({ instanceId, message }) => (
        <li key={instanceId} class="wrap">
          <span class="mono">{visibleLine(instanceId)}</span>: {visible(message)}
        </li>
      ))}
    </ul>
  );
}

const amount = (count: number) => `${count.toLocaleString("en")} ${count === 1 ? "instance" : "instances"}`;
