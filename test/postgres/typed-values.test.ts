// Values that only their parameter's own type has a form for: the driver learns the type from the server before it writes them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createEngine, sql } from "../../src/entry/index.ts";
import type { Engine } from "../../src/entry/index.ts";
import { TypedValue } from "../../src/base/bound-value.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { startScratchPgbouncer, withoutPgbouncer } from "../support/scratch-pgbouncer.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

const one = { maxConnections: 1 };
const coordinates = {
  decode: (text: string): unknown => {
    const [x, y] = text.slice(1, -1).split(",").map(Number);
    return { x, y };
  },
  encode: (value: unknown): string => {
    const { x, y } = value as { readonly x: number; readonly y: number };
    return `(${x},${y})`;
  },
};

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl(), pool: one, codecs: { custom: { point: coordinates } } });
  await driver.run(write("CREATE TYPE mood AS ENUM ('sad', 'glad')"));
  await driver.run(write("CREATE DOMAIN age AS int CHECK (VALUE >= 0)"));
  await driver.run(write("CREATE TYPE face AS (mood mood, ages age[], note text)"));
  await driver.run(write("CREATE TYPE ages AS RANGE (subtype = int4)"));
  await driver.run(
    write(`CREATE TABLE things (id int, face face, faces face[], span int4range, spans int4range[], many int4multirange, own ages,
      born tstzrange, place point, places point[], document jsonb, uuids uuid[], old age)`),
  );
});

after(async () => {
  await driver.close();
  await server.stop();
});

const typed = (value: unknown): TypedValue => new TypedValue(value);
const range = (lower: unknown, upper: unknown) => ({ isEmpty: false, lower, upper, includesLower: true, includesUpper: false });
const face = { mood: "glad", ages: [1, null], note: 'a, "b" (c)' };
const uuids = ["8a7f0c7e-1f0a-4b7e-9d0b-1f2e3d4c5b6a", "00000000-0000-0000-0000-000000000000"];

const cases: readonly (readonly [column: string, value: unknown])[] = [
  ["face", face],
  ["face", { mood: null, ages: null, note: null }],
  ["faces", [face, null]],
  ["span", range(1, 5)],
  ["span", { isEmpty: false, lower: null, upper: 5, includesLower: false, includesUpper: false }],
  ["spans", [range(1, 5), null]],
  ["many", [range(1, 5), range(7, 9)]],
  ["own", range(2, 3)],
  ["born", range(new Date("2024-02-29T12:00Z"), new Date("2025-01-01T00:00Z"))],
  ["place", { x: 1.5, y: -2 }],
  ["places", [{ x: 1, y: 2 }, null, { x: 3, y: 4 }]],
  ["document", { a: [1, { b: null }], "c'": "d" }],
  ["uuids", uuids],
  ["old", 7],
];

