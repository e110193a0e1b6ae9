// What only SQLite needs of migrations: tables made anew, and all that hangs on them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { diff, introspect, render, reverse, runStatements, type Plan, type Snapshot, type TableSnapshot } from "../../src/entry/migrate.ts";

const open = async (...texts: readonly string[]): Promise<Engine> => {
  const engine = await createEngine("sqlite::memory:");
  for (const text of texts) await engine.execute(text);
  return engine;
};

/** The plan to the structure that other texts make. */
const planTo = async (engine: Engine, ...texts: readonly string[]): Promise<Plan> => {
  await using other = await open(...texts);
  return diff(await introspect(engine), await introspect(other));
};
const apply = (engine: Engine, plan: Plan): Promise<void> => runStatements(engine, render(plan.changes, "sqlite"));
const rows = async (engine: Engine, text: string): Promise<unknown[]> => (await engine.execute(text)).tuples();
const kinds = (plan: Plan): string[] => plan.changes.map((change) => change.change);
const tableOf = (found: Snapshot, name: string): TableSnapshot => found.tables.find((table) => table.name === name)!;

const parents = `CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)`;
const children = `CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE)`;
const log = `CREATE TABLE log (entry TEXT)`;
const trigger = `CREATE TRIGGER remember AFTER INSERT ON parents BEGIN INSERT INTO log VALUES ('new ' || NEW.name); END`;
const elsewhere = `CREATE TRIGGER elsewhere AFTER DELETE ON children BEGIN UPDATE parents SET name = 'left' WHERE id = OLD.parent_id; END`;
const view = `CREATE VIEW named AS SELECT id, name FROM parents WHERE name IS NOT NULL`;
const index = `CREATE INDEX parents_name ON parents (name COLLATE NOCASE DESC) WHERE name <> ''`;

test("a table that others refer to is made anew: rows, rows that refer to it, triggers, views and indexes stay", async () => {
  await using engine = await open(parents, children, log, trigger, elsewhere, view, index);
  await engine.execute("INSERT INTO parents (name) VALUES ('a'), ('b')");
  await engine.execute("DELETE FROM parents WHERE name = 'b'");
  await engine.execute("INSERT INTO children VALUES (1, 1)");
  const before = await introspect(engine);
  const plan = await planTo(
    engine,
    parents.replace("name TEXT", "name TEXT NOT NULL DEFAULT 'nobody', CHECK (length(name) > 0)"),
    children,
    log,
    trigger,
    elsewhere,
    view,
    index,
  );
  assert.deepEqual(kinds(plan), ["rebuildTable"]);
  await apply(engine, plan);
  assert.deepEqual(diff(await introspect(engine), plan.to).changes, []);
  await engine.execute("INSERT INTO parents (name) VALUES ('c')");
  assert.deepEqual(await rows(engine, "SELECT id, name FROM named ORDER BY id"), [
    [1, "a"],
    [3, "c"],
  ]);
  assert.deepEqual(await rows(engine, "SELECT id, parent_id FROM children"), [[1, 1]]);
  assert.deepEqual(await rows(engine, "SELECT entry FROM log"), [["new a"], ["new b"], ["new c"]]);
  await engine.execute("DELETE FROM children");
  assert.deepEqual(await rows(engine, "SELECT name FROM parents WHERE id = 1"), [["left"]]);
  await assert.rejects(engine.execute("INSERT INTO children VALUES (2, 99)"), { code: "E2302" }, "foreign keys are on again");
  await apply(engine, reverse(plan));
  assert.deepEqual(diff(await introspect(engine), before).changes, []);
});

test("NULLs become the default where a column may not be NULL any more, and without a default everything stays as it was", async () => {
  await using engine = await open("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT) STRICT", "INSERT INTO t VALUES (1, NULL, 'x')");
  await apply(engine, await planTo(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'it''s', b TEXT) STRICT"));
  assert.deepEqual(await rows(engine, "SELECT a, b FROM t"), [["it's", "x"]]);
  await engine.execute("UPDATE t SET b = NULL");
  const before = await introspect(engine);
  const refused = await planTo(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'it''s', b TEXT NOT NULL) STRICT");
  await assert.rejects(apply(engine, refused), { code: "E2303" });
  assert.deepEqual(await introspect(engine), before);
  assert.deepEqual(await rows(engine, "SELECT a, b FROM t"), [["it's", null]]);
});

test("a foreign key that rows would break is refused as a whole, with the table's name", async () => {
  await using engine = await open(
    parents,
    "CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL)",
    "INSERT INTO children VALUES (1, 7), (2, 8)",
  );
  const before = await introspect(engine);
  await assert.rejects(
    apply(engine, await planTo(engine, parents, children)),
    (error: { code: string; table: string; message: string }) => {
      assert.deepEqual([error.code, error.table], ["E1703", "children"]);
      assert.match(error.message, /2 rows of 'children' refer to rows that are not there, so nothing was changed/);
      return true;
    },
  );
  assert.deepEqual(await introspect(engine), before);
});

test("settings of the connection are afterwards what they were, also when a rebuild fails half-way", async () => {
  for (const foreignKeys of [true, false]) {
    await using engine = await createEngine("sqlite::memory:", { foreignKeys });
    await engine.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)");
    const plan = await planTo(engine, "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, UNIQUE (a))");
    const statements = render(plan.changes, "sqlite");
    const half = statements.findIndex((statement) => statement.sql === "PRAGMA legacy_alter_table = ON") + 1;
    const broken = [...statements.slice(0, half), { ...statements[0]!, sql: "DROP TABLE nowhere" }];
    await assert.rejects(runStatements(engine, broken), { code: "E2101" });
    assert.deepEqual(await rows(engine, "SELECT * FROM pragma_foreign_keys, pragma_legacy_alter_table"), [[Number(foreignKeys), 0]]);
    await apply(engine, plan);
    assert.deepEqual(await rows(engine, "SELECT * FROM pragma_foreign_keys, pragma_legacy_alter_table"), [[Number(foreignKeys), 0]]);
    assert.deepEqual(diff(await introspect(engine), plan.to).changes, []);
  }
});

