import bundled from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, refusals by the content security policy, dialogs. */
  readonly complaints: readonly string[];
}

interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
}

/** The browser that comes with a package: nothing has to be installed. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await bundled.executablePath(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--font-render-hinting=none",
    ],
  });
}

/** A page of its own, with cookies of its own. */
export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1440, height = 900, scheme = "light" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: "reduce",
    timezoneId: "UTC",
    locale: "en-GB",
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    // A browser logs every answer that is not a success; what the page makes of it is seen in the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
