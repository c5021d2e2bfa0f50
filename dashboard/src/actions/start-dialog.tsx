import { api } from "../api/api.ts";
import { knownNames } from "../instances/known-names.ts";
import { go, href } from "../shell/router.ts";
import { FormDialog } from "./form-dialog.tsx";
import { JsonField, jsonIn } from "./json-field.tsx";
import { textIn } from "./text-in.ts";

export function StartDialog({ onClose }: { readonly onClose: () => void }) {
  const start = async (fields: FormData) => {
    const text = (name: string) => textIn(fields, name);
    const { instanceId } = await api.start({
      name: text("name"),
      input: jsonIn(fields),
      ...(text("instanceId") !== "" && { instanceId: text("instanceId") }),
      ...(text("version") !== "" && { version: text("version") }),
    });
    go(href(["instances", instanceId]));
    return `Started ${instanceId}.`;
  };
  return (
    <FormDialog title="Start an instance" submit="Start" onSubmit={start} onClose={onClose}>
      <label class="field">
        <span>Orchestration</span>
        <input name="name" list="start-names" required autoFocus spellcheck={false} autoComplete="off" />
      </label>
      <datalist id="start-names">
        {knownNames.value.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <JsonField label="Input" />
      <div class="halves">
        <label class="field">
          <span>Instance id</span>
          <input name="instanceId" placeholder="One is made up" spellcheck={false} autoComplete="off" />
        </label>
        <label class="field">
          <span>Version</span>
          <input name="version" placeholder="The latest" spellcheck={false} autoComplete="off" />
        </label>
      </div>
      <p class="consequence">
        The start is stored at once. It runs as soon as a node that has this orchestration is free; an id that exists is
        refused.
      </p>
    </FormDialog>
  );
}
