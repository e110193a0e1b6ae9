// What watchers are told, on PostgreSQL.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { connect, createEngine, type Engine, outside, sql } from "../../src/entry/index.ts";
import { AlertManager, ConnectionMonitor } from "../../src/entry/observe.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { observingSuite } from "../suites/observing-suite.ts";
import { watchingSuite } from "../suites/watching-suite.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;

before(async () => {
  server = await startScratchPostgres();
});
after(() => server.stop());

/** An engine on an empty database of its own. */
const open = async (): Promise<Engine> => {
  const name = `watched_${++count}`;
  const maker = openPostgres({ url: server.socketUrl() });
  await maker.run(write(`CREATE DATABASE ${name}`));
  await maker.close();
  return createEngine(server.socketUrl(name));
};

watchingSuite({ name: "PostgreSQL", open });
observingSuite({ name: "PostgreSQL", open });

describe("the pool of an engine", () => {
  test("is shown by a connection monitor, also without an engine, and alerts when it is used up, once, and when it is not any more", async () => {
    await using engine = await connect(server.socketUrl(), { maxConnections: 2 });
    assert.deepEqual(new ConnectionMonitor().getPoolStatus(), new ConnectionMonitor(engine).getPoolStatus());
    const { available, total } = new ConnectionMonitor().getPoolStatus();
    assert.deepEqual([available, total], [2, 2]);
    using alerts = new AlertManager({ engine });
    const heard: unknown[] = [];
    alerts.on("alert", ({ kind, value }) => heard.push([kind, value]));
    const stop = alerts.on("resolved", ({ kind, value }) => heard.push(["resolved", kind, value]));
    await engine.transaction(async (one) => {
      await one.execute(sql`SELECT 1`);
      await outside(() =>
        engine.transaction(async (two) => {
          await two.execute(sql`SELECT 1`);
          alerts.check();
          alerts.check();
        }),
      );
    });
    alerts.check();
    stop();
    await Promise.resolve();
    assert.deepEqual(heard, [
      ["poolUsage", 1],
      ["resolved", "poolUsage", 0],
    ]);
  });
});
