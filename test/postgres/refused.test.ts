/** A server that is there and does not let us in: whatever its reason, a `ConnectionError` that names it, and nothing has run. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AuthenticationFailed, ConnectionError, createEngine, PoolTimeout, ServerUnavailable, type Engine } from "../../src/entry/index.ts";
import * as fake from "../support/fake-postgres.ts";
import { scratchUser, startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

let server: ScratchPostgres;
let admin: Engine;

before(async () => {
  server = await startScratchPostgres();
  admin = await createEngine(server.socketUrl());
  for (const text of [
    "CREATE DATABASE shut ALLOW_CONNECTIONS false",
    "CREATE DATABASE private",
    "REVOKE CONNECT ON DATABASE private FROM PUBLIC",
    "CREATE DATABASE crowded CONNECTION LIMIT 0",
    "CREATE ROLE guest LOGIN PASSWORD 'guest'",
    "CREATE ROLE locked PASSWORD 'locked'",
  ])
    await admin.execute(text);
});
after(async () => {
  await admin.close();
  await server.stop();
});

const refusal = async (url: string, options: Parameters<typeof createEngine>[1] = {}): Promise<ConnectionError> => {
  await using engine = await createEngine(url, options);
  const error: unknown = await engine.execute("SELECT 1").then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectionError, String(error));
  return error;
};

describe("a session that the server refuses", () => {
  const at = (who: string, database: string): string => `postgresql://${who}@127.0.0.1:${server.port}/${database}`;
  const cases: readonly (readonly [string, () => string, string, RegExp])[] = [
    [
      "a database that does not exist",
      () => server.socketUrl("nowhere"),
      "3D000",
      /"nowhere" does not exist.*Create the database, or check its name/,
    ],
    ["a database that takes nobody", () => server.socketUrl("shut"), "55000", /"shut" is not currently accepting connections/],
    ["a database that this role may not use", () => at("guest:guest", "private"), "42501", /permission denied for database "private"/],
    [
      "a setting that does not exist",
      () => `${server.socketUrl()}&options=-c%20nothing%3D1`,
      "42704",
      /unrecognized configuration parameter "nothing"/,
    ],
    [
      "a setting that cannot have this value",
      () => `${server.socketUrl()}&options=-c%20work_mem%3Dmuch`,
      "22023",
      /invalid value for parameter/,
    ],
  ];
  for (const [what, url, sqlState, message] of cases) {
    test(`is a ConnectionError: ${what} (${sqlState})`, async () => {
      const error = await refusal(url());
      assert.deepEqual([error.constructor, error.code, error.sqlState, error.mayHaveRun], [ConnectionError, "E2001", sqlState, false]);
      assert.match(error.message, message);
    });
  }

  const strangers: readonly (readonly [string, string, string])[] = [
    ["a wrong password", `${scratchUser}:wrong`, "28P01"],
    ["a role that does not exist", "nobody:x", "28P01"],
    ["a role that may not log in", "locked:locked", "28000"],
  ];
  for (const [what, who, sqlState] of strangers) {
    test(`is AuthenticationFailed: ${what} (${sqlState})`, async () => {
      const error = await refusal(at(who, "postgres"));
      assert.deepEqual([error.constructor, error.sqlState, error.mayHaveRun], [AuthenticationFailed, sqlState, false]);
      assert.doesNotMatch(error.message, /wrong|locked:/);
    });
  }

  test("is waited for while the server has no connection left, and the reason is told in the end (53300)", async () => {
    const error = await refusal(at("guest:guest", "crowded"), { acquireTimeout: "400ms" });
    assert.ok(error instanceof PoolTimeout && error.cause instanceof ServerUnavailable);
    assert.equal(error.cause.sqlState, "53300");
    assert.match(error.message, /could not be opened: .*too many connections for database "crowded"/);
  });
});

describe("a server that is starting (57P03)", () => {
  const starting = fake.failure("57P03", "the database system is starting up", "FATAL");
  const against = async (refusals: number, act: (url: string, connections: () => number) => Promise<void>): Promise<void> => {
    let connections = 0;
    const server = await fake.fakePostgres(async (client, number) => {
      connections = number;
      if (number <= refusals) {
        await client.opening();
        client.send(starting);
        return void client.socket.end();
      }
      await client.accept();
      await client.until("S");
      client.send(fake.firstAnswer("here"), fake.ready());
    });
    try {
      await act(server.url, () => connections);
      assert.deepEqual(server.problems, []);
    } finally {
      await server.close();
    }
  };

  test("is waited for, and then the statement runs", async () => {
    await against(3, async (url, connections) => {
      await using engine = await createEngine(url, { maxConnections: 1 });
      assert.deepEqual((await engine.execute("SELECT")).tuples(), [["here"]]);
      assert.equal(connections(), 4);
    });
  });

  test("is a ConnectionError that says so when it takes too long", async () => {
    await against(Infinity, async (url) => {
      const error = await refusal(url, { maxConnections: 1, acquireTimeout: "300ms" });
      assert.ok(error instanceof PoolTimeout && error.cause instanceof ServerUnavailable);
      assert.match(error.message, /No connection became free within 300 ms\. None is open.*could not be opened: .*starting up/);
      assert.deepEqual([error.cause.sqlState, error.mayHaveRun], ["57P03", false]);
    });
  });
});
