import type { Problem } from "../api/api.ts";
import { visible } from "./visible.ts";

export function ProblemBar({ problem, retry }: { readonly problem: Problem; readonly retry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <span>
        {visible(problem.message)} <span class="muted small mono">{problem.code}</span>
      </span>
      {retry !== undefined && (
        <button type="button" class="button little" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
