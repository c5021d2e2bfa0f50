import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { api } from "../api/api.ts";
import { isConnected } from "../api/changes.ts";
import { useLoaded } from "../api/use-loaded.ts";
import { setStoreTime } from "../show/clock.ts";
import { Brand } from "./brand.tsx";
import { KeyboardHelp, useShortcuts } from "./keyboard.tsx";
import { overview } from "./overview.ts";
import { href, route } from "./router.ts";
import { logout, session } from "./session.ts";
import { nextTheme, theme } from "./theme.ts";
import { Toast } from "./toast.tsx";

const places = [
  ["instances", "Instances"],
  ["quarantine", "Quarantine"],
  ["queues", "Queues"],
  ["nodes", "Nodes"],
  ["traffic", "Traffic"],
  ["health", "Health"],
  ["file", "Open a file"],
] as const;

export function Shell({ children }: { readonly children: ComponentChildren }) {
  useShortcuts();
  const place = route.value.path[0] ?? "instances";
  const isIn = session.value != null;
  useEffect(() => {
    document.title = `${route.value.path[1] ?? places.find(([key]) => key === place)?.[1] ?? ""} · Perdure`;
    // Where the views stand in one line, the chosen one may be beyond its end.
    document.querySelector(".side [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  }, [route.value]);
  return (
    <div class="shell">
      <a class="skip button" href="#content" onClick={toContent}>
        To the content
      </a>
      <div class="side">
        <Brand />
        <nav aria-label="Views">
          <ul>
            {places.map(([key, label]) => (
              <li key={key}>
                <a href={href([key])} aria-current={key === place ? "page" : undefined}>
                  {label}
                  {key === "quarantine" && <Quarantined />}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="foot">
          {isIn && <StoreState />}
          <div class="row">
            <button
              type="button"
              class="button little plain"
              onClick={nextTheme}
              aria-label={`Theme: ${theme.value}. Change it`}
            >
              {theme.value === "auto" ? "◐ Auto" : theme.value === "light" ? "○ Light" : "● Dark"}
            </button>
            <KeyboardHelp />
          </div>
          {isIn && (
            <div class="row wide spread">
              <span>
                {session.value?.name} {session.value?.role === "read" && <span class="badge">read only</span>}
              </span>
              <button type="button" class="button little plain" onClick={() => void logout()}>
                Log out
              </button>
            </div>
          )}
        </div>
      </div>
      <main class="main" id="content" tabIndex={-1}>
        {children}
      </main>
      <Toast />
    </div>
  );
}

function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function StoreState() {
  useLoaded({
    key: "overview",
    everyMs: 10_000,
    load: async () => {
      const answer = await api.overview();
      setStoreTime(answer.storeNow);
      overview.value = answer;
    },
  });
  const { liveNodes, store } = overview.value ?? { liveNodes: 0, store: "" };
  return (
    <>
      <span class={`live ${isConnected.value ? "" : "lost"}`} role="status">
        <i /> {isConnected.value ? "Live" : "Connecting…"}
      </span>
      <span class="wide">
        {store}
        {overview.value !== null && ` · ${liveNodes} ${liveNodes === 1 ? "node" : "nodes"}`}
      </span>
    </>
  );
}

function Quarantined() {
  const count = overview.value?.quarantined ?? 0;
  return count === 0 ? null : <span class="number alarm">{count.toLocaleString("en")}</span>;
}
