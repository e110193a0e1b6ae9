/** Bugs that other drivers had with values at their edges, and with what stands between statements; `README.md` here has the list. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { scratchPassword, scratchUser, startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { numbers } from "../suites/transaction-suite.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl() });
});
after(async () => {
  await driver.close();
  await server.stop();
});

/** What a text gives the first time (its columns unknown, so read as text), and from then on (in the fastest format): the same. */
const values = async (text: string, parameters: Parameters<typeof read>[1] = [], from: PostgresDriver = driver): Promise<unknown[]> => {
  const first = (await from.run(read(text, parameters))).rows;
  for (let again = 0; again < 2; again++) assert.deepEqual((await from.run(read(text, parameters))).rows, first, text);
  return [...first[0]!];
};

describe("values at their edges", () => {
  it("51: int8 is never rounded: a bigint, or a number that is exact, or an error", async () => {
    const edges = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
    const texts = edges.map((edge) => `'${edge}'::int8`);
    for (let run = 0; run < 3; run++) {
      const { rows } = await driver.run(read(`SELECT ${texts.join()}, ARRAY[${texts.join()}]`, [], { bigints: true }));
      assert.deepEqual(rows, [[...edges, edges]]);
    }
    for (const edge of edges) {
      assert.deepEqual(await values("SELECT $1::int8::text", [edge]), [String(edge)]);
      const isSafe = edge === 2n ** 53n - 1n;
      for (const text of [`SELECT '${edge}'::int8`, `SELECT ARRAY['${edge}'::int8]`]) {
        if (isSafe) assert.deepEqual((await values(text)).flat(), [Number(edge)]);
        else for (let run = 0; run < 2; run++) await assert.rejects(driver.run(read(text)), { code: "E2103" });
      }
    }
    assert.deepEqual(await values("SELECT count(*) FROM generate_series(1, 3)"), [3]);
  });

  it("52: numeric keeps NaN, the infinities and every digit, in arrays too", async () => {
    const digits = `${"9".repeat(131_072)}.${"1".repeat(16_383)}`;
    const texts = ["NaN", "Infinity", "-Infinity", "0", "-0.00", "1e-16383", "0.1", digits];
    const printed = (await driver.run(read(`SELECT ${texts.map((text) => `'${text}'::numeric::text`).join()}`))).rows[0]!;
    assert.deepEqual(await values(`SELECT ${texts.map((text) => `'${text}'::numeric`).join()}`), [...printed]);
    assert.deepEqual(await values(`SELECT ARRAY[${texts.map((text) => `'${text}'::numeric`).join()}]`), [[...printed]]);
    for (const text of texts) assert.deepEqual(await values("SELECT ($1::numeric)::text", [text]), [printed[texts.indexOf(text)]]);
  });

  it("53: dates and times without end, before Christ, past the year 9999 and at 24:00 are what the server says", async () => {
    const cases = [
      ["'infinity'::timestamp", "'-infinity'::timestamp", "'infinity'::date", "'-infinity'::date"],
      ["'0044-03-15 BC'::date", "'4713-01-01 BC'::date", "'5874897-12-31'::date", "'294276-12-31 23:59:59.999999'::timestamp"],
      ["'24:00'::time", "'24:00+05:30'::timetz", "'23:59:60'::time", "'2016-12-31 23:59:60'::timestamp"],
      ["'0044-03-15 12:00 BC'::timestamp", "'10000-01-01'::date", "'4713-01-01 00:00 BC'::timestamp"],
    ];
    for (const texts of cases) {
      const printed = (await driver.run(read(`SELECT ${texts.map((text) => `${text}::text`).join()}`))).rows[0]!;
      const got = await values(`SELECT ${texts.join()}`);
      // Times may leave out what ISO 8601 spells with a T or a sign; the server reads both as the same value.
      for (const [at, text] of texts.entries()) {
        const type = text.slice(text.lastIndexOf("::") + 2);
        const [same] = await values(`SELECT $1::${type} = ${text}, $1::text`, [got[at] as string]);
        assert.equal(same, true, `${text}: ${String(got[at])} is not ${String(printed[at])}`);
      }
    }
    const [forever, never] = await values("SELECT 'infinity'::timestamptz, '-infinity'::timestamptz");
    assert.deepEqual([typeof forever, typeof never, forever === never], ["number", "number", false]);
    assert.deepEqual([forever, never], [Infinity, -Infinity]);
  });

  it('55: arrays keep quotes, backslashes, NULL beside "NULL", boxes with their semicolons, and lower bounds', async () => {
    const texts = ["a,b", '"', "\\", "", "NULL", "null", "{}", " x ", "{a}", "\n", "é😀", '\\"'];
    assert.deepEqual(await values("SELECT $1::text[], array_length($1::text[], 1)", [texts]), [texts, texts.length]);
    assert.deepEqual(await values("SELECT ARRAY['NULL', NULL, 'null']"), [["NULL", null, "null"]]);
    assert.deepEqual(await values("SELECT '[0:1][5:6]={{1,2},{3,NULL}}'::int[]"), [
      [
        [1, 2],
        [3, null],
      ],
    ]);
    assert.deepEqual(await values("SELECT '{}'::int[], '{{a},{b}}'::text[]"), [[], [["a"], ["b"]]]);
    const [boxes] = await values("SELECT ARRAY['(3,4),(1,2)'::box, '(7,8),(5,6)']");
    assert.deepEqual(boxes, ["(3,4),(1,2)", "(7,8),(5,6)"]);
  });

  it("58: a Date that is none is refused, and the next statement is whole", async () => {
    for (const type of ["timestamptz", "timestamp", "date", "text"])
      await assert.rejects(driver.run(read(`SELECT $1::${type}`, [new Date(NaN)])), { code: "E2102" });
    assert.deepEqual(await values("SELECT $1::int", [1]), [1]);
  });
});

