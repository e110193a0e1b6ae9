import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { BoundValue } from "../../src/base/bound-value.ts";
import { isPetrelError } from "../../src/base/errors.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl() });
  await driver.run(write("CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL)"));
  await driver.run(write("INSERT INTO things SELECT i, 'thing ' || i FROM generate_series(1, 2000) i"));
});

after(async () => {
  await driver.close();
  await server.stop();
});

const rejection = async (promise: Promise<unknown>): Promise<Error & Record<string, unknown>> => {
  const outcome = await promise.then(
    () => null,
    (error: Error) => error,
  );
  assert.ok(outcome !== null, "should have been rejected");
  return outcome as Error & Record<string, unknown>;
};

describe("one statement", () => {
  it("means the same by a parameter of no declared type on every run, however it travels", async () => {
    const text =
      "SELECT $1::int2::text, $2::int4::text, $3::int8::text, $4::float8::text, $5::bool::text, $6::timestamptz::text, $7::int4[]::text, $8::text[]::text, $9::timestamptz[]::text";
    const rows: BoundValue[][] = [
      [1, -7, 9_007_199_254_740_991, 1.1, true, new Date("2024-02-29T12:34:56.789Z"), [1, 2], ["a", 'b"\\,{}'], [new Date(0)]],
      [-1, 0, 2n ** 63n - 1n, 5e-324, false, new Date("0001-01-01T00:00:00Z"), [], [""], []],
      ["3", "4", "5", -0, "f", "2024-01-01", "{1}", "{a}", "{}"],
      [null, null, null, null, null, null, null, null, null],
    ] as unknown as BoundValue[][];
    for (const values of rows) {
      // A text of its own is prepared anew, so that all of it travels as text.
      const first = await driver.run(read(`${text} AS x${rows.indexOf(values)}`, values));
      await driver.run(read(text, values));
      const later = await driver.run(read(text, values));
      assert.deepEqual(later.rows, first.rows);
    }
  });

  it("lets the server refuse an undeclared parameter on a later run as on the first", async () => {
    const ask = read("SELECT name FROM things WHERE id = $1", [1.5]);
    const first = await rejection(driver.run(ask));
    assert.deepEqual((await driver.run(read(ask.text, [1]))).rows, [["thing 1"]]);
    assert.deepEqual((await driver.run(read(ask.text, [2]))).rows, [["thing 2"]]);
    assert.equal((await rejection(driver.run(ask)))["sqlState"], first["sqlState"]);
  });

  it("gives the same values on the first run, in text, as on the later ones, in binary", async () => {
    const text = `SELECT 1::int2 AS a, -7::int4 AS b, 9007199254740991::int8 AS c, 1.5::float8 AS d, true AS e, 'é€😀' AS f, '\\x00ff'::bytea AS g,
      '2024-02-29'::date AS h, '2024-02-29 12:34:56.789+00'::timestamptz AS i, ARRAY[1,NULL,3] AS j, NULL::int AS k, 12.340::numeric AS l`;
    const first = await driver.run(read(text));
    const second = await driver.run(read(text));
    assert.deepEqual(second.rows, first.rows);
    assert.deepEqual(first.rows[0]!.slice(0, 6), [1, -7, 9007199254740991, 1.5, true, "é€😀"]);
    assert.equal(first.rows[0]![10], null);
    assert.deepEqual(first.columns, "abcdefghijkl".split(""));
  });

  it("reads 64-bit integers exactly when asked for bigints, and never rounds otherwise", async () => {
    const text = "SELECT 9223372036854775807::int8";
    for (let run = 0; run < 2; run++) {
      assert.deepEqual((await driver.run(read(text, [], { bigints: true }))).rows, [[9223372036854775807n]]);
      assert.match((await rejection(driver.run(read(text)))).message, /bigint|safe|exact/i);
    }
  });

  it("counts the rows that were written, and those that were read", async () => {
    assert.equal((await driver.run(write("UPDATE things SET name = name WHERE id <= 10"))).count, 10);
    assert.equal((await driver.run(read("SELECT id FROM things WHERE id <= 7"))).count, 7);
    assert.equal((await driver.run(write("CREATE TABLE gone (id int)"))).count, 0);
  });

  it("says what the server refused, where, and never the value", async () => {
    const error = await rejection(driver.run(write("INSERT INTO things (id, name) VALUES ($1, $2)", [1, "secret value"])));
    assert.ok(isPetrelError(error));
    assert.equal(error["sqlState"], "23505");
    assert.equal(error["constraint"], "things_pkey");
    assert.doesNotMatch(error.message, /secret/);
  });

  it("takes values of every kind without being told their types", async () => {
    const values = ["text", 5, 6n, true, new Uint8Array([0, 255]), new Date(0), null, [1, null, 3], ["a,b", 'c"d', "NULL", null]];
    const text = "SELECT $1::text, $2::int, $3::int8, $4::bool, $5::bytea, $6::timestamptz, $7::text, $8::int[], $9::text[]";
    for (let run = 0; run < 2; run++) {
      const [row] = (await driver.run(read(text, values))).rows;
      assert.deepEqual(row!.slice(0, 4), ["text", 5, 6, true]);
      assert.deepEqual([...(row![4] as Uint8Array)], [0, 255]);
      assert.deepEqual(row!.slice(5), [new Date(0), null, [1, null, 3], ["a,b", 'c"d', "NULL", null]]);
    }
  });

  it("keeps statements of the same text and other parameter types apart", async () => {
    const text = "SELECT $1";
    assert.deepEqual((await driver.run(read(text, [5], { parameterTypes: [23] }))).rows, [[5]]);
    assert.deepEqual((await driver.run(read(text, ["five"], { parameterTypes: [25] }))).rows, [["five"]]);
    assert.deepEqual((await driver.run(read(text, [6], { parameterTypes: [23] }))).rows, [[6]]);
  });

  it("refuses transaction control that would hit whatever runs next", async () => {
    const error = await rejection(driver.run(write("BEGIN")));
    assert.equal(error["code"], "E1401");
  });

  it("hands rows to a sink where the socket put them", async () => {
    const seen: number[] = [];
    let descriptions = 0;
    const sink = {
      objects: [],
      fields: (): void => void descriptions++,
      rows: (bytes: Buffer, start: number, end: number, count: number): void => {
        let at = start;
        for (let row = 0; row < count; row++) {
          assert.equal(bytes[at], 0x44);
          seen.push(bytes.readUInt16BE(at + 5));
          at += 1 + bytes.readInt32BE(at + 1);
        }
        assert.equal(at, end);
      },
    };
    for (let run = 0; run < 2; run++) {
      const answer = await driver.run(read("SELECT id, name FROM things", [], { sink }));
      assert.deepEqual([answer.rows.length, answer.count], [0, 2000]);
    }
    assert.equal(descriptions, 2);
    assert.equal(seen.length, 4000);
    assert.ok(seen.every((columns) => columns === 2));
  });
});

