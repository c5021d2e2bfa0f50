import type { Failure } from "../../../src/errors/index.ts";
import { Payload } from "./payload.tsx";
import { visible, visibleLine } from "./visible.ts";

/** An error with its causes, each with its stack folded away. */
export function FailureText({ failure, role }: { readonly failure: Failure; readonly role?: string }) {
  const { name, message, code, stack, details, cause, errors } = failure;
  return (
    <div class="failure">
      <div>
        {role !== undefined && <span class="muted small">{role} </span>}
        <strong>{visibleLine(name)}</strong> {code !== undefined && <span class="badge mono">{visibleLine(code)}</span>}
        <p>
          <bdi>{visible(message)}</bdi>
        </p>
      </div>
      {details !== undefined && <Payload text={JSON.stringify(details)} label="Details of the error" />}
      {stack !== undefined && (
        <details>
          <summary>Stack</summary>
          <pre>{visible(stack)}</pre>
        </details>
      )}
      {cause !== undefined && <FailureText failure={cause} role="caused by" />}
      {errors?.map((member, index) => (
        <FailureText key={index} failure={member} role={`error ${index + 1} of ${errors.length}`} />
      ))}
    </div>
  );
}