describe("a typed value", () => {
  it("comes back as it was given, whatever its type is made of, on the first run and on later ones", async () => {
    for (const [column, value] of cases) {
      // The text is used with a plain parameter beside it, which stays plain.
      const store = write(`INSERT INTO things (id, ${column}) VALUES ($1, $2) RETURNING id, ${column}`, [5, typed(value)]);
      for (const run of [1, 2, 3]) assert.deepEqual((await driver.run(store)).rows, [[5, value]], `${column}, run ${run}`);
    }
  });

  it("is learned once on a connection: later runs ask the server nothing more", async () => {
    const own = openPostgres({ url: server.socketUrl(), pool: one });
    try {
      const ask = (lower: number) => own.run(read("SELECT upper($1::int4range) AS learned", [typed({ lower, upper: 9 })]));
      const prepared = async (): Promise<unknown> =>
        (await own.run(read("SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE '%AS learned'"))).rows[0]![0];
      await ask(1);
      assert.equal(await prepared(), 2);
      for (const lower of [2, 3, 4]) assert.deepEqual((await ask(lower)).rows, [[9]]);
      assert.equal(await prepared(), 2);
    } finally {
      await own.close();
    }
  });

  it("that the type has no form for is refused, without showing it, and the connection goes on", async () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ["$1::face", { mod: "secret" }],
      ["$1::int4range", "secret"],
      ["$1::int4", { a: "secret" }],
      ["$1::text", { a: "secret" }],
      ["$1::uuid[]", ["secret"]],
    ];
    for (const [text, value] of wrong) {
      for (const _ of [1, 2]) {
        await assert.rejects(driver.run(read(`SELECT ${text}`, [typed(value)])), (error: Error) => {
          assert.equal(error.name, "ParameterError");
          assert.doesNotMatch(error.message, /secret/);
          return true;
        });
      }
    }
    assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
  });

  it("in a statement that the server refuses fails with the server's words, once for each run", async () => {
    for (const _ of [1, 2])
      await assert.rejects(driver.run(read("SELECT nothing($1::int4range)", [typed(range(1, 2))])), { sqlState: "42883" });
    assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
  });

  it("keeps its place among the statements of its connection, alone, in batches and in transactions", async () => {
    const own = openPostgres({ url: server.socketUrl(), pool: one });
    const reserved = await own.reserve({ write: true });
    try {
      void reserved.run(write("BEGIN"));
      const insert = reserved.run(write("INSERT INTO things (id, span) VALUES ($1, $2)", [100, typed(range(1, 5))]));
      const seen = reserved.run(read("SELECT span FROM things WHERE id = 100"));
      const ended = reserved.run(write("ROLLBACK"));
      assert.equal((await insert).count, 1);
      assert.deepEqual((await seen).rows, [[range(1, 5)]]);
      await ended;
      assert.deepEqual((await reserved.run(read("SELECT id FROM things WHERE id = 100"))).rows, []);
      const answers = await reserved.batch([
        write("BEGIN"),
        write("INSERT INTO things (id, faces) VALUES ($1, $2)", [101, typed([face])]),
        read("SELECT faces FROM things WHERE id = 101 AND span IS NOT DISTINCT FROM $1", [null]),
        write("ROLLBACK"),
      ]);
      assert.deepEqual(answers[2]!.rows, [[[face]]]);
    } finally {
      reserved.release();
      await own.close();
    }
  });

  it("goes into streams", async () => {
    const found: unknown[] = [];
    const numbers = read("SELECT n FROM generate_series(1, 9) AS n WHERE n <@ $1::int4range ORDER BY n", [typed(range(3, 6))]);
    for await (const { rows } of driver.stream(numbers, 2)) found.push(...rows.flat());
    assert.deepEqual(found, [3, 4, 5]);
  });

  it("may be given up while its type is learned, and so may those behind it; the others go on", async () => {
    const own = openPostgres({ url: server.socketUrl(), pool: one });
    const other = await driver.reserve({ write: true });
    const held = await own.reserve({ write: true });
    try {
      await other.run(write("BEGIN"));
      await other.run(write("LOCK TABLE things"));
      // Parsing waits for the lock.
      const slow = held.run(write("UPDATE things SET span = $1", [typed(range(1, 2))], { timeoutMs: 200 }));
      const hasty = held.run(read("SELECT 'hasty'", [], { timeoutMs: 20 }));
      const behind = held.run(read("SELECT 'behind'"));
      const refusals: string[] = [];
      const refused = (name: string) => () => refusals.push(name);
      await Promise.all([slow.catch(refused("slow")), hasty.catch(refused("hasty")), behind]);
      assert.deepEqual(refusals, ["hasty", "slow"]);
      await assert.rejects(hasty, { name: "QueryCanceled" });
      await assert.rejects(slow, { name: "QueryCanceled" });
      assert.deepEqual((await behind).rows, [["behind"]]);
    } finally {
      await other.run(write("ROLLBACK"));
      other.release();
      held.release();
      await own.close();
    }
  });

  it("ends with its connection, and so do those behind it", async () => {
    const own = openPostgres({ url: server.socketUrl(), pool: one });
    const other = await driver.reserve({ write: true });
    try {
      const { rows } = await own.run(read("SELECT pg_backend_pid()"));
      await other.run(write("BEGIN"));
      await other.run(write("LOCK TABLE things"));
      const held = await own.reserve({ write: true });
      const both = Promise.allSettled([held.run(write("UPDATE things SET own = $1", [typed(range(1, 2))])), held.run(read("SELECT 1"))]);
      await other.run(read("SELECT pg_terminate_backend($1)", [rows[0]![0] as number]));
      assert.deepEqual(
        (await both).map(({ status }) => status),
        ["rejected", "rejected"],
      );
      held.release();
    } finally {
      await other.run(write("ROLLBACK"));
      other.release();
      await own.close();
    }
  });

  it("is written as its type is now, when that was altered here", async () => {
    await driver.run(write("CREATE TYPE pair AS (a int)"));
    const ask = (value: unknown) => driver.run(read("SELECT $1::pair", [typed(value)]));
    assert.deepEqual((await ask({ a: 1 })).rows, [[{ a: 1 }]]);
    await driver.run(write("ALTER TYPE pair ADD ATTRIBUTE b text"));
    assert.deepEqual((await ask({ a: 1, b: "c" })).rows, [[{ a: 1, b: "c" }]]);
    await driver.run(write("DROP TYPE pair"));
    await driver.run(write("CREATE TYPE pair AS (z text)"));
    assert.deepEqual((await ask({ z: "y" })).rows, [[{ z: "y" }]]);
  });

  const askAll = async (url: string): Promise<void> => {
    const own = openPostgres({ url, pooler: "transaction", pool: { maxConnections: 4 } });
    const ask = (at: number) => own.run(read("SELECT $1::int4range, $2::int", [typed(range(at, at + 2)), at]));
    try {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, at) => ask(at)));
      for (const [at, { rows }] of answers.entries()) assert.deepEqual(rows, [[range(at, at + 2), at]]);
    } finally {
      await own.close();
    }
  };

  it("is learned where statements have no names", () => askAll(server.socketUrl()));

  it("is learned on one connection of a pooler's server and run on another", { skip: withoutPgbouncer }, async () => {
    const bouncer = await startScratchPgbouncer(server, {});
    try {
      await askAll(bouncer.url());
    } finally {
      await bouncer.stop();
    }
  });
});