describe("many statements", () => {
  it("answers each with its own rows, however they are mixed", async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, at) =>
        at % 7 === 0
          ? driver.run(read(`SELECT ${at} + $1::int`, [0]))
          : at % 11 === 0
            ? driver.run(write("UPDATE things SET name = name WHERE id = $1 RETURNING id", [at]))
            : driver.run(read("SELECT id FROM things WHERE id = $1", [at])),
      ),
    );
    assert.deepEqual(
      answers.map((answer) => answer.rows[0]![0]),
      Array.from({ length: 500 }, (_, at) => at),
    );
  });

  it("runs reads again that the server skipped because another one failed", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, at) =>
        driver.run(
          at % 50 === 25
            ? read("SELECT 1 / (id - id) FROM things WHERE id = $1", [at])
            : read("SELECT id FROM things WHERE id = $1", [at + 1]),
        ),
      ),
    );
    for (const [at, outcome] of outcomes.entries()) {
      if (at % 50 === 25) assert.equal(outcome.status, "rejected");
      else assert.deepEqual(outcome.status === "fulfilled" && outcome.value.rows, [[at + 1]]);
    }
  });

  it("sends a batch as one: after an error nothing of it is kept", async () => {
    await driver.run(write("CREATE TABLE batched (id int PRIMARY KEY)"));
    const insert = "INSERT INTO batched VALUES ($1) RETURNING id";
    const answers = await driver.batch([write(insert, [1]), write(insert, [2])]);
    assert.deepEqual(
      answers.map((answer) => answer.rows),
      [[[1]], [[2]]],
    );
    const error = await rejection(driver.batch([write(insert, [3]), write(insert, [1]), write(insert, [4])]));
    assert.equal(error["sqlState"], "23505");
    assert.deepEqual((await driver.run(read("SELECT id FROM batched ORDER BY id"))).rows, [[1], [2]]);
  });

  it("leaves nothing half-written when a value cannot be sent", async () => {
    for (const bad of [new Date(NaN), "nul \0 byte", "\ud800"]) {
      const error = await rejection(driver.batch([write("SELECT 1"), write("SELECT $1::text, $2::text", ["fine", bad])]));
      assert.equal(error["code"], "E2102");
      assert.equal(error["parameter"], 2);
    }
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => driver.run(read("SELECT $1::int", [at]))));
    assert.deepEqual(
      answers.flatMap((answer) => answer.rows.flat()),
      Array.from({ length: 100 }, (_, at) => at),
    );
  });
});

