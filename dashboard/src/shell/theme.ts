import { signal } from "@preact/signals";

type Theme = "auto" | "light" | "dark";

const key = "perdure-theme";
const themes: readonly Theme[] = ["auto", "light", "dark"];

/** What was chosen, and kept by this browser; `auto` follows the system. */
export const theme = signal<Theme>(kept());
apply(theme.value);

export function nextTheme(): void {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? "auto";
  theme.value = next;
  apply(next);
  try {
    localStorage.setItem(key, next);
  } catch {
    // A browser that keeps nothing: it holds until the page is closed.
  }
}

function apply(chosen: Theme): void {
  if (chosen === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

function kept(): Theme {
  try {
    return themes.find((known) => known === localStorage.getItem(key)) ?? "auto";
  } catch {
    return "auto";
  }
}
