/**
 * The driver behind a real PgBouncer that gives each transaction another server connection: three of them for all clients together.
 * Everything that the server keeps between two transactions may be another client's.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { startScratchPgbouncer, withoutPgbouncer, withoutPreparedStatements } from "../support/scratch-pgbouncer.ts";
import type { ScratchPgbouncer } from "../support/scratch-pgbouncer.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let direct: PostgresDriver;
/** Refuses the start-up parameters that it does not know, as it does when nobody has configured it otherwise. */
let strict: ScratchPgbouncer;
/** Takes every parameter of ours and drops it: nothing gives it away. */
let silent: ScratchPgbouncer;

/** `cut` loses digits, and spells intervals in a way that cannot be read back. */
const roles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  odd: { IntervalStyle: "iso_8601", bytea_output: "escape", TimeZone: "Asia/Kolkata", DateStyle: "German" },
  cut: { extra_float_digits: "0", IntervalStyle: "sql_standard" },
};
const ignored = { ignore_startup_parameters: "IntervalStyle, extra_float_digits, bytea_output" };

before(async () => {
  if (withoutPgbouncer !== false) return;
  server = await startScratchPostgres({ settings: { max_connections: "40" } });
  direct = openPostgres({ url: server.socketUrl() });
  for (const [role, settings] of Object.entries(roles)) {
    await direct.run(write(`CREATE ROLE ${role} LOGIN SUPERUSER`));
    for (const [name, value] of Object.entries(settings)) await direct.run(write(`ALTER ROLE ${role} SET ${name} = '${value}'`));
  }
  await direct.run(write("CREATE TABLE ledger (id int PRIMARY KEY, client int NOT NULL)"));
  strict = await startScratchPgbouncer(server, {}, ["petrel", ...Object.keys(roles)]);
  silent = await startScratchPgbouncer(server, ignored);
});

after(async () => {
  await direct?.close();
  await strict?.stop();
  await silent?.stop();
  await server?.stop();
});

const withDrivers = async (
  count: number,
  options: PostgresOptions,
  act: (drivers: readonly [PostgresDriver, ...PostgresDriver[]]) => Promise<void>,
): Promise<void> => {
  const drivers = Array.from({ length: count }, () => openPostgres(options));
  try {
    await act(drivers as [PostgresDriver, ...PostgresDriver[]]);
  } finally {
    await Promise.all(drivers.map((driver) => driver.close()));
  }
};

/** Texts that differ from client to client: whoever runs another's statement gets another's answer. */
const ask = async (driver: PostgresDriver, client: number, at: number): Promise<void> => {
  const answer = await driver.run(read(`SELECT $1::int, 'client ${client} question ${at % (11 + client)}'`, [at]));
  assert.deepEqual(answer.rows, [[at, `client ${client} question ${at % (11 + client)}`]]);
};

const transact = async (driver: PostgresDriver, act: (run: (text: string, values?: number[]) => Promise<unknown>) => Promise<void>) => {
  const reserved = await driver.reserve({ write: true });
  try {
    await reserved.run(write("BEGIN"));
    await act(async (text, values = []) => (await reserved.run(write(text, values))).rows[0]?.[0]);
    await reserved.run(write("COMMIT"));
  } finally {
    reserved.release();
  }
};

const namesOnServers = async (): Promise<unknown> => {
  const pids = new Set<unknown>();
  let names = 0;
  await withDrivers(1, { url: strict.url(), pooler: "transaction", pool: { maxConnections: 3 } }, async ([driver]) => {
    const look = "SELECT pg_backend_pid(), (SELECT count(*)::int FROM pg_prepared_statements), pg_sleep(0.02)";
    for (const answer of await Promise.all([1, 2, 3].map(() => driver.run(write(look))))) {
      pids.add(answer.rows[0]![0]);
      names += answer.rows[0]![1] as number;
    }
  });
  assert.ok(pids.size > 0);
  return names;
};