describe("a transaction", () => {
  it("sends BEGIN with the first statement, and nothing at all when nothing was run", async () => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    assert.equal(reserved.inTransaction, true);
    await reserved.run(write("COMMIT"));
    assert.equal(reserved.inTransaction, false);
    await reserved.run(write("BEGIN ISOLATION LEVEL SERIALIZABLE"));
    const answer = await reserved.run(read("SELECT current_setting('transaction_isolation')"));
    assert.deepEqual(answer.rows, [["serializable"]]);
    const rest = await reserved.batch([write("UPDATE things SET name = 'x' WHERE id = 1"), write("COMMIT")]);
    assert.equal(rest[0]!.count, 1);
    assert.equal(reserved.inTransaction, false);
    reserved.release();
  });

  it("says that COMMIT kept nothing when a statement had failed", async () => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    await rejection(reserved.run(read("SELECT 1/0")));
    const error = await rejection(reserved.run(write("COMMIT")));
    assert.equal(error["code"], "E1401");
    assert.equal(reserved.inTransaction, false);
    reserved.release();
  });

  it("is rolled back by the end of its connection when it is released in the middle", async () => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    await reserved.run(write("DELETE FROM things WHERE id = 2"));
    reserved.release();
    assert.deepEqual((await driver.run(read("SELECT count(*)::int FROM things WHERE id = 2"))).rows, [[1]]);
    assert.equal((await rejection(reserved.run(read("SELECT 1"))))["code"], "E1401");
  });

  it("leaves no setting of the session behind for the next borrower", async () => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("SET statement_timeout = '12345ms'"));
    reserved.release();
    const all = await Promise.all(Array.from({ length: 20 }, () => driver.run(write("SELECT current_setting('statement_timeout')"))));
    assert.deepEqual(new Set(all.map((answer) => answer.rows[0]![0])), new Set(["0"]));
  });
});

describe("a stream", () => {
  it("gives all rows in batches, and other statements may run between them", async () => {
    const reserved = await driver.reserve({ write: false });
    await reserved.run(read("BEGIN"));
    const sizes: number[] = [];
    let next = 1;
    for await (const { rows } of reserved.stream(read("SELECT id FROM things ORDER BY id"), 300)) {
      sizes.push(rows.length);
      for (const [id] of rows) assert.equal(id, next++);
      assert.deepEqual((await reserved.run(read("SELECT $1::int", [7]))).rows, [[7]]);
    }
    assert.deepEqual(sizes, [300, 300, 300, 300, 300, 300, 200]);
    await reserved.run(write("COMMIT"));
    reserved.release();
  });

  it("gives its connection back when the loop is left early", async () => {
    for (let round = 0; round < 30; round++) {
      for await (const { rows } of driver.stream(read("SELECT id FROM things"), 10)) {
        assert.equal(rows.length, 10);
        break;
      }
    }
    assert.equal(driver.poolStatus.reserved, 0);
    assert.ok(driver.poolStatus.open <= 10);
  });

  it("keeps what a writing statement has written when the loop is left early", async () => {
    await driver.run(write("CREATE TABLE streamed (id int)"));
    for await (const { rows } of driver.stream(write("INSERT INTO streamed SELECT generate_series(1, 100) RETURNING id"), 10)) {
      assert.equal(rows.length, 10);
      break;
    }
    assert.deepEqual((await driver.run(read("SELECT count(*)::int FROM streamed"))).rows, [[100]]);
    const failing = async (): Promise<void> => {
      for await (const answer of driver.stream(write("INSERT INTO streamed SELECT generate_series(1, 100) RETURNING id"), 10)) {
        assert.equal(answer.count, 10);
        throw new Error("the loop broke");
      }
    };
    await assert.rejects(failing(), /the loop broke/);
    assert.deepEqual((await driver.run(read("SELECT count(*)::int FROM streamed"))).rows, [[200]]);
  });

  it("runs on a lent connection without a transaction too", async () => {
    const reserved = await driver.reserve({ write: false });
    let count = 0;
    for await (const { rows } of reserved.stream(read("SELECT id FROM things"), 700)) count += rows.length;
    assert.deepEqual([count, reserved.inTransaction], [2000, false]);
    reserved.release();
  });

  it("fails as its statement fails, also after some rows", async () => {
    const got: unknown[] = [];
    const reading = (async () => {
      for await (const { rows } of driver.stream(read("SELECT 1000 / (500 - id) FROM things ORDER BY id"), 100)) got.push(...rows);
    })();
    assert.equal((await rejection(reading))["sqlState"], "22012");
    assert.equal(got.length, 400);
  });
});

