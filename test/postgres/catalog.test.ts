// Types of one's own: enums, domains, composites, ranges, arrays of them, extensions' types. The driver asks the server's catalog what they are made of.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { array, createEngine, hasMany, int, Model, oneOf, text } from "../../src/entry/index.ts";
import type { Answer } from "../../src/driver/driver.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

const types = [
  "CREATE TYPE mood AS ENUM ('sad', 'so, so', 'glad \"very\"', 'NULL', '')",
  "CREATE DOMAIN age AS int CHECK (VALUE >= 0)",
  "CREATE DOMAIN ages AS age[]",
  "CREATE DOMAIN old_ages AS ages CHECK (array_length(VALUE, 1) > 0)",
  "CREATE TYPE span AS RANGE (subtype = age)",
  "CREATE TYPE texts AS RANGE (subtype = text)",
  "CREATE TYPE face AS (mood mood, moods mood[], age age, note text)",
  'CREATE TYPE "Odd ""Name" AS ("first field" int8, faces face[], born timestamptz, points point[])',
  "CREATE SCHEMA elsewhere",
  "CREATE TYPE elsewhere.mood AS ENUM ('blue')",
  "CREATE EXTENSION citext",
  "CREATE TABLE pairs (id int PRIMARY KEY, label text)",
];

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl() });
  for (const type of types) await driver.run(write(type));
});

after(async () => {
  await driver.close();
  await server.stop();
});

const withDriver = async (options: PostgresOptions, use: (own: PostgresDriver) => Promise<void>): Promise<void> => {
  const own = openPostgres({ url: server.socketUrl(), ...options });
  try {
    await use(own);
  } finally {
    await own.close();
  }
};

const range = (lower: unknown, upper: unknown) => ({ isEmpty: false, lower, upper, includesLower: true, includesUpper: false });
const face = { mood: "so, so", moods: ['glad "very"', null, "NULL", ""], age: 5, note: null };

/** What SQL makes, and what it is read as. */
const values: readonly (readonly [string, unknown])[] = [
  ["'sad'::mood", "sad"],
  ["NULL::mood", null],
  [`ARRAY['sad', NULL, 'so, so', 'glad "very"', 'NULL', '']::mood[]`, ["sad", null, "so, so", 'glad "very"', "NULL", ""]],
  ["'{}'::mood[]", []],
  ["ARRAY[['sad'], ['NULL']]::mood[]", [["sad"], ["NULL"]]],
  ["'blue'::elsewhere.mood", "blue"],
  ["ARRAY['blue']::elsewhere.mood[]", ["blue"]],
  ["7::age", 7],
  ["ARRAY[1, NULL]::age[]", [1, null]],
  ["'{1,2}'::ages", [1, 2]],
  ["'{1,2}'::old_ages", [1, 2]],
  [`ARRAY['{1,2}', '{3}']::ages[]`, [[1, 2], [3]]],
  ["'[1,5)'::span", range(1, 5)],
  [
    "ARRAY['[1,5)', NULL, 'empty']::span[]",
    [range(1, 5), null, { isEmpty: true, lower: null, upper: null, includesLower: false, includesUpper: false }],
  ],
  [`'["a,b","c""d")'::texts`, range("a,b", 'c"d')],
  [`ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face`, face],
  ["NULL::face", null],
  [`ARRAY[ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face, NULL]`, [face, null]],
  [
    `ROW(9007199254740991, ARRAY[ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face], '2024-02-29 12:00Z', '{"(1,2)"}')::"Odd ""Name"`,
    { "first field": 9_007_199_254_740_991, faces: [face], born: new Date("2024-02-29T12:00Z"), points: ["(1,2)"] },
  ],
  ["'Straße'::citext", "Straße"],
  ["ARRAY['a,b', NULL, 'NULL']::citext[]", ["a,b", null, "NULL"]],
  ["ROW(1, 'one')::pairs", { id: 1, label: "one" }],
  ["ROW(1, 'a,b', NULL, 'sad'::mood)", ["1", "a,b", null, "sad"]],
  ["'12'::information_schema.cardinal_number", 12],
  ["ARRAY[12, NULL]::information_schema.cardinal_number[]", [12, null]],
];

const faceText = `ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face`;
const one: PostgresOptions = { pool: { maxConnections: 1 } };

const countLookups = read("SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE $1", ["%RECURSIVE described%"]);

