// How often the driver and the server take turns: what a statement costs over a long line.
import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { after, before, it } from "node:test";
import { TypedValue } from "../../src/base/bound-value.ts";
import type { Request } from "../../src/driver/driver.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read } from "./requests.ts";

let server: ScratchPostgres;
let turns = 0;

/** Counts how often the client speaks after the server has. */
const proxy = createServer((client) => {
  const target = connect(server.port, "127.0.0.1");
  let hasAnswered = true;
  client.on("data", (bytes) => {
    if (hasAnswered) turns++;
    hasAnswered = false;
    target.write(bytes);
  });
  target.on("data", (bytes) => {
    hasAnswered = true;
    client.write(bytes);
  });
  for (const [one, other] of [
    [client, target],
    [target, client],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
});

before(async () => {
  server = await startScratchPostgres();
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});

after(async () => {
  await new Promise<void>((resolve) => proxy.close(() => resolve()));
  await server.stop();
});

/** The round trips of each run. A listening server has an address of this kind. */
const turnsOf = async (pooler: "none" | "transaction", requests: readonly Request[]): Promise<number[]> => {
  const url = new URL(server.url());
  url.port = String((proxy.address() as AddressInfo).port);
  const driver = openPostgres({ url: url.href, pooler, pool: { maxConnections: 1 } });
  try {
    await driver.run(read("SELECT 1"));
    const counts: number[] = [];
    for (const request of requests) {
      const earlier = turns;
      await driver.run(request);
      counts.push(turns - earlier);
    }
    return counts;
  } finally {
    await driver.close();
  }
};

for (const pooler of ["none", "transaction"] as const) {
  it(`every run is one round trip, the first included, with pooler: "${pooler}"`, async () => {
    const ask = (value: number): Request => read("SELECT $1::int, $2::text, $3::uuid[]", [value, "a", []]);
    assert.deepEqual(await turnsOf(pooler, [ask(1), ask(2), ask(3)]), [1, 1, 1]);
  });

  it(`a typed value costs one more at the first run of a text, and another for a type of one's own, with pooler: "${pooler}"`, async () => {
    const plain = read("SELECT $1::int4range", [new TypedValue({ lower: 1, upper: 2 })]);
    const made = read("SELECT lower($1::spread)", [new TypedValue({ lower: 1, upper: 2 })]);
    const driver = openPostgres({ url: server.socketUrl() });
    await driver.run(read(`CREATE TYPE spread AS RANGE (subtype = int4)`));
    try {
      assert.deepEqual(await turnsOf(pooler, [plain, plain, plain]), [2, 1, 1]);
      assert.deepEqual(await turnsOf(pooler, [made, made]), [3, 1]);
    } finally {
      await driver.run(read("DROP TYPE spread"));
      await driver.close();
    }
  });
}