describe("transactions", () => {
  it("30: what the driver begins for itself never ends the transaction of its caller", async () => {
    await driver.run(write("CREATE TABLE thirty (id int)"));
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    await reserved.run(write("INSERT INTO thirty VALUES (1)"));
    const id = async (): Promise<unknown> => (await reserved.run(read("SELECT pg_current_xact_id()::text"))).rows[0]![0];
    const mine = await id();
    const uses: (() => Promise<unknown>)[] = [
      async () => {
        for await (const _ of reserved.stream(read("SELECT generate_series(1, 100)"), 10)) break;
      },
      async () => {
        for await (const { count } of reserved.stream(read("SELECT generate_series(1, 100)"), 30)) assert.ok(count > 0);
      },
      () => reserved.batch([write("INSERT INTO thirty VALUES (2)"), read("SELECT 1")]),
      () => reserved.copyFrom("COPY thirty FROM STDIN", [Buffer.from("3\n")]),
      async () => {
        for await (const _ of reserved.copyTo("COPY thirty TO STDOUT")) assert.ok(_.length > 0);
      },
    ];
    for (const use of uses) {
      await use();
      assert.equal(await id(), mine);
    }
    await reserved.run(write("ROLLBACK"));
    reserved.release();
    assert.deepEqual((await driver.run(read("SELECT count(*)::int FROM thirty"))).rows, [[0]]);
  });

  it("33: savepoints in savepoints, some of which fail, keep just what a model of them keeps", async () => {
    await driver.run(write("CREATE TABLE nested (id int PRIMARY KEY)"));
    const random = numbers(33);
    const reserved = await driver.reserve({ write: true });
    const expected: number[] = [];
    let next = 1;
    /** What is kept of a part at this depth, if it is kept. */
    const part = async (depth: number): Promise<number[]> => {
      const kept: number[] = [];
      for (let step = random(4); step >= 0; step--) {
        await reserved.run(write("INSERT INTO nested VALUES ($1)", [next]));
        kept.push(next++);
        if (depth === 4 || random(2) === 0) continue;
        const name = `s${depth}`;
        await reserved.run(write(`SAVEPOINT ${name}`));
        const inner = await part(depth + 1);
        const end = random(3);
        if (end === 0) {
          await assert.rejects(reserved.run(write("SELECT 1/0")), { sqlState: "22012" });
          await assert.rejects(reserved.run(write("SELECT 1")), { sqlState: "25P02" });
        }
        if (end < 2) await reserved.run(write(`ROLLBACK TO SAVEPOINT ${name}`));
        else kept.push(...inner);
        await reserved.run(write(`RELEASE SAVEPOINT ${name}`));
        assert.equal(reserved.inTransaction, true);
      }
      return kept;
    };
    for (let round = 0; round < 30; round++) {
      await reserved.run(write("BEGIN"));
      const kept = await part(0);
      const isKept = random(4) > 0;
      await reserved.run(write(isKept ? "COMMIT" : "ROLLBACK"));
      if (isKept) expected.push(...kept);
      assert.equal(reserved.inTransaction, false);
    }
    reserved.release();
    const rows = (await driver.run(read("SELECT id FROM nested ORDER BY id"))).rows.map(([id]) => id);
    assert.deepEqual(rows, expected);
    assert.ok(expected.length > 100, String(expected.length));
  });
});