/** How many queries for types the connection has prepared. */
const lookups = async (own: PostgresDriver): Promise<number> => {
  return Number((await own.run(countLookups)).rows[0]![0]);
};

const collect = async (answers: AsyncIterable<Answer>): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const { rows } of answers) for (const row of rows) found.push(row[0]);
  return found;
};

describe("a value of a type of one's own", () => {
  it("is the same on the first run, in text, and on the later ones, in binary where that is read faster", async () => {
    for (const [text, expected] of values) {
      await withDriver({ pool: { maxConnections: 1 } }, async (own) => {
        for (const run of [1, 2, 3]) {
          assert.deepEqual((await own.run(read(`SELECT ${text} AS value`))).rows, [[expected]], `${text}, run ${run}`);
        }
      });
    }
  });

  it("comes in binary from the second run on where all of it has a binary form, and is known on every connection of the pool", async () => {
    await withDriver({ pool: { maxConnections: 2 } }, async (own) => {
      const text = `SELECT ARRAY[${faceText}], '[1,5)'::span, 'x'::citext, 'sad'::mood`;
      const formats = async (): Promise<unknown> =>
        ((await own.run(read(text))) as unknown as { fields: readonly { format: number }[] }).fields.map((field) => field.format);
      assert.deepEqual(await formats(), [0, 0, 0, 0]);
      assert.deepEqual(await formats(), [1, 1, 0, 0]);
      const both = await Promise.all([own.reserve({ write: false }), own.reserve({ write: false })]);
      for (const connection of both) {
        assert.deepEqual((await connection.run(read(text))).rows, [[[face], range(1, 5), "x", "sad"]]);
        connection.release();
      }
      const counts = await Promise.all(
        (await Promise.all([own.reserve({ write: false }), own.reserve({ write: false })])).map(async (connection) => {
          const { rows } = await connection.run(countLookups);
          connection.release();
          return rows[0]![0];
        }),
      );
      assert.deepEqual(counts.toSorted(), [0, 1]);
    });
  });

  it("is asked for once by many statements that meet it together, which answer in any order", async () => {
    await withDriver(one, async (own) => {
      const asked = Array.from({ length: 50 }, (_, at) =>
        own.run(read(`SELECT ${at}, ARRAY['sad']::mood[], '${at}'::age, ARRAY[${at}]::age[]`)),
      );
      assert.deepEqual(
        (await Promise.all(asked)).map(({ rows }) => rows),
        Array.from({ length: 50 }, (_, at) => [[at, ["sad"], at, [at]]]),
      );
      assert.equal(await lookups(own), 1);
    });
  });

  it("is read in a batch, and in rows that come in several packets", async () => {
    await withDriver(one, async (own) => {
      const [moods, number, faces] = await own.batch([
        read("SELECT ARRAY['sad']::mood[]"),
        read("SELECT 1"),
        read(`SELECT ${faceText}, repeat('x', 1000) FROM generate_series(1, 1000)`),
      ]);
      assert.deepEqual(moods!.rows, [[["sad"]]]);
      assert.deepEqual(number!.rows, [[1]]);
      assert.equal(faces!.rows.length, 1000);
      for (const [value] of faces!.rows) assert.deepEqual(value, face);
    });
  });

  it("is read in every batch of a stream, and by statements between them", async () => {
    await withDriver(one, async (own) => {
      const text = "SELECT ARRAY[i, NULL]::age[] FROM generate_series(1, 10) i";
      const expected = Array.from({ length: 10 }, (_, at) => [at + 1, null]);
      for (const _ of [1, 2]) assert.deepEqual(await collect(own.stream(read(text), 3)), expected);
      const reserved = await own.reserve({ write: false });
      await reserved.run(write("BEGIN"));
      for await (const { rows } of reserved.stream(read("SELECT ARRAY['sad']::mood[] FROM generate_series(1, 4)"), 2)) {
        assert.deepEqual(rows, [[["sad"]], [["sad"]]]);
        assert.deepEqual((await reserved.run(read(`SELECT ${faceText}`))).rows, [[face]]);
      }
      await reserved.run(write("COMMIT"));
      reserved.release();
    });
  });

  it("is read when its type was made in the same transaction", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      await reserved.run(write("BEGIN"));
      await reserved.run(write("CREATE TYPE passing AS (a age[], b text)"));
      assert.deepEqual((await reserved.run(read("SELECT ROW('{1}', 'x')::passing"))).rows, [[{ a: [1], b: "x" }]]);
      await reserved.run(write("ROLLBACK"));
      reserved.release();
    });
  });

  it("stays text when the transaction fails before its type can be looked up, and is read as what it is the next time", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      await reserved.run(write("BEGIN"));
      // What stands behind a BEGIN that is owed waits for it: these two are to leave together.
      await reserved.run(read("SELECT 1"));
      const text = "SELECT ARRAY['sad', NULL]::mood[]";
      const [moods, failure] = await Promise.allSettled([reserved.run(read(text)), reserved.run(read("SELECT 1 / 0"))]);
      assert.equal(failure.status, "rejected");
      assert.deepEqual(moods.status === "fulfilled" && moods.value.rows, [["{sad,NULL}"]]);
      await reserved.run(write("ROLLBACK"));
      for (const _ of [1, 2]) assert.deepEqual((await reserved.run(read(text))).rows, [[["sad", null]]]);
      reserved.release();
    });
  });

  it("may be given up while its type is looked up; the connection goes on", async () => {
    await withDriver(one, async (own) => {
      const reserved = await own.reserve({ write: true });
      const waiting = reserved.run(read(`SELECT ${faceText}`, [], { timeoutMs: 150 }));
      // The look-up stands behind this one.
      const slow = reserved.run(read("SELECT pg_sleep(0.5)"));
      await assert.rejects(waiting, { name: "QueryCanceled" });
      await slow;
      assert.deepEqual((await reserved.run(read(`SELECT ${faceText}`))).rows, [[face]]);
      reserved.release();
    });
  });

  it("is read as its type is now, when that was dropped and made again or altered here", async () => {
    await withDriver({ pool: { maxConnections: 2 } }, async (own) => {
      await own.run(write("CREATE TYPE changing AS (a int)"));
      const text = "SELECT ROW(NULL, NULL)::changing";
      for (const _ of [1, 2]) assert.deepEqual((await own.run(read("SELECT ROW(1)::changing"))).rows, [[{ a: 1 }]]);
      await own.run(write("ALTER TYPE changing ADD ATTRIBUTE b age[]"));
      for (const _ of [1, 2]) assert.deepEqual((await own.run(read(text))).rows, [[{ a: null, b: null }]]);
      await own.run(write("DROP TYPE changing"));
      await own.run(write("CREATE TYPE changing AS (x text, y mood[])"));
      for (const _ of [1, 2]) assert.deepEqual((await own.run(read(text))).rows, [[{ x: null, y: null }]]);
      await own.run(write("DROP TYPE changing"));
    });
  });

  it("that was altered elsewhere is an error once, and read rightly from then on", async () => {
    await withDriver(one, async (own) => {
      await own.run(write("CREATE TABLE things (v int)"));
      await own.run(write("INSERT INTO things VALUES (1)"));
      const ask = read("SELECT things FROM things");
      for (const _ of [1, 2]) assert.deepEqual((await own.run(ask)).rows, [[{ v: 1 }]]);
      await driver.run(write("ALTER TABLE things ADD w text DEFAULT 'x'"));
      await assert.rejects(own.run(ask), { name: "UnreadableValue" });
      for (const _ of [1, 2]) assert.deepEqual((await own.run(ask)).rows, [[{ v: 1, w: "x" }]]);
      await driver.run(write("DROP TABLE things"));
    });
  });

  it("is read after DISCARD ALL, and behind a pooler that keeps no names", async () => {
    await withDriver({ ...one, pooler: "transaction" }, async (own) => {
      for (const _ of [1, 2]) {
        assert.deepEqual((await own.run(read(`SELECT ${faceText}, '${face.age}'::age, ARRAY['sad']::mood[]`))).rows, [[face, 5, ["sad"]]]);
        await own.run(write("DISCARD ALL"));
      }
    });
  });

  it("is text to a user who may not read the catalog, who is not asked again", async () => {
    await driver.run(write("CREATE ROLE blind LOGIN"));
    await driver.run(write("REVOKE SELECT ON pg_catalog.pg_type FROM PUBLIC"));
    try {
      await withDriver(one, async (own) => {
        const reserved = await own.reserve({ write: true });
        await reserved.run(write("SET ROLE blind"));
        const moods = read("SELECT ARRAY['sad']::mood[]");
        assert.deepEqual((await reserved.run(moods)).rows, [["{sad}"]]);
        // To be refused would end the transaction.
        await reserved.run(write("BEGIN"));
        assert.deepEqual((await reserved.run(moods)).rows, [["{sad}"]]);
        assert.deepEqual((await reserved.run(read("SELECT ARRAY[1]::age[]"))).rows, [["{1}"]]);
        await reserved.run(write("COMMIT"));
        reserved.release();
      });
    } finally {
      await driver.run(write("GRANT SELECT ON pg_catalog.pg_type TO PUBLIC"));
    }
  });
});