it("lists of uuids travel as they do in text, whatever their spelling", async () => {
  const [plain] = uuids;
  const ask = (given: readonly (string | null)[]) => driver.run(read("SELECT $1::uuid[]", [given]));
  for (const _ of [1, 2, 3]) {
    assert.deepEqual((await ask(uuids)).rows, [[uuids]]);
    assert.deepEqual((await ask([plain!.toUpperCase(), null])).rows, [[[plain, null]]]);
    assert.deepEqual((await ask([`{${plain!}}`, plain!.replaceAll("-", "")])).rows, [[[plain, plain]]]);
    await assert.rejects(ask(["none"]), { sqlState: "22P02" });
  }
});

describe("sql.typed()", () => {
  let engine: Engine;
  before(async () => (engine = await createEngine(server.socketUrl())));
  after(() => engine.close());

  it("binds one in statements of one's own, and NULL for null", async () => {
    for (const _ of [1, 2]) {
      const holds = await engine.execute(sql<{ holds: boolean }>`SELECT ${3}::int <@ ${sql.typed(range(1, 5))}::int4range AS holds`);
      assert.equal(holds.one().holds, true);
      const row = (await engine.execute(sql<{ face: unknown }>`SELECT ${sql.typed(face)}::face AS face`)).one();
      assert.deepEqual(row.face, face);
    }
    const none = (await engine.execute(sql<{ face: unknown }>`SELECT ${sql.typed(null)}::face AS face`)).one();
    assert.equal(none.face, null);
  });
});
