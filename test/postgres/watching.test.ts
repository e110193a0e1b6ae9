// What watchers are told, on PostgreSQL.
import assert from "node:assert/strict";
import { tracingChannel } from "node:diagnostics_channel";
import { describe, test } from "node:test";
import { connect, createEngine, outside, sql } from "../../src/entry/index.ts";
import { AlertManager, type ConnectMessage, ConnectionMonitor, openTelemetry } from "../../src/entry/observe.ts";
import { scratchEngines } from "../support/scratch-engines.ts";
import { explainSuite } from "../suites/explain-suite.ts";
import { monitorSuite } from "../suites/monitor-suite.ts";
import { observingSuite } from "../suites/observing-suite.ts";
import { metricsAfter, openTelemetrySuite } from "../suites/open-telemetry-suite.ts";
import { watchingSuite } from "../suites/watching-suite.ts";

const scratch = scratchEngines();
const { open } = scratch;

watchingSuite({ name: "PostgreSQL", open });
observingSuite({ name: "PostgreSQL", open });
explainSuite({ name: "PostgreSQL", open });
monitorSuite({ name: "PostgreSQL", open });
openTelemetrySuite({ name: "PostgreSQL", open });

describe("the pool of an engine", () => {
  test("is shown by a connection monitor, also without an engine, and alerts when it is used up, once, and when it is not any more", async () => {
    await using engine = await connect(scratch.server.socketUrl(), { maxConnections: 2 });
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

describe("the pool of an engine, for OpenTelemetry", () => {
  test("tells how long connections took to be opened, how long one waited, and who got none in time", async () => {
    await using engine = await createEngine(scratch.server.socketUrl(), { maxConnections: 1, acquireTimeout: "30ms" });
    const stop = await openTelemetry({ engine });
    const { target } = engine.driver as { readonly target?: { readonly database: string; readonly host: string; readonly port: number } };
    const name = `${target!.host}:${target!.port}/${target!.database}`;
    const metrics = await metricsAfter(() =>
      engine.transaction(async (session) => {
        await session.execute(sql`SELECT 1`);
        await outside(() => assert.rejects(engine.execute("SELECT 1"), { name: "PoolTimeout" }));
      }),
    );
    stop();
    const of = (called: string): unknown => {
      const { descriptor, dataPoints } = metrics.get(`db.client.connection.${called}`)!;
      const { value } = dataPoints.find(({ attributes }) => attributes["db.client.connection.pool.name"] === name)!;
      return [descriptor.unit, typeof value === "number" ? value : (value as { readonly count: number }).count];
    };
    assert.deepEqual(["create_time", "wait_time", "use_time", "timeouts"].map(of), [
      ["s", 1],
      ["s", 1],
      ["s", 1],
      ["{timeout}", 1],
    ]);
  });
});

describe("connections and migrations on their channels", () => {
  test("a connection tells its hosts and database when it is opened, and why it could not be", async () => {
    const told: [string, ConnectMessage][] = [];
    const start = (message: unknown): void => void told.push(["start", message as ConnectMessage]);
    const asyncEnd = (message: unknown): void => void told.push(["end", message as ConnectMessage]);
    const channel = tracingChannel("petrel:connect");
    channel.start.subscribe(start);
    channel.asyncEnd.subscribe(asyncEnd);
    try {
      await using engine = await connect(scratch.server.socketUrl());
      await engine.execute("SELECT 1");
      await using nowhere = await createEngine(scratch.server.socketUrl("no_such_database"));
      await assert.rejects(nowhere.execute("SELECT 1"));
    } finally {
      channel.start.unsubscribe(start);
      channel.asyncEnd.unsubscribe(asyncEnd);
    }
    assert.deepEqual(
      told.slice(0, 4).map(([event, { database, error }]) => [event, database, error === undefined]),
      [
        ["start", "postgres", true],
        ["end", "postgres", true],
        ["start", "no_such_database", false],
        ["end", "no_such_database", false],
      ],
    );
    assert.equal(told[0]![1].hosts.length, 1);
  });
});
