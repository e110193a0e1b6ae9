import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { until } from "../support/waiting.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl() });
  await driver.run(write("CREATE TABLE copied (id int PRIMARY KEY, name text)"));
});

after(async () => {
  await driver.close();
  await server.stop();
});

const lines = function* (from: number, to: number): Generator<Buffer> {
  for (let id = from; id <= to; id++) yield Buffer.from(`${id}\tname ${id}\n`);
};

const countOf = async (): Promise<unknown> => (await driver.run(read("SELECT count(*)::int FROM copied"))).rows[0]![0];

const gather = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
};

describe("COPY FROM STDIN", () => {
  it("sends every chunk and counts the rows", async () => {
    assert.equal(await driver.copyFrom("COPY copied FROM STDIN", lines(1, 5000)), 5000);
    assert.equal(await countOf(), 5000);
    const large = Buffer.concat([...lines(10_001, 60_000)]);
    assert.equal(await driver.copyFrom("COPY copied FROM STDIN", [large]), 50_000);
    await driver.run(write("DELETE FROM copied WHERE id > 5000"));
  });

  const failures: readonly (readonly [string, string, () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>, RegExp])[] = [
    ["a table that is not there", "COPY nowhere FROM STDIN", () => lines(1, 2), /42P01/],
    ["rows that are refused", "COPY copied FROM STDIN", () => lines(4999, 20_000), /unique_violation|23505/],
    ["rows that cannot be read", "COPY copied FROM STDIN", () => [Buffer.from("not a number\tx\n")], /22P02/],
    ["a statement that copies the other way", "COPY copied TO STDOUT", () => lines(1, 2), /FROM STDIN/],
    ["a statement that is no COPY", "SELECT 1", () => lines(1, 2), /no COPY/],
    [
      "a source that fails",
      "COPY copied FROM STDIN",
      function* () {
        yield* lines(70_001, 70_100);
        throw new Error("the source broke");
      },
      /the source broke/,
    ],
    ["a source of something else", "COPY copied FROM STDIN", () => ["text"] as unknown as Uint8Array[], /bytes/],
  ];
  for (const [what, text, chunks, expected] of failures) {
    it(`keeps nothing and leaves the connection of use after ${what} (hazard 42)`, async () => {
      const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
      await assert.rejects(one.copyFrom(text, chunks()), expected);
      assert.deepEqual((await one.run(read("SELECT 1"))).rows, [[1]]);
      assert.equal(await countOf(), 5000);
      await one.close();
    });
  }

  it("stops by its signal", async () => {
    const controller = new AbortController();
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (let id = 100_000; ; id++) {
        yield Buffer.from(`${id}\tx\n`);
        if (id === 100_050) controller.abort();
        await sleep(0);
      }
    };
    await assert.rejects(driver.copyFrom("COPY copied FROM STDIN", endless(), controller.signal), { code: "E2203" });
    assert.equal(await countOf(), 5000);
  });

  it("is an error as an ordinary statement, after which the connection goes on (hazard 42)", async () => {
    const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
    for (const text of ["COPY copied FROM STDIN", "COPY copied TO STDOUT"]) {
      await assert.rejects(one.run(write(text)), /copyFrom or copyTo|COPY/);
      assert.deepEqual((await one.run(read("SELECT 1"))).rows, [[1]]);
    }
    await one.close();
  });

  it("runs inside a transaction, whose BEGIN was owed until then", async () => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    assert.equal(await reserved.copyFrom("COPY copied FROM STDIN", lines(80_001, 80_010)), 10);
    await reserved.run(write("ROLLBACK"));
    reserved.release();
    assert.equal(await countOf(), 5000);
  });
});