describe("the pool", () => {
  it("28: what is refused before it is sent gives its connection back", async () => {
    const own = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1, acquireTimeoutMs: 5000 } });
    const bad = { values: "of no kind" } as unknown as number;
    const refusals: (() => Promise<unknown>)[] = [
      () => own.run(write("SELECT $1::int", [bad])),
      () => own.run(read("SELECT $1::int", [bad])),
      () => own.run(write("SELECT 1", [], { signal: AbortSignal.abort() })),
      () => own.run(read("SELECT 1", [], { signal: AbortSignal.abort() })),
      () =>
        own.run(
          write(
            "SELECT $1::int + $2::int",
            Array.from({ length: 65_536 }, () => 1),
          ),
        ),
      () => own.batch([write("SELECT 1"), write("SELECT $1::int", [bad])]),
    ];
    for (const waits of [false, true]) {
      for (const refuse of refusals) {
        const holder = waits ? await own.reserve({ write: true }) : null;
        const refused = assert.rejects(refuse());
        holder?.release();
        await refused;
        assert.deepEqual([own.poolStatus.busy, own.poolStatus.waiting], [0, 0]);
      }
    }
    assert.deepEqual(await own.batch([]), []);
    assert.deepEqual((await own.run(write("SELECT 1"))).rows, [[1]]);
    assert.deepEqual([own.poolStatus.open, own.poolStatus.busy, own.poolStatus.lost], [1, 0, 0]);
    await own.close();
  });
});

describe("many rows, and many hosts", () => {
  it("41: a stream that is read slowly holds one batch, however much the server has (invariant I7)", async () => {
    const rows = read("SELECT repeat('x', 10000) FROM generate_series(1, 20000)");
    let seen = 0;
    let most = 0;
    const start = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    for await (const { count } of driver.stream(rows, 100)) {
      assert.equal(count, 100);
      seen += count;
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      most = Math.max(most, arrayBuffers + heapUsed - start);
      if (seen === 5000) break;
    }
    assert.equal(seen, 5000);
    // 200 MB are there to be read, and 50 MB are.
    assert.ok(most < 40_000_000, `${most} bytes were held`);
  });

  it("61: a standby is never taken for the primary, and after a failover the new primary is found", async () => {
    const primary = await startScratchPostgres();
    const standby = await startScratchPostgres({ isStandby: true });
    const onStandby = openPostgres({ url: standby.socketUrl() });
    // Until it is consistent it lets nobody in, and this waits.
    assert.deepEqual((await onStandby.run(read("SELECT pg_is_in_recovery()"))).rows, [[true]]);
    const open = (wanted: string, ports: readonly number[]): PostgresDriver =>
      openPostgres({
        settings: {
          host: ports.map(() => "127.0.0.1").join(),
          port: ports.join(),
          user: scratchUser,
          dbname: "postgres",
          target_session_attrs: wanted,
        },
        password: scratchPassword,
        environment: {},
      });
    const portOf = async (from: PostgresDriver): Promise<unknown> => (await from.run(read("SELECT inet_server_port()"))).rows[0]![0];
    const askedOnce = async (wanted: string, ports: readonly number[]): Promise<unknown> => {
      const own = open(wanted, ports);
      try {
        return await portOf(own);
      } catch (error) {
        return (error as { code: string }).code;
      } finally {
        await own.close();
      }
    };
    const both = [standby.port, primary.port];
    assert.deepEqual(
      await Promise.all(
        ["primary", "read-write", "standby", "read-only", "prefer-standby", "any"].map((wanted) => askedOnce(wanted, both)),
      ),
      [primary.port, primary.port, standby.port, standby.port, standby.port, standby.port],
    );
    assert.equal(await askedOnce("read-write", [standby.port]), "E2001");
    assert.equal(await askedOnce("standby", [primary.port]), "E2001");
    const writer = open("read-write", both);
    assert.equal(await portOf(writer), primary.port);
    await primary.stop();
    assert.deepEqual((await onStandby.run(write("SELECT pg_promote()"))).rows, [[true]]);
    await onStandby.close();
    await writer.run(write("SELECT 1")).catch((error: { code: string }) => assert.match(error.code, /^E200[126]$/));
    assert.equal(await portOf(writer), standby.port);
    await writer.run(write("CREATE TABLE after_failover (id int)"));
    await writer.close();
    await standby.stop();
  });
});
