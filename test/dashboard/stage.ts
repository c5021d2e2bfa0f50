import type { Browser, Page } from "playwright-core";
import type { Dashboard } from "../../src/http/index.ts";
import type { World } from "../support/world.ts";

/** What all tests of the dashboard share: a store with an hour of work in it, its dashboard, one browser. */
export interface Stage {
  readonly browser: Browser;
  readonly world: World;
  readonly dashboard: Dashboard;
}

export const tokens = { token: "a token to look and change", readToken: "a token to look only" } as const;

/** Registers a test that plays on the stage. */
export type Play = (name: string, run: (stage: Stage) => Promise<void>) => void;

export const instanceLink = (page: Page, id: string) => page.getByRole("link", { name: id, exact: true });

/** Where an instance stands, as the page says it. */
export const statusShown = (page: Page, status: string) =>
  page.locator(`main .facts-line .status`, { hasText: status });

export const isTooWide = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
