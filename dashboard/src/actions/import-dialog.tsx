import { useState } from "preact/hooks";
import { api } from "../api/api.ts";
import { go, href } from "../shell/router.ts";
import { FormDialog } from "./form-dialog.tsx";

interface ImportDialogProps {
  /** What an export gave. */
  readonly file: unknown;
  readonly onClose: () => void;
}

/** Puts an opened file into the store that this page looks at. */
export function ImportDialog({ file, onClose }: ImportDialogProps) {
  const [as, setAs] = useState<"inspection" | "live">("inspection");
  const run = async () => {
    const { imported, present } = await api.import(file, as);
    const [first] = [...imported, ...present];
    if (first !== undefined) go(href(["instances", first]));
    return imported.length === 0 ? "It was there already." : `Imported ${imported.length.toLocaleString("en")}.`;
  };
  return (
    <FormDialog
      title="Import into this store"
      submit={as === "live" ? "Import and go on" : "Import"}
      isDangerous={as === "live"}
      onSubmit={run}
      onClose={onClose}
    >
      <fieldset class="choices">
        <legend class="small">What for</legend>
        <label>
          <input type="radio" name="as" checked={as === "inspection"} onChange={() => setAs("inspection")} /> To look at
          it
        </label>
        <label>
          <input type="radio" name="as" checked={as === "live"} onChange={() => setAs("live")} /> To go on here
        </label>
      </fieldset>
      <p class="consequence">
        {as === "live"
          ? "What has not ended goes on here. It must not go on in the store that it comes from: its activities would run in both."
          : "What has not ended is put into quarantine, without what it had in the queues: no node goes on with it."}
      </p>
    </FormDialog>
  );
}