describe("codecs of one's own", () => {
  const upper = { decode: (spelled: string): unknown => ({ upper: spelled.toUpperCase() }) };
  const numbers = {
    decode: (spelled: string): unknown => spelled.slice(1, -1).split(",").map(Number),
    encode: (value: unknown): string => `(${(value as number[]).join(",")})`,
  };

  it("read a type by its name wherever it stands, in text and so the same on every run", async () => {
    await withDriver({ ...one, codecs: { custom: { mood: upper, "public.citext": upper, point: numbers } } }, async (own) => {
      const sad = { upper: "SAD" };
      const text = `SELECT 'sad'::mood, ARRAY['sad', NULL]::mood[], ${faceText}, 'blue'::elsewhere.mood, 'a'::citext, '(1,2)'::point, ARRAY['(1,2)'::point]`;
      const moods = {
        mood: { upper: "SO, SO" },
        moods: [{ upper: 'GLAD "VERY"' }, null, { upper: "NULL" }, { upper: "" }],
        age: 5,
        note: null,
      };
      const expected = [sad, [sad, null], moods, { upper: "BLUE" }, { upper: "A" }, [1, 2], [[1, 2]]];
      for (const _ of [1, 2, 3]) assert.deepEqual((await own.run(read(text))).rows, [expected]);
    });
  });

  it("are told apart by the schema, and the longer name wins", async () => {
    const marked = (mark: string) => ({ decode: (spelled: string): unknown => mark + spelled });
    await withDriver({ ...one, codecs: { custom: { "elsewhere.mood": marked("elsewhere "), mood: marked("any ") } } }, async (own) => {
      assert.deepEqual((await own.run(read("SELECT 'sad'::mood, 'blue'::elsewhere.mood"))).rows, [["any sad", "elsewhere blue"]]);
    });
  });

  it("stand for domains only inside of other types: by itself a domain comes as what it is a domain of", async () => {
    await withDriver({ ...one, codecs: { custom: { age: { decode: (spelled: string): unknown => `${spelled} years` } } } }, async (own) => {
      assert.deepEqual((await own.run(read(`SELECT 5::age, ARRAY[5]::age[], ${faceText}`))).rows, [
        [5, ["5 years"], { ...face, age: "5 years" }],
      ]);
    });
  });

  it("write parameters that are declared to be of the type; without encode these are strings", async () => {
    await withDriver({ ...one, codecs: { custom: { point: numbers, box: upper } } }, async (own) => {
      const ask = read("SELECT $1, $2::text", [[1, 2], "(1,1),(0,0)"], { parameterTypes: [600, 603] });
      for (const _ of [1, 2]) assert.deepEqual((await own.run(ask)).rows, [[[1, 2], "(1,1),(0,0)"]]);
      await assert.rejects(own.run({ ...ask, values: [[1, 2], 5] }), { name: "ParameterError" });
    });
  });

  it("that throw fail their own statement, and leave the connection to the others", async () => {
    const picky = {
      decode: (spelled: string): unknown => {
        if (spelled === "sad") throw new Error("no sadness");
        return spelled;
      },
    };
    await withDriver({ ...one, codecs: { custom: { mood: picky } } }, async (own) => {
      for (const _ of [1, 2]) {
        const [sad, glad] = await Promise.allSettled([own.run(read("SELECT 'sad'::mood")), own.run(read("SELECT 'NULL'::mood"))]);
        assert.equal(sad.status === "rejected" && (sad.reason as Error).message, "no sadness");
        assert.deepEqual(glad.status === "fulfilled" && glad.value.rows, [["NULL"]]);
      }
    });
  });

  it("are checked before any connection is opened", () => {
    const refuses = (codecs: unknown, message: RegExp): void => {
      assert.throws(() => openPostgres({ url: server.socketUrl(), codecs: codecs as object }), { code: "E1001", message });
    };
    refuses({ custom: { integer: upper } }, /keeps as 'int4'/);
    refuses({ custom: { mood: { encode: String } } }, /must have the function decode/);
    refuses({ custom: { mood: { decode: String, encode: "x" } } }, /may have encode/);
    refuses({ custom: null }, /is an object/);
    refuses({ costum: {} }, /no option 'costum'.*'custom'/);
    refuses({ timestamptz: "nubmer" }, /must be "date" or "string"/);
    refuses({ int8: "number" }, /pass it \{ bigints: true \}/);
  });
});

