import { after, before, test } from "node:test";
import { serveDashboard } from "../../src/http/index.ts";
import { accessibility } from "./accessibility.ts";
import { actions } from "./actions.ts";
import { openBrowser } from "./browser.ts";
import { demoWorld } from "./demo-world.ts";
import { doors } from "./doors.ts";
import { firstProject } from "./first-project.ts";
import { hostile } from "./hostile.ts";
import { looking } from "./looking.ts";
import { type Play, type Stage, tokens } from "./stage.ts";

// One file, so that there is one browser and one store for all of it.
let stage: Stage;

before(async () => {
  const [browser, world] = await Promise.all([openBrowser(), demoWorld()]);
  const { provider, log } = world;
  stage = { browser, world, dashboard: await serveDashboard({ provider, logger: log.logger, ...tokens }) };
});

after(async () => {
  await stage.browser.close();
  await stage.dashboard.close();
  await stage.world.close();
});

const play: Play = (name, run) => {
  test(name, () => run(stage));
};

for (const register of [doors, looking, accessibility, hostile, actions, firstProject]) register(play);
