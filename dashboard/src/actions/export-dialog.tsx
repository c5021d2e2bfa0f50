import { useState } from "preact/hooks";
import { exportAddress } from "../api/api.ts";
import { Dialog } from "../show/dialog.tsx";

/** One file with an instance and its children, to be looked at elsewhere, attached to a report, or imported. */
export function ExportDialog({ instanceId, onClose }: { readonly instanceId: string; readonly onClose: () => void }) {
  const [isRedacted, setRedacted] = useState(false);
  return (
    <Dialog title="Export this instance" onClose={onClose}>
      <div class="body">
        <p class="consequence">
          One JSON file with its history, that of its children, and what stands in the queues for them. Open it in any
          dashboard, or import it into another store.
        </p>
        <label>
          <input
            type="checkbox"
            checked={isRedacted}
            onChange={({ currentTarget }) => setRedacted(currentTarget.checked)}
          />{" "}
          Without values and messages of errors, to be shown to others
        </label>
        <div class="ends">
          <button type="button" class="button" onClick={onClose}>
            Leave it
          </button>
          <a
            class="button primary"
            href={exportAddress(instanceId, isRedacted)}
            download
            onClick={() => setTimeout(onClose)}
          >
            Export
          </a>
        </div>
      </div>
    </Dialog>
  );
}
