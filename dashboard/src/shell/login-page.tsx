import { useState } from "preact/hooks";
import { Brand } from "./brand.tsx";
import { href, route } from "./router.ts";
import { login, openSession, sessionProblem } from "./session.ts";
import { textIn } from "../actions/text-in.ts";

export function LoginPage() {
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (form: HTMLFormElement) => {
    try {
      await login(textIn(new FormData(form), "token"));
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <div class="door">
      <main>
        <Brand />
        {sessionProblem.value === null ? (
          <form
            class="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void submit(event.currentTarget);
            }}
          >
            <h1>Log in</h1>
            {route.value.path[0] === "login" && (
              <p class="problem">That address was used before, or is too old. Whoever runs the server has a new one.</p>
            )}
            <label class="field">
              <span>Token</span>
              <input
                name="token"
                type="password"
                autoComplete="current-password"
                required
                autoFocus
                aria-invalid={problem !== null}
                aria-describedby="login-problem"
              />
            </label>
            <p id="login-problem" role="alert" class="tone-failed">
              {problem}
            </p>
            <button type="submit" class="button primary">
              Log in
            </button>
          </form>
        ) : (
          <div class="problem" role="alert">
            {sessionProblem.value}
            <button type="button" class="button little" onClick={() => void openSession()}>
              Try again
            </button>
          </div>
        )}
        <p class="muted small">
          <code>perdure dashboard</code> prints an address that lets you in without a token. An{" "}
          <a href={href(["file"])}>exported file</a> can be looked at without logging in.
        </p>
      </main>
    </div>
  );
}