describe("stopping", () => {
  it("stops a statement by its time limit, on the server too, and uses the connection again", async () => {
    const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
    const pid = (await one.run(read("SELECT pg_backend_pid()"))).rows[0]![0];
    const started = performance.now();
    const error = await rejection(one.run(read("SELECT pg_sleep(30)", [], { timeoutMs: 50 })));
    assert.equal(error["code"], "E2203");
    assert.ok(performance.now() - started < 15_000);
    assert.deepEqual((await one.run(read("SELECT pg_backend_pid()"))).rows, [[pid]]);
    await one.close();
  });

  it("stops one that waits for a connection, and the place in line is free for the next", async () => {
    const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
    const held = await one.reserve({ write: true });
    const controller = new AbortController();
    const waiting = one.run(read("SELECT 1", [], { signal: controller.signal }));
    const behind = one.run(read("SELECT 2"));
    controller.abort();
    const error = await rejection(waiting);
    assert.deepEqual([error["code"], error["mayHaveRun"]], ["E2203", false]);
    held.release();
    assert.deepEqual((await behind).rows, [[2]]);
    await one.close();
  });

  it("does not touch the reads that stand behind an aborted one", async () => {
    const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
    await one.run(read("SELECT 1"));
    for (let round = 0; round < 50; round++) {
      const controller = new AbortController();
      const aborted = one.run(read("SELECT count(*)::int FROM things", [], { signal: controller.signal }));
      const others = Array.from({ length: 5 }, (_, at) => one.run(read("SELECT id FROM things WHERE id = $1", [at + 1])));
      setTimeout(() => controller.abort(), round % 3);
      const settled = await Promise.allSettled([aborted]);
      if (settled[0].status === "fulfilled") assert.deepEqual(settled[0].value.rows, [[2000]]);
      for (const [at, other] of others.entries()) assert.deepEqual((await other).rows, [[at + 1]]);
    }
    await one.close();
  });

  it("names the holders when nobody gives a connection back in time", async () => {
    const two = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 2, acquireTimeoutMs: 60 } });
    const first = await two.reserve({ write: true });
    const second = await two.reserve({ write: true });
    await first.run(write("BEGIN"));
    await first.run(write("UPDATE things SET name = $1 WHERE id = 5", ["hidden value"]));
    const error = await rejection(two.run(read("SELECT 1")));
    assert.equal(error["code"], "E2007");
    assert.match(error.message, /in a transaction, last statement: UPDATE things/);
    assert.match(error.message, /reserved, no transaction/);
    assert.doesNotMatch(error.message, /hidden/);
    await first.run(write("ROLLBACK"));
    first.release();
    second.release();
    await two.close();
  });
});

describe("closing", () => {
  it("lets what runs finish, refuses what comes after, and may be called twice", async () => {
    const one = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
    await one.run(read("SELECT 1"));
    const running = one.run(write("SELECT pg_sleep(0.1), 5"));
    const closing = one.close();
    assert.equal(one.close(), closing);
    assert.equal((await rejection(one.run(read("SELECT 1"))))["code"], "E2002");
    assert.equal((await running).rows[0]![1], 5);
    await closing;
  });

  it("settles before anything was opened, and while connecting", async () => {
    await openPostgres({ url: server.socketUrl() }).close();
    const one = openPostgres({ url: server.socketUrl() });
    const running = rejection(one.run(read("SELECT 1")));
    await one.close();
    assert.equal((await running)["code"], "E2002");
  });
});
