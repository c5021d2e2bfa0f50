import type { ActionKind } from "../../../src/management/index.ts";
import { api } from "../api/api.ts";
import { go, href } from "../shell/router.ts";
import { visibleLine } from "../show/visible.ts";
import { actionWords } from "./action-words.ts";
import { FormDialog } from "./form-dialog.tsx";
import { textIn } from "./text-in.ts";

interface ActDialogProps {
  readonly instanceId: string;
  readonly action: ActionKind;
  readonly hasEnded: boolean;
  readonly onClose: () => void;
}

export function ActDialog({ instanceId, action, hasEnded, onClose }: ActDialogProps) {
  const { label, done, consequence, takesReason, isDangerous } = actionWords[action];
  const needsForce = action === "delete" && !hasEnded;
  const act = async (fields: FormData) => {
    const reason = textIn(fields, "reason");
    await api.act(instanceId, { action, ...(reason !== "" && { reason }), ...(needsForce && { force: true }) });
    if (action === "delete") go(href(["instances"]));
    return `${done} ${instanceId}.`;
  };
  return (
    <FormDialog
      title={`${label} this instance?`}
      submit={label}
      isDangerous={isDangerous}
      onSubmit={act}
      onClose={onClose}
    >
      <p class="wrap">
        <strong>{visibleLine(instanceId)}</strong>
      </p>
      <p class="consequence">
        {consequence}
        {needsForce && " It has not ended: it is deleted while it runs, and its parent is told."}
      </p>
      {takesReason && <ReasonField />}
    </FormDialog>
  );
}

export function ReasonField() {
  return (
    <label class="field">
      <span>Reason</span>
      <input name="reason" placeholder="It is recorded in the history" autoComplete="off" maxLength={500} autoFocus />
    </label>
  );
}