test("what ALTER TABLE can do is done in place", async () => {
  await using engine = await open("CREATE TABLE t (id INTEGER PRIMARY KEY, gone TEXT, stays TEXT) STRICT", parents);
  const plan = await planTo(
    engine,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, stays TEXT, flag INTEGER NOT NULL DEFAULT 0 CONSTRAINT flag_check CHECK (flag IN (0, 1)), parent_id INTEGER CONSTRAINT t_fkey REFERENCES parents (id), twice INTEGER AS (id * 2)) STRICT`,
    "CREATE INDEX t_stays ON t (stays)",
    parents,
  );
  assert.deepEqual(kinds(plan), ["dropColumn", "addColumn", "addColumn", "addColumn", "createIndex"]);
  await apply(engine, plan);
  assert.deepEqual(diff(await introspect(engine), plan.to).changes, []);
  await assert.rejects(engine.execute("INSERT INTO t (flag) VALUES (2)"), { code: "E2304" });
  await assert.rejects(engine.execute("INSERT INTO t (parent_id) VALUES (9)"), { code: "E2302" });
});

test("a table that refers to itself, with a key of several columns, is made anew", async () => {
  const nodes = (more: string): string =>
    `CREATE TABLE "no""des" (a INTEGER NOT NULL, b TEXT NOT NULL, up_a INTEGER, up_b TEXT, PRIMARY KEY (a, b), CONSTRAINT up FOREIGN KEY (up_a, up_b) REFERENCES "no""des" (a, b) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED${more}) WITHOUT ROWID`;
  await using engine = await open(nodes(""), `INSERT INTO "no""des" VALUES (1, 'x', NULL, NULL), (2, 'y', 1, 'x')`);
  await apply(engine, await planTo(engine, nodes(", UNIQUE (b, a)")));
  const found = tableOf(await introspect(engine), 'no"des');
  assert.deepEqual(found.options, ["WITHOUT ROWID"]);
  assert.deepEqual(found.constraints, [
    { kind: "primary key", name: null, columns: ["a", "b"], deferrable: null },
    { kind: "unique", name: null, columns: ["b", "a"], nullsNotDistinct: false, deferrable: null },
    {
      kind: "foreign key",
      name: "up",
      columns: ["up_a", "up_b"],
      target: { schema: null, name: 'no"des' },
      targetColumns: ["a", "b"],
      onDelete: "cascade",
      onUpdate: "no action",
      deferrable: "initially deferred",
    },
  ]);
  assert.deepEqual(await rows(engine, `SELECT a, b, up_a, up_b FROM "no""des" ORDER BY a`), [
    [1, "x", null, null],
    [2, "y", 1, "x"],
  ]);
});

test("what only the text of CREATE TABLE says is read from it, however it is written", async () => {
  await using engine = await open(`CREATE TABLE [od]]d] (x)`.replace("[od]]d]", "odd"), `DROP TABLE odd`);
  await engine.execute(`create /* ( */ table "ta(ble" ( -- CHECK (not me)
    [id, x] integer not null primary key autoincrement,
    \`name\` text collate nocase default 'it''s, CHECK (1)' constraint "na""med" check (("name" <> ')') and 1),
    price numeric (10, 2) default (1 + (2)) check (price > 0),
    kind text default check_ references other on delete set null on update cascade deferrable initially deferred,
    total generated always as (price * 2) stored,
    constraint uq unique ("name", price), foreign key (kind, price) references "ta(ble" (kind, price) match full
  )`);
  const table = tableOf(await introspect(engine), "ta(ble");
  assert.deepEqual(
    table.columns.map(({ name, type, nullable, default: filled, identity, collation, generated }) => [
      name,
      type,
      nullable,
      filled,
      identity,
      collation,
      generated,
    ]),
    [
      ["id, x", "INTEGER", false, null, "always", null, null],
      ["name", "TEXT", true, "'it''s, CHECK (1)'", null, "nocase", null],
      ["price", "numeric (10, 2)", true, "1 + (2)", null, null, null],
      ["kind", "TEXT", true, "check_", null, null, null],
      ["total", "", true, null, null, null, { expression: "price * 2", stored: true }],
    ],
  );
  assert.deepEqual(
    table.constraints.map((constraint) => [
      constraint.kind,
      constraint.name,
      constraint.kind === "check" ? constraint.expression : constraint.kind === "exclusion" ? "" : constraint.columns.join(),
      "deferrable" in constraint ? constraint.deferrable : null,
    ]),
    [
      ["primary key", null, "id, x", null],
      ["unique", "uq", "name,price", null],
      ["foreign key", null, "kind", "initially deferred"],
      ["foreign key", null, "kind,price", null],
      ["check", 'na"med', `("name" <> ')') and 1`, null],
      ["check", null, "price > 0", null],
    ],
  );
});

test("virtual tables, and the tables behind them, are nobody's business", async () => {
  await using engine = await open("CREATE VIRTUAL TABLE search USING fts5(body)", "CREATE TABLE plain (id INTEGER PRIMARY KEY)");
  assert.deepEqual(
    (await introspect(engine)).tables.map((table) => table.name),
    ["plain"],
  );
});
