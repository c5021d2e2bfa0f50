import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { say } from "../shell/toast.tsx";
import { Dialog } from "../show/dialog.tsx";
import { visible } from "../show/visible.ts";

interface FormDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  /** Does it, and answers what was done; what it rejects with is shown, and the dialog stays. */
  readonly onSubmit: (fields: FormData) => Promise<string>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Asks for what is needed, says what will happen, and does it once. */
export function FormDialog(props: FormDialogProps) {
  const { title, submit, isDangerous = false, isDisabled = false, onSubmit, onClose, children } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async (form: HTMLFormElement) => {
    setBusy(true);
    setProblem(null);
    try {
      say(await onSubmit(new FormData(form)));
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(event.currentTarget);
        }}
      >
        {children}
        {problem !== null && (
          <p class="problem" role="alert">
            {visible(problem)}
          </p>
        )}
        <div class="ends">
          <button type="button" class="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class={`button primary ${isDangerous ? "danger" : ""}`} disabled={isBusy || isDisabled}>
            {isBusy ? "One moment…" : submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
