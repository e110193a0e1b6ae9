/** Columns declared with a type of the database's own: a table that has one STRICT does not know is not STRICT. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bigint, createEngine, float, int, Model, text } from "../../src/entry/index.ts";
import { compare, generateModels, introspect } from "../../src/entry/migrate.ts";
import { modelsOfText } from "../support/models-of-text.ts";

class Declared extends Model("declared", {
  id: int().primaryKey(),
  name: text().databaseType("VARCHAR(20)"),
  big: bigint().databaseType("BIGINT"),
  price: float().databaseType("DECIMAL(10,2)"),
}) {}
class Counted extends Model("counted", { id: int().primaryKey(), n: int().databaseType("INT") }) {}

test("the table is created in these words, and values go in and come back", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll([Declared, Counted]);
  const texts = (await engine.execute("SELECT sql FROM sqlite_schema ORDER BY name")).column("sql");
  assert.match(String(texts[0]), /"n" INT NOT NULL\n\) STRICT$/);
  assert.match(String(texts[1]), /"name" VARCHAR\(20\) NOT NULL,\n {2}"big" BIGINT NOT NULL,\n {2}"price" DECIMAL\(10,2\) NOT NULL\n\)$/);
  const values = { name: "a name that is longer than twenty", big: 9007199254740993n, price: 1.5 };
  const row = await engine.session().insert(Declared, values);
  assert.deepEqual({ ...(await engine.query(Declared).get({ id: row.id })) }, { id: row.id, ...values });
  assert.deepEqual((await compare(engine, [Declared, Counted])).changes, []);
});

test("tables of other tools are what their generated models ask for", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.execute(
    "CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, at DATETIME, open BOOLEAN NOT NULL DEFAULT 0, n MEDIUMINT, price DECIMAL(10,2), big BIGINT)",
  );
  await engine.execute("CREATE TABLE strict_things (id INTEGER PRIMARY KEY, n INT) STRICT");
  await engine.execute("CREATE TABLE loose (id INTEGER PRIMARY KEY, anything)");
  const made = generateModels(await introspect(engine));
  assert.match(made.text, /name: text\(\)\.databaseType\("VARCHAR\(20\)"\)/);
  assert.match(made.text, /open: bool\(\)\.databaseType\("BOOLEAN"\)\.default\(false\)/);
  assert.deepEqual(made.remarks, [
    "'loose': its column anything is of no type, for which models have no word.",
    "'loose': it is not STRICT.",
  ]);
  const models = (await modelsOfText(made.text)).filter(({ table }) => table !== "loose");
  assert.deepEqual((await compare(engine, models, { keepUnknownTables: true })).changes, []);
});
