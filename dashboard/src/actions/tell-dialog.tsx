import { api } from "../api/api.ts";
import { visibleLine } from "../show/visible.ts";
import { FormDialog } from "./form-dialog.tsx";
import { JsonField, jsonIn } from "./json-field.tsx";
import { textIn } from "./text-in.ts";

interface TellDialogProps {
  readonly instanceId: string;
  readonly kind: "message" | "event";
  /** Those that somebody waits for, or has waited for. */
  readonly names: readonly string[];
  readonly onClose: () => void;
}

/** Sends a message to a mailbox, or raises an event. */
export function TellDialog({ instanceId, kind, names, onClose }: TellDialogProps) {
  const isMessage = kind === "message";
  const tell = async (fields: FormData) => {
    const name = textIn(fields, "name");
    await (isMessage ? api.send : api.raise)(instanceId, name, jsonIn(fields));
    return isMessage ? `Sent a message to mailbox ${name}.` : `Raised event ${name}.`;
  };
  return (
    <FormDialog
      title={isMessage ? "Send a message" : "Raise an event"}
      submit={isMessage ? "Send" : "Raise"}
      onSubmit={tell}
      onClose={onClose}
    >
      <p class="wrap">
        To <strong>{visibleLine(instanceId)}</strong>
      </p>
      <label class="field">
        <span>{isMessage ? "Mailbox" : "Event"}</span>
        <input
          name="name"
          required
          list="tell-names"
          defaultValue={names[0] ?? ""}
          autoFocus={names.length === 0}
          spellcheck={false}
          autoComplete="off"
        />
      </label>
      <datalist id="tell-names">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <JsonField label="Data" />
      <p class="consequence">
        {isMessage
          ? "A message is kept until the orchestration receives it, also if it does not wait for one now."
          : "An event reaches every open wait of its name. If nobody waits for it, it is dropped."}
      </p>
    </FormDialog>
  );
}
