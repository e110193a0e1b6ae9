/** The monitor's page in a real browser, where one is installed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { serveMonitor } from "../../src/entry/observe.ts";
import { noBrowser, openPage, type Page } from "../support/browser.ts";
import { fillBlog, openEngine } from "../support/make-database.ts";
import { blog } from "../support/models.ts";

const eventually = async (page: Page, expression: string): Promise<void> => {
  for (let turn = 0; turn < 100; turn++) {
    if ((await page.evaluate(expression)) === true) return;
    await sleep(100);
  }
  assert.fail(`It never came true that ${expression}; complaints: ${page.complaints.join("\n")}`);
};

const brightness = `Number(/\\d+/.exec(getComputedStyle(document.body).backgroundColor)[0])`;

test(
  "the monitor's page draws what the process asks, shows markup as text, and forgets its key",
  { skip: noBrowser, timeout: 180_000 },
  async () => {
    await using engine = await openEngine(blog);
    await fillBlog(engine);
    await using monitor = await serveMonitor(engine, { interval: 500 });
    await using page = await openPage();
    await page.prefer("dark");
    await page.open(monitor.url);
    const asked = setInterval(() => void engine.execute("SELECT '<img src=x onerror=alert(1)>' AS markup"), 100);
    try {
      await eventually(page, `document.getElementById("state")?.textContent === "live"`);
      await eventually(page, `document.querySelectorAll("#statements tbody tr").length > 0`);
      await eventually(page, `document.querySelector("#throughput path").getAttribute("d").includes("L")`);
      assert.equal(await page.evaluate("location.hash"), "");
      assert.equal(await page.evaluate(`document.querySelectorAll("img").length`), 0);
      assert.equal(await page.evaluate(`document.querySelector("#statements").textContent.includes("<img src=x")`), true);
      assert.equal(Number(await page.evaluate(brightness)) < 60, true, "it is not dark");
      await page.prefer("light");
      assert.equal(Number(await page.evaluate(brightness)) > 200, true, "it is not light");
      // A reload finds the key where only this page looks.
      await page.evaluate("location.reload()");
      await eventually(page, `document.getElementById("state")?.textContent === "live"`);
      await eventually(page, `Number(document.getElementById("rate").textContent) > 0`);
      assert.deepEqual(page.complaints, []);
    } finally {
      clearInterval(asked);
    }
  },
);