for (const [pooler, isOverTcp] of [
  ["auto", false],
  ["transaction", true],
] as const) {
  describe(`behind PgBouncer in transaction mode, pooler: "${pooler}"`, { skip: withoutPgbouncer }, () => {
    const options = (): PostgresOptions => ({
      url: isOverTcp ? strict.tcpUrl() : strict.url(),
      pooler,
      pool: { maxConnections: 10 },
    });

    it("many clients on few connections each get their own answers, and leave no names on the server", async () => {
      await withDrivers(5, options(), async (drivers) => {
        await Promise.all(drivers.flatMap((driver, client) => Array.from({ length: 200 }, (_, at) => ask(driver, client, at))));
      });
      assert.equal(await namesOnServers(), 0);
    });

    it("a transaction stays on one connection of the server, and nobody else is in it", async () => {
      await withDrivers(3, options(), async (drivers) => {
        await direct.run(write("TRUNCATE ledger"));
        const work = Array.from({ length: 150 }, (_, id) =>
          transact(drivers[id % 3]!, async (run) => {
            const mine = await run("SELECT pg_current_xact_id()::text");
            await run("INSERT INTO ledger VALUES ($1, $2)", [id, id % 3]);
            assert.equal(await run("SELECT pg_current_xact_id()::text"), mine);
            if (id % 3 === 2) await run("ROLLBACK AND CHAIN");
          }),
        );
        await Promise.all(work);
        assert.deepEqual((await direct.run(read("SELECT client, count(*)::int FROM ledger GROUP BY 1 ORDER BY 1"))).rows, [
          [0, 50],
          [1, 50],
        ]);
      });
    });

    it("an error in a pipeline fails its own statement only", async () => {
      await withDrivers(1, options(), async ([driver]) => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 200 }, (_, at) =>
            driver.run(read(at % 10 === 3 ? "SELECT 1 / ($1::int - $1::int)" : "SELECT $1::int", [at])),
          ),
        );
        for (const [at, outcome] of outcomes.entries()) {
          if (outcome.status === "fulfilled") assert.deepEqual([outcome.value.rows, at % 10 === 3], [[[at]], false]);
          else assert.deepEqual([outcome.reason.sqlState, at % 10], ["22012", 3]);
        }
      });
    });

    it("streams give every row once, side by side, and may be left", async () => {
      await withDrivers(1, options(), async ([driver]) => {
        const count = async (leaveAt: number): Promise<number> => {
          let next = 1;
          for await (const { rows } of driver.stream(read("SELECT generate_series(1, 1000)"), 100)) {
            for (const [value] of rows) assert.equal(value, next++);
            if (next > leaveAt) break;
          }
          return next - 1;
        };
        const counts = await Promise.all(Array.from({ length: 12 }, (_, at) => count(at % 2 === 0 ? 1000 : 200)));
        assert.deepEqual(counts, [1000, 200, 1000, 200, 1000, 200, 1000, 200, 1000, 200, 1000, 200]);
        assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
      });
    });

    it("COPY goes in and out; one that fails or is left does not disturb the next statement", async () => {
      await withDrivers(1, { ...options(), pool: { maxConnections: 1 } }, async ([driver]) => {
        await direct.run(write("TRUNCATE ledger"));
        const bytes = (text: string): Uint8Array[] => [Buffer.from(text)];
        assert.equal(await driver.copyFrom("COPY ledger FROM STDIN", bytes("1\t1\n2\t2\n")), 2);
        await assert.rejects(driver.copyFrom("COPY ledger FROM STDIN", bytes("x\t1\n")), { sqlState: "22P02" });
        const broken = function* (): Generator<Uint8Array> {
          yield Buffer.from("3\t3\n");
          throw new Error("the source broke");
        };
        await assert.rejects(driver.copyFrom("COPY ledger FROM STDIN", broken()), /the source broke/);
        const out: Buffer[] = [];
        for await (const chunk of driver.copyTo("COPY (SELECT * FROM ledger ORDER BY id) TO STDOUT")) out.push(chunk);
        assert.equal(Buffer.concat(out).toString(), "1\t1\n2\t2\n");
        for await (const _ of driver.copyTo("COPY (SELECT generate_series(1, 300000)) TO STDOUT")) break;
        assert.deepEqual((await driver.run(read("SELECT 'next'"))).rows, [["next"]]);
      });
    });

    it("24: a statement is cancelled through the pooler, and never another one", async () => {
      await withDrivers(1, { ...options(), pool: { maxConnections: 2 } }, async ([driver]) => {
        const started = performance.now();
        await assert.rejects(driver.run(write("SELECT pg_sleep(20)", [], { timeoutMs: 50 })), { code: "E2203" });
        assert.ok(performance.now() - started < 10_000);
        for (let round = 0; round < 50; round++) {
          const controller = new AbortController();
          const racing = driver.run(write("SELECT $1::int", [round], { signal: controller.signal })).catch(() => null);
          if (round % 2 === 0) queueMicrotask(() => controller.abort());
          else setImmediate(() => controller.abort());
          const neighbour = driver.run(write("SELECT $1::int + 500, pg_sleep(0.001)", [round]));
          const answer = await racing;
          if (answer !== null) assert.deepEqual(answer.rows, [[round]]);
          assert.equal((await neighbour).rows[0]![0], round + 500);
          assert.equal((await driver.run(write("SELECT $1::int, pg_sleep(0.001)", [round + 1000]))).rows[0]![0], round + 1000);
        }
      });
    });

    it("what a transaction sets for itself is not seen by the next client", async () => {
      await withDrivers(2, options(), async (drivers) => {
        const work = Array.from({ length: 60 }, (_, at) =>
          transact(drivers[at % 2]!, async (run) => {
            assert.equal(await run("SHOW search_path"), '"$user", public');
            await run(`SET LOCAL search_path = client_${at}`);
            assert.equal(await run("SHOW search_path"), `client_${at}`);
          }),
        );
        await Promise.all(work);
      });
    });

    it("50: without our start-up parameters the settings of a role still do not change what is read", async () => {
      const text = `SELECT '\\x00ff5c'::bytea, 0.1::float8 + 0.2, '1 day 02:00'::interval, '2024-02-01 10:00+00'::timestamptz, ARRAY['\\x5c'::bytea]`;
      const expected = (await direct.run(read(text))).rows;
      await withDrivers(1, { ...options(), url: options().url!.replace("petrel@", "odd@") }, async ([driver]) => {
        assert.equal((await driver.run(read("SHOW bytea_output"))).rows[0]![0], "escape");
        for (let run = 0; run < 2; run++) assert.deepEqual((await driver.run(read(text))).rows, expected);
      });
      await withDrivers(1, { ...options(), url: options().url!.replace("petrel@", "cut@") }, async ([driver]) => {
        await assert.rejects(driver.run(read(text)), {
          code: "E1001",
          message: /extra_float_digits below 1 and IntervalStyle sql_standard/,
        });
      });
    });

    it("59: listening is refused, because nothing would be heard", async () => {
      await withDrivers(1, options(), async ([driver]) => {
        await assert.rejects(
          driver.listen("news", () => undefined),
          { message: /pooler/ },
        );
      });
    });
  });
}

