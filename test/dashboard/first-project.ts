import assert from "node:assert/strict";
import { startProgram } from "../support/program.ts";
import { newProject } from "../support/new-project.ts";
import { visit } from "./browser.ts";
import { instanceLink, type Play, statusShown } from "./stage.ts";

/** The first quarter of an hour of a newcomer, in a process of its own. */
export function firstProject(play: Play): void {
  play(
    "a new project waits for an approval, is killed, still waits, is approved in the browser, and ends",
    async (stage) => {
      using project = await newProject();
      const start = () => startProgram("main.ts", null, { cwd: project.folder });
      const first = start();
      await using visitor = await visit(stage.browser);
      const { page, complaints } = visitor;
      const addressOf = async (program: typeof first) => (await program.printed("Open http")).slice("Open ".length);
      await page.goto(await addressOf(first));
      await instanceLink(page, "order-42").click();
      await page.getByText('Mailbox "approvals" is empty.').waitFor();
      await page.getByText("waiting for an approval").first().waitFor();
      first.kill("SIGKILL");
      assert.equal((await first.ended).signal, "SIGKILL");
      await page.getByText("Connecting…").waitFor();

      await using second = start();
      await page.goto(await addressOf(second));
      await instanceLink(page, "order-42").click();
      await statusShown(page, "running").waitFor();
      await page.getByRole("button", { name: "Send a message…" }).click();
      const dialog = page.getByRole("dialog", { name: "Send a message" });
      assert.equal(await dialog.getByLabel("Mailbox").inputValue(), "approvals");
      await dialog.getByLabel("Data").fill("true");
      await dialog.getByRole("button", { name: "Send", exact: true }).click();
      assert.equal(await second.printed("receipt for 42"), "receipt for 42: 1200");
      const { code, output } = await second.ended;
      assert.deepEqual([code, output.match(/receipt for 42/g)?.length], [0, 1]);
      assert.deepEqual(complaints, []);
    },
  );
}
