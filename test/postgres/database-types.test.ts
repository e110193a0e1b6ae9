/** Columns whose type models have no kind for: named in the model, carried as texts. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import {
  array,
  bool,
  ConfigurationError,
  createEngine,
  type Engine,
  float,
  int,
  json,
  Model,
  oneOf,
  text,
  timestamp,
} from "../../src/entry/index.ts";
import { compare, generateModels, introspect } from "../../src/entry/migrate.ts";
import { modelsOfText } from "../support/models-of-text.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

class Odd extends Model("odds", {
  id: int().primaryKey(),
  address: text().databaseType("inet").nullable(),
  price: text().databaseType("money").nullable(),
  span: text().databaseType("interval").nullable(),
  words: text().databaseType("tsvector").nullable(),
  bits: text().databaseType("bit(4)").nullable(),
  document: text().databaseType("xml").nullable(),
  place: text().databaseType("point").nullable(),
  during: text().databaseType("int4range").nullable(),
  size: text().databaseType("positive").nullable(),
  pair: text().databaseType("pair").nullable(),
  mood: oneOf("sad", "glad").databaseType("mood").nullable(),
  moods: array(oneOf("sad", "glad")).databaseType("mood[]").nullable(),
  addresses: array(text()).databaseType("inet[]").nullable(),
  spans: array(text()).databaseType("interval[]").nullable(),
  ratio: float().databaseType("real").nullable(),
  plain: json().databaseType("json").nullable(),
  local: timestamp().databaseType("timestamp").nullable(),
  padded: text().databaseType("char(3)").nullable(),
  exact: text().databaseType("numeric").nullable(),
}) {}

const values = {
  address: "10.0.0.1",
  price: "$12.30",
  span: "1 day 02:03:04",
  words: "'cat':1",
  bits: "1010",
  document: "<a>b</a>",
  place: "(1,2)",
  during: "[1,5)",
  size: "7",
  pair: "(1,x)",
  mood: "glad" as const,
  moods: ["sad", "glad"] as ("sad" | "glad")[],
  addresses: ["10.0.0.1", "::1"],
  spans: ["1 day", "00:00:01"],
  ratio: 0.5,
  plain: { a: 1 },
  local: new Date("2026-03-01T08:30:00.000Z"),
  padded: "abc",
  exact: "12345678901234567890.5",
};

let server: ScratchPostgres;
let engine: Engine;
before(async () => {
  server = await startScratchPostgres();
  engine = await createEngine(server.socketUrl());
  await engine.execute("CREATE TYPE mood AS ENUM ('sad', 'glad')");
  await engine.execute("CREATE TYPE pair AS (a int, b text)");
  await engine.execute("CREATE DOMAIN positive AS int CHECK (value > 0)");
});
after(async () => {
  await engine.close();
  await server.stop();
});
beforeEach(async () => {
  await engine.dropAll([Odd]);
  await engine.createAll([Odd]);
});

test("values go in and come back as texts, one by one and many at once", async () => {
  const session = engine.session();
  const one = await session.insert(Odd, values);
  assert.deepEqual({ ...one }, { id: one.id, ...values });
  const [two] = await session.insertAll(Odd, [values, {}]);
  assert.deepEqual({ ...two }, { id: two!.id, ...values });
  assert.deepEqual({ ...(await engine.query(Odd).get({ id: one.id })) }, { id: one.id, ...values });
  assert.deepEqual(await engine.query(Odd).filter({ id: one.id }).column("span"), [values.span]);
  await session.update(one, { address: "10.0.0.2", span: "2 days", during: "[2,3)", mood: "sad" });
  assert.deepEqual([one.address, one.span, one.during, one.mood], ["10.0.0.2", "2 days", "[2,3)", "sad"]);
  await session.bulkUpdate([Object.assign(two!, { span: "3 days", size: "8" })], ["span", "size"]);
  const again = await engine.query(Odd).get({ id: two!.id });
  assert.deepEqual([again.span, again.size], ["3 days", "8"]);
});

test("comparisons are the type's own", async () => {
  await engine.session().insertAll(Odd, [
    { address: "10.0.0.2", span: "90 minutes", size: "9" },
    { address: "10.0.0.10", span: "1 hour", size: "10" },
  ]);
  const sizes = (filter: object) => engine.query(Odd).filter(filter).orderBy("address").column("size");
  assert.deepEqual(await sizes({ address__gt: "10.0.0.9" }), ["10"]);
  assert.deepEqual(await sizes({ span: "01:30:00" }), ["9"]);
  assert.deepEqual(await sizes({ size__gte: "9" }), ["9", "10"]);
  assert.deepEqual(await sizes({ address__in: ["10.0.0.2", "10.0.0.10"] }), ["9", "10"]);
  assert.deepEqual(await sizes({ address__startsWith: "10.0.0.1" }), ["10"]);
  assert.deepEqual(await engine.query(Odd).orderBy("span").column("span"), ["01:00:00", "01:30:00"]);
  assert.equal(await engine.copyFrom(Odd, [values]), 1);
});

test("a table of such types is what its models ask for, and nothing is remarked", async () => {
  assert.deepEqual((await compare(engine, [Odd])).changes, []);
  const made = generateModels(await introspect(engine));
  assert.deepEqual(made.remarks, []);
  assert.match(made.text, /address: text\(\)\.databaseType\("inet"\)\.nullable\(\)/);
  assert.match(made.text, /mood: oneOf\("sad", "glad"\)\.databaseType\("mood"\)/);
  const models = await modelsOfText(made.text);
  assert.deepEqual((await compare(engine, models)).changes, []);
});

test("a default of such a type", async () => {
  class Filled extends Model("filled", {
    id: int().primaryKey(),
    address: text().databaseType("inet").default("127.0.0.1"),
    open: bool(),
  }) {}
  await engine.dropAll([Filled]);
  await engine.createAll([Filled]);
  assert.equal((await engine.session().insert(Filled, { open: true })).address, "127.0.0.1");
  assert.deepEqual((await compare(engine, [Filled], { keepUnknownTables: true })).changes, []);
  const found = await introspect(engine, { ignore: ["odds"] });
  assert.match(generateModels(found).text, /address: text\(\)\.databaseType\("inet"\)\.default\(/);
  assert.deepEqual((await compare(engine, await modelsOfText(generateModels(found).text), { keepUnknownTables: true })).changes, []);
});

test("what is no type's name is refused", () => {
  for (const name of ["", " ", "inet; DROP TABLE odds", "inet -- x", "inet /* x */", 'a"b', "x'y", 1 as never]) {
    class Wrong extends Model("wrong", { id: int().primaryKey(), a: text().databaseType(name) }) {}
    assert.throws(
      () => engine.query(Wrong),
      (error: unknown) => error instanceof ConfigurationError && /Wrong\.a has a type of the database/.test(error.message),
      name,
    );
  }
  class Inner extends Model("inner", { id: int().primaryKey(), a: array(text().databaseType("inet")) }) {}
  assert.throws(() => engine.query(Inner), /name that of the array/);
});
