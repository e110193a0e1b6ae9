/**
 * Bugs that other drivers had, each as a test against a real server; `README.md` here has the whole list with its numbers.
 * What needs a server that misbehaves stands in `test/wire/`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import { scratchPassword, startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { until } from "../support/waiting.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl() });
  await driver.run(write("CREATE TABLE hazards (id int PRIMARY KEY, n int NOT NULL)"));
  await driver.run(write("INSERT INTO hazards SELECT i, i FROM generate_series(1, 1000) i"));
});

after(async () => {
  await driver.close();
  await server.stop();
});

const withDriver = async (options: PostgresOptions, act: (driver: PostgresDriver) => Promise<void>): Promise<void> => {
  const own = openPostgres({ url: server.socketUrl(), ...options });
  try {
    await act(own);
  } finally {
    await own.close();
  }
};

const one = { pool: { maxConnections: 1 } };
const valueOf = async (from: PostgresDriver, text: string): Promise<unknown> => (await from.run(read(text))).rows[0]![0];
const kill = (pid: unknown): Promise<unknown> => Promise.resolve(driver.run(write("SELECT pg_terminate_backend($1)", [pid as number])));

describe("replies go to whom they belong (invariant I2)", () => {
  it("a free connection is there at once, and a BEGIN for later leaves with the first statement or not at all", async () => {
    await withDriver(one, async (own) => {
      await own.run(read("SELECT 1"));
      const reserved = own.reserve({ write: true });
      if (reserved instanceof Promise) return assert.fail("a free connection was waited for");
      const next = own.reserve({ write: true });
      assert.ok(next instanceof Promise);
      reserved.beginLater(write("BEGIN"));
      assert.ok(reserved.inTransaction);
      assert.throws(() => reserved.beginLater(write("BEGIN")), /begun/);
      await reserved.run(write("INSERT INTO hazards VALUES (5000, 1)"));
      assert.throws(() => reserved.beginLater(write("BEGIN")), /begun/);
      await reserved.run(write("ROLLBACK"));
      assert.deepEqual((await reserved.run(read("SELECT id FROM hazards WHERE id = 5000"))).rows, []);
      reserved.beginLater(write("BEGIN"));
      await reserved.run(write("COMMIT"));
      assert.ok(!reserved.inTransaction);
      reserved.release();
      assert.throws(() => reserved.beginLater(write("BEGIN")), /given back/);
      (await next).release();
    });
  });

  it("what stands behind a BEGIN that is refused does not run, and neither does what comes after it", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      const insert = (id: number): Promise<unknown> => reserved.run(write("INSERT INTO hazards VALUES ($1, 1)", [id]));
      for (const [id, ending] of [
        [5100, "COMMIT"],
        [5110, "ROLLBACK"],
      ] as const) {
        reserved.beginLater(write("BEGIN NONSENSE"));
        const together = await Promise.allSettled([
          insert(id),
          insert(id + 1),
          reserved.batch([write("INSERT INTO hazards VALUES ($1, 1)", [id + 2])]),
        ]);
        assert.deepEqual(
          together.map(({ status }) => status),
          ["rejected", "rejected", "rejected"],
        );
        assert.ok(reserved.inTransaction);
        await assert.rejects(async () => insert(id + 3), { code: "E1401", mayHaveRun: false, message: /BEGIN was refused/ });
        const ended = reserved.run(write(ending));
        await (ending === "COMMIT" ? assert.rejects(ended, { code: "E1401", mayHaveRun: false }) : ended);
        assert.ok(!reserved.inTransaction);
      }
      assert.deepEqual((await reserved.run(read("SELECT id FROM hazards WHERE id BETWEEN 5100 AND 5119"))).rows, []);
      reserved.beginLater(write("BEGIN NONSENSE"));
      await assert.rejects(async () => reserved.copyFrom("COPY hazards FROM STDIN", []), { code: "E2101" });
      await reserved.run(write("ROLLBACK"));
      reserved.release();
      assert.deepEqual((await own.run(read("SELECT id FROM hazards WHERE id BETWEEN 5100 AND 5119"))).rows, []);
    });
  });

  it("reads of one group that are sent again do not rely on what the server did not prepare", { timeout: 20_000 }, async () => {
    await withDriver({ ...one, statementCacheSize: 2 }, async (own) => {
      const texts = ["SELECT 1 / 0", "SELECT 'a'", "SELECT 'b'", "SELECT 'c'", "SELECT 'a'", "SELECT 'b'"];
      await own.run(read("SELECT 'a'"));
      const answers = await Promise.allSettled(["SELECT 'd'", "SELECT 'a'", ...texts].map((text) => own.run(read(text))));
      assert.deepEqual(
        answers.map((answer) => (answer.status === "fulfilled" ? answer.value.rows[0]![0] : "failed")),
        ["d", "a", "failed", "a", "b", "c", "a", "b"],
      );
    });
  });

  it("what stands behind a BEGIN that works is sent in its order, when it is known that it works", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      reserved.beginLater(write("BEGIN"));
      const texts = [
        "INSERT INTO hazards VALUES (5200, 1)",
        "UPDATE hazards SET n = 2 WHERE id = 5200",
        "DELETE FROM hazards WHERE n = 2 AND id = 5200",
      ];
      const answers = await Promise.all([...texts.map((text) => reserved.run(write(text))), reserved.run(write("COMMIT"))]);
      assert.deepEqual(
        answers.slice(0, 3).map(({ count }) => count),
        [1, 1, 1],
      );
      assert.ok(!reserved.inTransaction);
      reserved.beginLater(write("BEGIN"));
      const slow = reserved.run(read("SELECT pg_sleep(0.05)"));
      const stop = new AbortController();
      const stopped = reserved.run(write("INSERT INTO hazards VALUES (5201, 1)", [], { signal: stop.signal }));
      stop.abort();
      await assert.rejects(stopped, { code: "E2203", mayHaveRun: false });
      await slow;
      await reserved.run(write("COMMIT"));
      reserved.release();
      assert.deepEqual((await own.run(read("SELECT id FROM hazards WHERE id IN (5200, 5201)"))).rows, []);
    });
  });

  it("a first statement that could not be sent leaves its BEGIN owed", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      reserved.beginLater(write("BEGIN"));
      await assert.rejects(reserved.run(write("INSERT INTO hazards VALUES (5300, $1)", ["a\0b"])), { code: "E2102" });
      await assert.rejects(reserved.run(write("INSERT INTO hazards VALUES (5300, 1)", [], { signal: AbortSignal.abort() })), {
        code: "E2203",
      });
      assert.ok(reserved.inTransaction);
      await reserved.run(write("INSERT INTO hazards VALUES (5301, 1)"));
      await reserved.run(write("ROLLBACK"));
      reserved.release();
      assert.deepEqual((await own.run(read("SELECT id FROM hazards WHERE id IN (5300, 5301)"))).rows, []);
    });
  });

  it("1, 2, 8: simple, new, prepared and streamed statements mixed on one connection", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      await reserved.run(write("BEGIN"));
      const streamed = (async () => {
        const ids: unknown[] = [];
        for await (const { rows } of reserved.stream(read("SELECT id FROM hazards ORDER BY id"), 50)) ids.push(...rows.flat());
        return ids;
      })();
      const rest = Array.from({ length: 300 }, (_, at) =>
        reserved.run(read(at % 3 === 0 ? `SELECT ${at}, $1::int` : "SELECT $1::int", [at])),
      );
      for (const [at, answer] of (await Promise.all(rest)).entries()) assert.equal(answer.rows[0]!.at(-1), at);
      assert.deepEqual(
        await streamed,
        Array.from({ length: 1000 }, (_, at) => at + 1),
      );
      await reserved.run(write("COMMIT"));
      reserved.release();
    });
  });

  it("4: nobody else's statement runs inside a transaction", async () => {
    await withDriver({ pool: { maxConnections: 4 } }, async (own) => {
      const work = Array.from({ length: 8 }, async () => {
        const reserved = await own.reserve({ write: true });
        await reserved.run(write("BEGIN"));
        const mine = (await reserved.run(read("SELECT pg_current_xact_id()::text"))).rows[0]![0];
        await sleep(5);
        assert.equal((await reserved.run(read("SELECT pg_current_xact_id()::text"))).rows[0]![0], mine);
        await reserved.run(write("ROLLBACK"));
        reserved.release();
      });
      const outside = Array.from({ length: 200 }, (_, at) =>
        own.run(read("SELECT pg_current_xact_id_if_assigned() IS NULL, $1::int", [at])),
      );
      for (const answer of await Promise.all(outside)) assert.equal(answer.rows[0]![0], true);
      await Promise.all(work);
    });
  });

  it("5: more borrowers than connections all get their turn", async () => {
    await withDriver({ pool: { maxConnections: 5 } }, async (own) => {
      const work = Array.from({ length: 200 }, async (_, at) => {
        if (at % 2 === 0) return (await own.run(write("SELECT $1::int", [at]))).rows[0]![0];
        const reserved = await own.reserve({ write: true });
        await reserved.run(write("BEGIN"));
        const answer = await reserved.run(read("SELECT $1::int", [at]));
        await reserved.run(write("COMMIT"));
        reserved.release();
        return answer.rows[0]![0];
      });
      assert.deepEqual(
        await Promise.all(work),
        Array.from({ length: 200 }, (_, at) => at),
      );
      assert.deepEqual([own.poolStatus.waiting, own.poolStatus.reserved], [0, 0]);
    });
  });

  it("40: a pipeline larger than both sides' buffers does not stop both", async () => {
    await withDriver(one, async (own) => {
      const text = "x".repeat(2000);
      const answers = await Promise.all(
        Array.from({ length: 20_000 }, (_, at) => own.run(read("SELECT $1::int, repeat($2, 1)", [at, text]))),
      );
      assert.ok(answers.every((answer, at) => answer.rows[0]![0] === at && (answer.rows[0]![1] as string).length === 2000));
    });
  });

  it("63: one text is one statement: several are refused", async () => {
    await assert.rejects(Promise.resolve(driver.run(write("SELECT 1; SELECT 2"))), { sqlState: "42601" });
  });
});

describe("connections that die", () => {
  it("6, 7: everything in flight settles, and no slot is lost", async () => {
    await withDriver(one, async (own) => {
      for (let round = 0; round < 5; round++) {
        const pid = await valueOf(own, "SELECT pg_backend_pid()");
        let answers = 0;
        // Reads that nobody has to wait for alone: they stand in one line.
        const text = "SELECT $1::int, (SELECT count(*) FROM generate_series(1, 20000))";
        const ask = (at: number) => own.run(read(text, [at])).finally(() => answers++);
        const load = Promise.allSettled(Array.from({ length: 100 }, (_, at) => ask(at)));
        await until(() => answers > 0);
        await kill(pid);
        let lost = 0;
        for (const [at, outcome] of (await load).entries()) {
          if (outcome.status === "fulfilled") assert.equal(outcome.value.rows[0]![0], at);
          else {
            assert.equal((outcome.reason as { code: string }).code, "E2006");
            lost++;
          }
        }
        assert.ok(lost > 0, "nothing was in flight");
        assert.equal(await valueOf(own, "SELECT pg_current_xact_id_if_assigned() IS NULL"), true);
      }
      assert.equal(own.poolStatus.reserved, 0);
    });
  });

  it("10: every step of a transaction settles when the line breaks in front of it", async () => {
    const proxy = await faultProxy(server.url());
    const steps = ["BEGIN", "INSERT INTO hazards VALUES (5000, 1)", "SELECT 1", "COMMIT"];
    for (let broken = 0; broken <= steps.length; broken++) {
      await withDriver({ url: proxy.url }, async (own) => {
        await own.run(write("DELETE FROM hazards WHERE id = 5000"));
        const reserved = await own.reserve({ write: true });
        const outcomes: string[] = [];
        for (const [at, step] of steps.entries()) {
          if (at === broken) proxy.cut("reset");
          const outcome = await Promise.resolve(reserved.run(write(step))).then(
            () => "done",
            (error: { code: string }) => error.code,
          );
          outcomes.push(outcome);
        }
        const last = await Promise.resolve(reserved.run(write("ROLLBACK"))).then(
          () => "done",
          (error: { code: string }) => error.code,
        );
        reserved.release();
        assert.ok(
          [...outcomes, last].every((outcome) => ["done", "E2002", "E2006", "E2008"].includes(outcome)),
          outcomes.join(),
        );
        const kept = (await own.run(read("SELECT 1 FROM hazards WHERE id = 5000"))).count;
        if (broken < 3) assert.equal(kept, 0);
        if (outcomes[3] === "done") assert.equal(kept, 1);
      });
    }
    await proxy.close();
  });

  it("9, 12: a line that is silent costs the connection, and the next statement gets another", async () => {
    const proxy = await faultProxy(server.url());
    await withDriver({ url: proxy.url, ...one }, async (own) => {
      const pid = await valueOf(own, "SELECT pg_backend_pid()");
      proxy.silence();
      const started = performance.now();
      await assert.rejects(Promise.resolve(own.run(read("SELECT 1", [], { timeoutMs: 50 }))), { code: "E2203" });
      assert.ok(performance.now() - started < 15_000);
      assert.notEqual(await valueOf(own, "SELECT pg_backend_pid()"), pid);
      assert.deepEqual([own.poolStatus.open, own.poolStatus.lost], [1, 1]);
    });
    await proxy.close();
  });

  it("11: close settles in every state", async () => {
    const proxy = await faultProxy(server.url());
    const states: ((own: PostgresDriver) => Promise<unknown>)[] = [
      () => Promise.resolve(),
      (own) => Promise.resolve(own.run(read("SELECT 1"))),
      async (own) => void own.run(write("SELECT pg_sleep(0.05)")).then(undefined, () => undefined),
      async (own) => {
        const reserved = await own.reserve({ write: true });
        await reserved.run(write("BEGIN"));
        await reserved.run(write("UPDATE hazards SET n = n WHERE id = 1"));
      },
      async (own) => {
        await own.run(read("SELECT 1"));
        proxy.cut("reset");
      },
      async (own) => {
        await own.run(read("SELECT 1"));
        proxy.silence();
        void own.run(read("SELECT 1")).catch(() => undefined);
      },
    ];
    for (const enter of states) {
      const own = openPostgres({ url: proxy.url, pool: { maxConnections: 2 } });
      await enter(own);
      const started = performance.now();
      await own.close();
      assert.ok(performance.now() - started < 20_000);
    }
    await proxy.close();
  });

  it("13: an idle connection that is terminated disturbs nobody", async () => {
    await withDriver(one, async (own) => {
      const pid = await valueOf(own, "SELECT pg_backend_pid()");
      await kill(pid);
      await until(() => own.poolStatus.lost === 1);
      assert.notEqual(await valueOf(own, "SELECT pg_backend_pid()"), pid);
      assert.equal(own.poolStatus.lost, 1);
    });
  });

  it("25: what is left of an aborted result is not read by the next borrower", async () => {
    await withDriver(one, async (own) => {
      for (let round = 0; round < 20; round++) {
        const controller = new AbortController();
        const long = Promise.resolve(own.run(read("SELECT generate_series(1, 200000)", [], { signal: controller.signal })));
        setTimeout(() => controller.abort(), round);
        await long.catch((error: { code: string }) => assert.equal(error.code, "E2203"));
        assert.deepEqual((await own.run(read("SELECT 'next'"))).rows, [["next"]]);
      }
    });
  });

  it("29: a transaction that is left open does not return to the pool (invariant I3)", async () => {
    await withDriver(one, async (own) => {
      for (const step of ["SELECT 1", "SELECT 1/0"]) {
        const reserved = await own.reserve({ write: true });
        await reserved.run(write("BEGIN"));
        await Promise.resolve(reserved.run(write(step))).catch(() => undefined);
        const pid = step === "SELECT 1" ? (await reserved.run(read("SELECT pg_backend_pid()"))).rows[0]![0] : null;
        reserved.release();
        assert.notEqual(await valueOf(own, "SELECT pg_backend_pid()"), pid);
      }
    });
  });

  it("bytes that come one at a time change nothing", async () => {
    const proxy = await faultProxy(server.url());
    proxy.fault = "dribble";
    await withDriver({ url: proxy.url }, async (own) => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => own.run(read("SELECT $1::int, 'é😀'", [at]))));
      assert.deepEqual(
        answers.map((answer) => answer.rows[0]),
        Array.from({ length: 20 }, (_, at) => [at, "é😀"]),
      );
    });
    await proxy.close();
  });

  it("a result that is cut at any byte fails as a lost connection", async () => {
    const proxy = await faultProxy(server.url());
    for (let bytes = 0; bytes < 400; bytes += 37) {
      await withDriver({ url: proxy.url, ...one }, async (own) => {
        await own.run(read("SELECT 1"));
        proxy.cutAfter(bytes);
        const outcome = await Promise.resolve(own.run(read("SELECT id, n FROM hazards LIMIT 30"))).then(
          () => "done",
          (error: { code: string }) => error.code,
        );
        assert.equal(outcome, "E2006");
        proxy.cutAfter(Infinity);
        assert.deepEqual((await own.run(read("SELECT 3"))).rows, [[3]]);
      });
    }
    await proxy.close();
  });
});

describe("statements", () => {
  it("19: too many parameters are refused before anything is sent", async () => {
    const text = (count: number): string =>
      `SELECT ${count}::int, ARRAY[${Array.from({ length: count }, (_, at) => `$${at + 1}`).join(",")}]::int[]`;
    const values = Array.from({ length: 65_536 }, () => 1);
    assert.equal((await driver.run(read(text(65_535), values.slice(1)))).rows[0]![0], 65_535);
    await assert.rejects(Promise.resolve(driver.run(read(text(65_536), values))), { code: "E2102" });
    assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
  });

  it("20: a value that throws leaves nothing behind", async () => {
    const bad = new Proxy([], {
      get: () => {
        throw new Error("gotcha");
      },
    });
    await withDriver(one, async (own) => {
      // What is prepared expects no reply to a Parse that was left behind.
      const ask = async (): Promise<void> => {
        const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => own.run(read("SELECT $1::int", [at]))));
        assert.ok(answers.every((answer, at) => answer.rows[0]![0] === at));
      };
      await ask();
      const pid = await valueOf(own, "SELECT pg_backend_pid()");
      for (let position = 0; position < 3; position++) {
        const values = [1, 2, 3].map((value, at) => (at === position ? (bad as unknown as number) : value));
        await assert.rejects(Promise.resolve(own.run(read(`SELECT $1::int, $2::int, $3::int + ${position}`, values))));
        await ask();
        await assert.rejects(own.batch([write("SELECT 1"), read(`SELECT $1::int, $2::int, $3::int - ${position}`, values)]));
        await ask();
      }
      assert.equal(await valueOf(own, "SELECT pg_backend_pid()"), pid);
    });
  });

  it("21: a sink that throws fails its own request only, on whichever row", async () => {
    for (const failing of [1, 500, 1000]) {
      let seen = 0;
      const sink = {
        objects: [],
        fields: (): void => undefined,
        rows: (_bytes: Buffer, _start: number, _end: number, count: number): void => {
          seen += count;
          if (seen >= failing) throw new Error("sink broke");
        },
      };
      const [broken, fine] = await Promise.allSettled([
        driver.run(read("SELECT * FROM hazards", [], { sink })),
        driver.run(read("SELECT id FROM hazards WHERE id = 7")),
      ]);
      assert.match(String((broken as PromiseRejectedResult).reason), /sink broke/);
      assert.deepEqual((fine as PromiseFulfilledResult<{ rows: unknown }>).value.rows, [[7]]);
    }
  });

  it("24: cancellations that race with the end of their statement never touch the next", async () => {
    await withDriver(one, async (own) => {
      await own.run(write("SELECT 1"));
      for (let round = 0; round < 300; round++) {
        const controller = new AbortController();
        const racing = Promise.resolve(own.run(write("SELECT $1::int", [round], { signal: controller.signal })));
        if (round % 2 === 0) queueMicrotask(() => controller.abort());
        else setImmediate(() => controller.abort());
        const outcome = await racing.then(
          (answer) => answer.rows[0]![0],
          (error: { code: string }) => error.code,
        );
        assert.ok(outcome === round || outcome === "E2203", String(outcome));
        assert.deepEqual((await own.run(write("SELECT $1::int, pg_sleep(0.001)", [round + 1000]))).rows[0]![0], round + 1000);
      }
    });
  });

  it("31, 32: a constraint that is checked at COMMIT fails the COMMIT, and a failed transaction cannot commit", async () => {
    await driver.run(write("CREATE TABLE deferred (id int REFERENCES hazards DEFERRABLE INITIALLY DEFERRED)"));
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    await reserved.run(write("INSERT INTO deferred VALUES (-1)"));
    await assert.rejects(Promise.resolve(reserved.run(write("COMMIT"))), { sqlState: "23503" });
    assert.equal(reserved.inTransaction, false);
    await reserved.run(write("BEGIN"));
    await assert.rejects(reserved.batch([write("INSERT INTO deferred VALUES (-1)"), write("COMMIT")]), { sqlState: "23503" });
    await reserved.run(write("ROLLBACK"));
    reserved.release();
    await assert.rejects(Promise.resolve(driver.run(write("INSERT INTO deferred VALUES (-1)"))), { sqlState: "23503" });
    assert.equal(await valueOf(driver, "SELECT count(*)::int FROM deferred"), 0);
  });

  it("34: a table that is altered under prepared statements is read by its new columns", async () => {
    await withDriver(one, async (own) => {
      await own.run(write("CREATE TABLE altered (id int)"));
      await own.run(write("INSERT INTO altered VALUES (1)"));
      for (const [change, expected] of [
        ["ADD COLUMN name text DEFAULT 'x'", [1, "x"]],
        ["ALTER COLUMN id TYPE text", ["1", "x"]],
        ["DROP COLUMN name", ["1"]],
      ] as const) {
        for (let run = 0; run < 3; run++) await own.run(read("SELECT * FROM altered"));
        await own.run(write(`ALTER TABLE altered ${change}`));
        const answers = await Promise.all(Array.from({ length: 5 }, () => own.run(read("SELECT * FROM altered"))));
        for (const answer of answers) assert.deepEqual(answer.rows, [expected]);
      }
    });
  });

  it("35: another search_path means other tables", async () => {
    await driver.run(write("CREATE SCHEMA left_side"));
    await driver.run(write("CREATE SCHEMA right_side"));
    await driver.run(write("CREATE TABLE left_side.same AS SELECT 1 AS a"));
    await driver.run(write("CREATE TABLE right_side.same AS SELECT 'two'::text AS a"));
    const reserved = await driver.reserve({ write: true });
    for (let round = 0; round < 3; round++) {
      for (const [schema, expected] of [
        ["left_side", 1],
        ["right_side", "two"],
      ] as const) {
        await reserved.run(write(`SET search_path = ${schema}`));
        for (let run = 0; run < 2; run++) assert.deepEqual((await reserved.run(read("SELECT a FROM same"))).rows, [[expected]]);
      }
    }
    // In a transaction the server's refusal of the old plan would be the end of it.
    await reserved.run(write("BEGIN"));
    for (const [schema, expected] of [
      ["left_side", 1],
      ["right_side", "two"],
      ["left_side", 1],
    ] as const) {
      await reserved.run(write(`SET LOCAL search_path = ${schema}`));
      assert.deepEqual((await reserved.run(read("SELECT a FROM same"))).rows, [[expected]]);
    }
    await reserved.run(write("ROLLBACK"));
    reserved.release();
  });

  it("36: statements that were thrown away on the server are prepared again", async () => {
    await withDriver({ ...one, pooler: "none" }, async (own) => {
      for (const away of ["DISCARD ALL", "DEALLOCATE ALL"]) {
        await own.run(read("SELECT $1::int", [1]));
        await own.run(write(away));
        assert.deepEqual((await own.run(read("SELECT $1::int", [2]))).rows, [[2]]);
      }
      const reserved = await own.reserve({ write: true });
      await reserved.run(read("SELECT $1::int", [3]));
      await reserved.run(write("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"));
      assert.deepEqual((await reserved.run(read("SELECT $1::int", [4]))).rows, [[4]]);
      reserved.release();
    });
  });

  it("37: what leaves the cache is closed on the server", async () => {
    await withDriver({ ...one, statementCacheSize: 20 }, async (own) => {
      for (let at = 0; at < 500; at++) {
        const text = at % 7 === 3 ? `SELECT ${at} FROM nowhere` : `SELECT ${at}`;
        await Promise.resolve(own.run(read(text))).catch(() => undefined);
      }
      const kept = (await valueOf(own, "SELECT count(*)::int FROM pg_prepared_statements")) as number;
      assert.ok(kept <= 22, `${kept} statements are kept`);
    });
  });

  it("39: behind a pooler statements have no names, and names that vanish are noticed", async () => {
    await withDriver({ ...one, pooler: "transaction" }, async (own) => {
      const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => own.run(read("SELECT $1::int, now() IS NULL", [at]))));
      assert.deepEqual(
        answers.map((answer) => answer.rows[0]),
        Array.from({ length: 50 }, (_, at) => [at, false]),
      );
      assert.equal(await valueOf(own, "SELECT count(*)::int FROM pg_prepared_statements"), 0);
    });
    await withDriver(one, async (own) => {
      await own.run(read("SELECT $1::int", [1]));
      await own.run(write("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$"));
      assert.deepEqual((await own.run(read("SELECT $1::int", [2]))).rows, [[2]]);
      await own.run(read("SELECT $1::int", [3]));
      assert.equal(await valueOf(own, "SELECT count(*)::int FROM pg_prepared_statements"), 0);
    });
  });

  it("50: settings that a role has do not change how values are read", async () => {
    await driver.run(write("CREATE ROLE odd LOGIN SUPERUSER"));
    const settings = {
      DateStyle: "German, DMY",
      IntervalStyle: "sql_standard",
      TimeZone: "Asia/Kolkata",
      bytea_output: "escape",
      extra_float_digits: "0",
      client_encoding: "LATIN1",
    };
    for (const [name, value] of Object.entries(settings)) await driver.run(write(`ALTER ROLE odd SET ${name} = '${value}'`));
    const text =
      "SELECT '2024-02-01'::date, '2024-02-01 10:00+00'::timestamptz, '\\x00ff'::bytea, 'é', 0.1::float8 + 0.2, '1 day 02:00'::interval";
    await withDriver({ url: server.socketUrl().replace("petrel@", "odd@") }, async (own) => {
      for (let run = 0; run < 2; run++) assert.deepEqual((await own.run(read(text))).rows, (await driver.run(read(text))).rows);
    });
  });

  it("57: a request that is frozen is not touched", async () => {
    const request = Object.freeze(read("SELECT $1::int", Object.freeze([1])));
    assert.deepEqual((await driver.run(request)).rows, [[1]]);
    assert.deepEqual((await driver.run(request)).rows, [[1]]);
  });

  it("64: neither password nor values are seen in what is printed", async () => {
    const own = openPostgres({
      url: server.url(),
      tls: { key: readFileSync(join(import.meta.dirname, "../support/tls/client.key"), "utf8") },
    });
    await own.run(read("SELECT 1"));
    const error = await Promise.resolve(own.run(write("SELECT $1::int / 0", ["12345678"]))).catch((problem: unknown) => problem);
    for (const thing of [own, own.config, error]) {
      for (const text of [inspect(thing, { depth: 9, showHidden: true }), String(JSON.stringify(thing))]) {
        assert.doesNotMatch(text, /scratch 'pass|PRIVATE KEY|12345678/);
        assert.ok(!text.includes(scratchPassword) && !text.includes(encodeURIComponent(scratchPassword)));
      }
    }
    await own.close();
  });
});