describe("a model over columns of types of one's own", () => {
  class Person extends Model("people", {
    id: int().primaryKey(),
    mood: oneOf("sad", "so, so"),
    moods: array(oneOf("sad", "so, so", "NULL")),
    ages: array(int()).nullable(),
  }) {}

  it("writes, finds and reads enums, arrays of enums and domains, from every kind of query", async () => {
    await driver.run(
      write(
        "CREATE TABLE people (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, mood mood NOT NULL, moods mood[] NOT NULL, ages old_ages)",
      ),
    );
    await using engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
    const session = engine.session();
    const person = await session.insert(Person, { mood: "sad", moods: ["so, so", "NULL"], ages: [1, 2] });
    await session.insert(Person, { mood: "so, so", moods: [] });
    await session.update(person, { moods: ["so, so"] });
    const expected = [
      { id: 1, mood: "sad", moods: ["so, so"], ages: [1, 2] },
      { id: 2, mood: "so, so", moods: [], ages: null },
    ];
    for (const _ of [1, 2, 3]) {
      const people = await engine.query(Person).orderBy("id").all();
      assert.deepEqual(
        people.map(({ id, mood, moods, ages }) => ({ id, mood, moods, ages })),
        expected,
      );
      assert.ok(people[0] instanceof Person);
      assert.deepEqual(await engine.query(Person).orderBy("id").values("id", "mood", "moods", "ages"), expected);
      const streamed: unknown[] = [];
      for await (const { id, mood, moods, ages } of engine.query(Person).orderBy("id").stream()) streamed.push({ id, mood, moods, ages });
      assert.deepEqual(streamed, expected);
    }
    assert.equal((await engine.query(Person).filter({ mood: "sad" }).one()).id, 1);
    assert.deepEqual(
      await engine
        .query(Person)
        .filter({ mood__in: ["so, so"] })
        .column("id"),
      [2],
    );
    assert.deepEqual(
      await engine
        .query(Person)
        .filter({ moods__contains: ["so, so"] })
        .column("id"),
      [1],
    );
  });

  it("writes many rows by one statement, whatever the database made of their texts", async () => {
    await using engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
    const session = engine.session();
    const all = () => engine.query(Person).filter({ id__gt: 10 }).orderBy("id").values("id", "mood", "moods", "ages");
    const rows = [
      { id: 11, mood: "sad" as const, moods: ["so, so" as const, "NULL" as const], ages: [1] },
      { id: 12, mood: "so, so" as const, moods: [], ages: null },
    ];
    const people = await session.insertAll(Person, rows);
    assert.deepEqual(await all(), rows);
    const glad = [
      { id: 11, mood: "so, so" as const, moods: ["NULL" as const], ages: [7] },
      { id: 12, mood: "sad" as const, moods: ["so, so" as const, "sad" as const], ages: [2] },
    ];
    people.forEach((person, index) => Object.assign(person, glad[index]));
    await session.bulkUpdate(people, ["mood", "moods", "ages"]);
    assert.deepEqual(await all(), glad);
    people.forEach((person, index) => Object.assign(person, rows[index]));
    await session.commit();
    assert.deepEqual(await all(), rows);
    await session.upsertAll(Person, [...glad, { id: 13, mood: "sad", moods: [] }], { conflictTarget: "id" });
    assert.deepEqual(await all(), [...glad, { id: 13, mood: "sad", moods: [], ages: null }]);
  });

  it("finds enums by parts of their texts", async () => {
    await using engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
    const ids = (lookup: object) =>
      engine
        .query(Person)
        .filter({ id__gt: 10, ...lookup })
        .orderBy("id")
        .column("id");
    assert.deepEqual(await ids({ mood__contains: "so" }), [11]);
    assert.deepEqual(await ids({ mood__istartsWith: "SA" }), [12, 13]);
    assert.deepEqual(await ids({ mood__endsWith: "ad" }), [12, 13]);
    assert.deepEqual(await ids({ mood__iexact: "SAD" }), [12, 13]);
    assert.deepEqual(await ids({ mood__regex: "^s.," }), [11]);
    assert.deepEqual(await ids({ moods__contains: ["sad"] }), [12]);
  });

  it("writes many rows where a key is an enum, and a column a domain over one, a citext or of limited length", async () => {
    await driver.run(write("CREATE EXTENSION IF NOT EXISTS citext"));
    await driver.run(write("CREATE DOMAIN calm AS mood CHECK (VALUE <> 'NULL')"));
    await driver.run(
      write('CREATE TABLE "path" (mood mood PRIMARY KEY, calm calm, calms calm[], name varchar(10), mail citext, version int NOT NULL)'),
    );
    class Kept extends Model("path", {
      mood: oneOf("sad", "so, so", "NULL").primaryKey(),
      calm: oneOf("sad", "so, so").nullable(),
      calms: array(oneOf("sad", "so, so")).nullable(),
      name: text(),
      mail: text(),
      version: int().version(),
    }) {}
    await using engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
    const session = engine.session();
    const all = () => engine.query(Kept).orderBy("mood").values("mood", "calm", "calms", "name", "mail");
    const rows = [
      { mood: "sad" as const, calm: null, calms: ["sad" as const], name: "a", mail: "A@b" },
      { mood: "so, so" as const, calm: "so, so" as const, calms: null, name: "b", mail: "B@b" },
    ];
    const kept = await session.insertAll(Kept, rows);
    assert.deepEqual(await all(), rows);
    for (const each of kept) Object.assign(each, { name: each.name.toUpperCase(), calm: "sad", calms: [] });
    await session.commit();
    assert.deepEqual(
      await all(),
      rows.map((row) => ({ ...row, name: row.name.toUpperCase(), calm: "sad", calms: [] })),
    );
    for (const each of kept) session.delete(each);
    await session.commit();
    assert.deepEqual(await all(), []);
  });

  it("finds rows by keys of several columns of which one is an enum", async () => {
    await driver.run(write("CREATE TABLE shelf (mood mood, no int, PRIMARY KEY (mood, no))"));
    await driver.run(write("CREATE TABLE jar (id int PRIMARY KEY, mood mood NOT NULL, shelf_no int NOT NULL)"));
    class Shelf extends Model(
      "shelf",
      { mood: oneOf("sad", "so, so", "NULL"), no: int(), jars: () => hasMany(Jar, ["mood", "shelfNo"]) },
      { primaryKey: ["mood", "no"] },
    ) {}
    class Jar extends Model(
      "jar",
      { id: int().primaryKey(), mood: oneOf("sad", "so, so", "NULL"), shelfNo: int() },
      { indexes: [["mood", "shelfNo", "id"]] },
    ) {}
    await using engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
    const session = engine.session();
    const shelves = [
      { mood: "sad" as const, no: 1 },
      { mood: "sad" as const, no: 2 },
      { mood: "NULL" as const, no: 1 },
    ];
    await session.insertAll(Shelf, shelves);
    const jars = shelves.flatMap(({ mood, no }, index) => [1, 2].map((place) => ({ id: index * 10 + place, mood, shelfNo: no })));
    await session.insertAll(Jar, jars);
    const found = await engine.query(Shelf).inBulk(shelves.slice(1));
    assert.deepEqual(
      [...found.values()].map(({ mood, no }) => ({ mood, no })),
      shelves.slice(1),
    );
    const ids = (loaded: readonly { readonly jars: readonly { readonly id: number }[] }[]): number[][] =>
      loaded.map(({ jars: each }) => each.map(({ id }) => id));
    const all = engine.query(Shelf).orderBy("mood", "no");
    assert.deepEqual(ids(await all.with("jars", (each) => each.orderBy("id")).all()), [
      [1, 2],
      [11, 12],
      [21, 22],
    ]);
    assert.deepEqual(ids(await all.with("jars", (each) => each.orderBy("-id").limit(1)).all()), [[2], [12], [22]]);
  });
});
