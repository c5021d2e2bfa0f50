import { href, route } from "../shell/router.ts";

const tabs = [
  [undefined, "Overview"],
  ["history", "History"],
  ["replay", "Replay"],
  ["family", "Family"],
] as const;

interface TabsProps {
  readonly path: readonly string[];
  readonly current: string | undefined;
  readonly has?: (tab: string | undefined) => boolean;
}

/** The parts of an instance: each has an address, so that it can be sent to somebody. */
export function Tabs({ path, current, has = () => true }: TabsProps) {
  const execution = route.value.query.get("execution") ?? undefined;
  return (
    <nav class="tabs" aria-label="Parts of the instance">
      {tabs
        .filter(([tab]) => has(tab))
        .map(([tab, label]) => (
          <a
            key={label}
            href={href(tab === undefined ? path : [...path, tab], { execution })}
            aria-current={tab === current ? "page" : undefined}
          >
            {label}
          </a>
        ))}
    </nav>
  );
}
