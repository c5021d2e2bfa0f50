import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Dialog } from "../show/dialog.tsx";
import { go, href } from "./router.ts";

const isHelpOpen = signal(false);
const places: Readonly<Record<string, string>> = {
  i: "instances",
  a: "quarantine",
  q: "queues",
  n: "nodes",
  t: "traffic",
  h: "health",
  f: "file",
};

/** `/` to the search, `?` for help, `g` and a letter to a view: never while somebody writes, or with a dialog open. */
export function useShortcuts(): void {
  useEffect(() => {
    let goesAt = 0;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog") !== null)
        return;
      const place = places[event.key];
      if (event.key === "/") {
        const search = document.querySelector<HTMLInputElement>("[data-search]");
        if (search === null) return;
        event.preventDefault();
        search.focus();
      } else if (event.key === "?") isHelpOpen.value = true;
      else if (event.key === "g") goesAt = event.timeStamp;
      else if (place !== undefined && event.timeStamp - goesAt < 1_200) go(href([place]));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

export function KeyboardHelp() {
  return (
    <>
      <button
        type="button"
        class="button icon little plain"
        aria-label="Keyboard shortcuts"
        onClick={() => (isHelpOpen.value = true)}
      >
        ?
      </button>
      {isHelpOpen.value && (
        <Dialog title="Keyboard" onClose={() => (isHelpOpen.value = false)}>
          <div class="body">
            <dl class="facts">
              {keys.map(([key, what]) => (
                <>
                  <dt>
                    {key.split(" ").map((part) => (
                      <>
                        <kbd>{part}</kbd>{" "}
                      </>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </>
              ))}
            </dl>
          </div>
        </Dialog>
      )}
    </>
  );
}

const keys = [
  ["/", "Search"],
  ["g i", "Instances"],
  ["g a", "Quarantine"],
  ["g q", "Queues"],
  ["g n", "Nodes"],
  ["g t", "Traffic"],
  ["g h", "Health"],
  ["g f", "Open a file"],
  ["↑ ↓", "The event before, or the next one"],
  ["← →", "Replay: one event back, or on. Timeline: move"],
  ["+ −", "Timeline: zoom"],
  ["Esc", "Close"],
  ["?", "This"],
] as const;