describe("COPY TO STDOUT", () => {
  it("gives all rows", async () => {
    const text = await gather(driver.copyTo("COPY (SELECT * FROM copied ORDER BY id) TO STDOUT"));
    assert.equal(text, Buffer.concat([...lines(1, 5000)]).toString());
  });

  it("lets the server wait while nobody reads, in bounded memory (hazard 41; invariant I7)", async () => {
    const rows = "COPY (SELECT repeat('x', 10000) FROM generate_series(1, 8000)) TO STDOUT";
    let bytes = 0;
    let held = -1;
    for await (const chunk of driver.copyTo(rows)) {
      bytes += chunk.length;
      if (held >= 0) continue;
      const start = process.memoryUsage().arrayBuffers;
      // Until the server waits for us for good, or has sent all of it.
      let waits = 0;
      await until(async () => {
        const text =
          "SELECT state = 'active' AND wait_event = 'ClientWrite' FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT repeat%' AND state = 'active'";
        const [row] = (await driver.run(read(text))).rows;
        waits = row?.[0] === true ? waits + 1 : 0;
        return row === undefined || waits === 20;
      });
      held = process.memoryUsage().arrayBuffers - start;
    }
    assert.equal(bytes, 8000 * 10_001);
    assert.ok(held < 8_000_000, `${held} bytes were held`);
  });

  it("is stopped on the server when the loop is left", async () => {
    const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
    for await (const chunk of one.copyTo("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) TO STDOUT")) {
      assert.ok(chunk.length > 0);
      break;
    }
    assert.deepEqual((await one.run(read("SELECT 1"))).rows, [[1]]);
    await one.close();
  });

  it("fails as its statement fails", async () => {
    await assert.rejects(gather(driver.copyTo("COPY (SELECT 1 / (3000 - id) FROM copied) TO STDOUT")), { sqlState: "22012" });
    await assert.rejects(gather(driver.copyTo("COPY copied FROM STDIN")), /TO STDOUT/);
    assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
  });
});

describe("LISTEN", () => {
  it("hears what is sent, on channels of any name (hazard 59)", async () => {
    const heard: string[] = [];
    const names = ["plain", 'we"ird; DROP TABLE copied', "CamelCase", "émoji 😀"];
    const subscriptions = await Promise.all(names.map((name) => driver.listen(name, (payload) => heard.push(`${name}:${payload}`))));
    for (const name of names) await driver.run(write("SELECT pg_notify($1, $2)", [name, "it's"]));
    await until(() => heard.length === names.length);
    assert.deepEqual(heard.sort(), names.map((name) => `${name}:it's`).sort());
    // Notifications come in the order of their commits: who hears this one would have heard those before.
    const fence = await driver.listen("fence", (payload) => heard.push(payload));
    for (const subscription of subscriptions) await subscription.unlisten();
    await driver.run(write("SELECT pg_notify($1, $2)", ["plain", "nobody"]));
    await driver.run(write("SELECT pg_notify($1, $2)", ["fence", "end"]));
    await until(() => heard.includes("end"));
    assert.equal(heard.length, names.length + 1);
    await fence.unlisten();
  });

  it("subscribes again when its connection is killed, and tells of the gap (hazard 59)", async () => {
    const heard: string[] = [];
    const gaps: string[] = [];
    const subscription = await driver.listen(
      "news",
      (payload) => heard.push(payload),
      (channel) => gaps.push(channel),
    );
    await driver.run(
      write("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"),
    );
    await until(() => gaps.length === 1);
    await driver.run(write("SELECT pg_notify('news', 'again')"));
    await until(() => heard.length === 1);
    assert.deepEqual([heard, gaps], [["again"], ["news"]]);
    await subscription.unlisten();
  });

  it("refuses names that the server would cut or misread", async () => {
    for (const name of ["", "x".repeat(64), "nul\0"])
      await assert.rejects(
        driver.listen(name, () => undefined),
        { code: "E1001" },
      );
  });
});

describe("notices", () => {
  it("are heard by who asked for them, and kept by nobody (hazard 49)", async () => {
    let count = 0;
    const noisy = openPostgres({ url: server.socketUrl(), onNotice: () => count++ });
    const start = process.memoryUsage().heapUsed;
    await noisy.run(write("DO $$ BEGIN FOR i IN 1..20000 LOOP RAISE NOTICE 'notice %', i; END LOOP; END $$"));
    assert.equal(count, 20_000);
    assert.ok(process.memoryUsage().heapUsed - start < 60_000_000);
    await noisy.close();
  });
});