describe("behind a PgBouncer that hides", { skip: withoutPgbouncer }, () => {
  it("39: names that vanish in bursts cost nobody an answer, and nobody runs another client's statement", async () => {
    await withDrivers(5, { url: silent.url(), pool: { maxConnections: 4 } }, async (drivers) => {
      await Promise.all(drivers.flatMap((driver, client) => Array.from({ length: 200 }, (_, at) => ask(driver, client, at))));
      await Promise.all(drivers.flatMap((driver, client) => Array.from({ length: 200 }, (_, at) => ask(driver, client, at))));
    });
  });

  it("39: transactions that find their first statements gone are begun again, once", async () => {
    await direct.run(write("TRUNCATE ledger"));
    await withDrivers(4, { url: silent.url(), pool: { maxConnections: 4 } }, async (drivers) => {
      const insert = "INSERT INTO ledger VALUES ($1, $2) RETURNING id";
      const work = Array.from({ length: 200 }, async (_, id) => {
        const reserved = await drivers[id % 4]!.reserve({ write: true });
        try {
          const begin = write("BEGIN");
          const answers = await reserved.batch([begin, write(insert, [id, id % 4]), write("COMMIT")]);
          assert.deepEqual(answers[1]!.rows, [[id]]);
        } finally {
          reserved.release();
        }
      });
      await Promise.all(work);
    });
    assert.deepEqual((await direct.run(read("SELECT count(*)::int, count(DISTINCT id)::int FROM ledger"))).rows, [[200, 200]]);
  });
});

describe("behind PgBouncer that keeps prepared statements", { skip: withoutPreparedStatements }, () => {
  it("names are used and each client has its own", async () => {
    const bouncer = await startScratchPgbouncer(server, { ...ignored, max_prepared_statements: "100" });
    await withDrivers(5, { url: bouncer.url(), pooler: "none", pool: { maxConnections: 4 } }, async (drivers) => {
      await Promise.all(drivers.flatMap((driver, client) => Array.from({ length: 200 }, (_, at) => ask(driver, client, at))));
    });
    await bouncer.stop();
  });
});
