// Servers that speak PostgreSQL's protocol and lack some of what PostgreSQL has: known by what they report, or by the option.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../src/base/errors.ts";
import { flavorOf } from "../../src/driver/postgres/flavor.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import * as fake from "../support/fake-postgres.ts";
import { read } from "../postgres/requests.ts";

/** A server that reports `parameters`, and answers each statement by `answer`. */
const against = async (
  parameters: Readonly<Record<string, string>>,
  answer: Buffer,
  act: (driver: PostgresDriver) => Promise<void>,
  options: PostgresOptions = {},
): Promise<void> => {
  const reports = Buffer.concat(Object.entries(parameters).map(([name, value]) => fake.parameterStatus(name, value)));
  const server = await fake.fakePostgres(async (client) => {
    await client.accept(reports);
    for (;;) {
      await client.until("S");
      client.send(answer, fake.ready());
    }
  });
  const driver = openPostgres({ url: server.url, environment: {}, pool: { maxConnections: 1 }, ...options });
  try {
    await act(driver);
  } finally {
    await driver.close();
    await server.close();
  }
};

const cockroach = { crdb_version: "CockroachDB CCL v24.1.0", server_version: "13.0.0" };
const yugabyte = { server_version: "15.2-YB-2.25.0.0-b0" };
const one = fake.firstAnswer("1");

test("a server is known by what it reports", () => {
  const of = (parameters: Readonly<Record<string, string>>): string => flavorOf((name) => parameters[name]);
  assert.deepEqual(
    [of(cockroach), of(yugabyte), of({ server_version: "18.1" }), of({})],
    ["cockroach", "yugabyte", "postgres", "postgres"],
  );
});

test("where there is no LISTEN, listening says so instead of the server's words", async () => {
  for (const parameters of [cockroach, yugabyte])
    await against(parameters, one, (driver) =>
      assert.rejects(
        driver.listen("orders", () => undefined),
        ConfigurationError,
      ),
    );
});

test("positions in the log are not asked of a server that has none", async () => {
  await against(cockroach, one, async (driver) => {
    await driver.run(read("SELECT 2"));
    assert.equal(await driver.writtenPosition(1000), null);
    assert.deepEqual(await driver.standing(1000), { isStandby: true, position: null, sinceLastCommitMs: null });
  });
  await against({}, one, async (driver) => assert.equal(await driver.writtenPosition(1000), null), { flavor: "aurora" });
});

test("one that nobody named, and that refuses to tell its position, has none", async () => {
  for (const sqlState of ["0A000", "42883", "55000"])
    await against({}, fake.failure(sqlState, "not here"), async (driver) => assert.equal(await driver.writtenPosition(1000), null));
  await against({}, fake.failure("42501", "no"), async (driver) => assert.rejects(driver.writtenPosition(1000)));
});

test("the option outweighs what the server reports, and is one of few words", async () => {
  const position = Buffer.concat([
    fake.parseComplete,
    fake.parameterDescription(),
    fake.rowDescription({ name: "pg_current_wal_insert_lsn" }),
    fake.bindComplete,
    fake.dataRow("16/B374D848"),
    fake.complete("SELECT 1"),
  ]);
  await against(cockroach, position, async (driver) => assert.equal(await driver.writtenPosition(1000), 0x16b374d848n), {
    flavor: "postgres",
  });
  assert.throws(() => openPostgres({ flavor: "mysql" as "postgres" }), /flavor must be 'auto' or one of/);
});
