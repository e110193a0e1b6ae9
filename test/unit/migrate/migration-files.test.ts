/** Migrations as text: what is written is what is read, and what cannot be read is named. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MigrationError } from "../../../src/base/errors.ts";
import { readAnswers } from "../../../src/migrate/answers.ts";
import { diff } from "../../../src/migrate/diff/diff.ts";
import { graphOf } from "../../../src/migrate/files/graph.ts";
import { emptyStructure } from "../../../src/migrate/files/merged-structure.ts";
import { idOf } from "../../../src/migrate/files/migration-file.ts";
import type { Migration } from "../../../src/migrate/migration-plan.ts";
import { render } from "../../../src/migrate/render.ts";
import { reverse } from "../../../src/migrate/diff/reverse.ts";
import { parseSqlFile, sqlFileText } from "../../../src/migrate/files/sql-file.ts";
import { planned } from "../../../src/migrate/effects/step-effects.ts";
import { Random } from "../../support/random.ts";
import { randomStructure } from "../../support/random-structure.ts";

for (const dialect of ["postgres", "sqlite"] as const) {
  test(`statements of random structures come back from a file as they went in, with what they lose and need (${dialect})`, () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const [from, to] = [randomStructure(random, dialect), randomStructure(random, dialect)];
      for (const plan of [diff(emptyStructure(dialect), from), diff(from, to), reverse(diff(from, to))]) {
        const up = render(plan.changes, dialect);
        const text = sqlFileText({ parents: ["a@0123456789ab"], up, down: up }, dialect);
        const read = parseSqlFile(text, dialect, "x.sql");
        const facts = read.up.map((step) => {
          const { transactional, rewrites, losesData } = planned(step, dialect);
          return {
            sql: step.sql,
            transactional,
            rewrites,
            losesData,
            foreignKeysOff: step.foreignKeysOff === true,
            expectsNoRows: step.expectsNoRows === true,
          };
        });
        const wanted = up.map(({ sql, transactional, rewrites, losesData, foreignKeysOff, expectsNoRows }) => ({
          sql: sql.replace(/;\s*$/, "").trim(),
          transactional,
          rewrites,
          losesData,
          foreignKeysOff,
          expectsNoRows,
        }));
        assert.deepEqual(facts, wanted, `seed ${seed}`);
        assert.deepEqual(read.down, read.up);
        assert.deepEqual(read.parents, ["a@0123456789ab"]);
      }
    }
  });
}

test("what cannot be read is named", () => {
  const wrong = (text: string, pattern: RegExp): void =>
    assert.throws(
      () => parseSqlFile(text, "postgres", "x.sql"),
      (error: unknown) => error instanceof MigrationError && error.code === "E1710" && pattern.test(error.message),
    );
  wrong(
    "-- petrel: no-transactions\nVACUUM;",
    /'-- petrel: no-transactions' is not known. Did you mean to write 'no-transaction'|Did you mean 'no-transaction'/,
  );
  wrong("-- petrel: loses the rows\nDROP TABLE a;", /is not known/);
  wrong("-- up\nSELECT 1;\n-- down\nSELECT 2;\n-- down: irreversible\n", /Keep one of them/);
  wrong("SELECT 1;\n-- up\nSELECT 2;", /in front of '-- up'/);
});

const migration = (name: string, parents: readonly string[], up = ""): Migration => ({
  id: name.repeat(64).slice(0, 64),
  name,
  file: `${name}.sql`,
  format: "sql",
  parents: parents.map((parent) => ({ name: parent, hash: parent.repeat(12) })),
  replaces: [],
  up: up === "" ? [] : [{ kind: "sql", sql: up }],
  down: [],
  structure: null,
});

test("parents come before children, whatever their names, and rings and strangers are refused", () => {
  const graph = graphOf([migration("a", ["c"]), migration("b", []), migration("c", ["b"])], "sqlite");
  assert.deepEqual([graph.migrations.map(({ name }) => name), graph.heads], [["b", "c", "a"], ["a"]]);
  assert.throws(() => graphOf([migration("a", ["b"]), migration("b", ["a"])], "sqlite"), { code: "E1712", message: /in a ring/ });
  assert.throws(() => graphOf([migration("a", ["b"])], "sqlite"), { code: "E1712", message: /'b', which is not in the folder/ });
  assert.throws(() => graphOf([migration("a", []), migration("a", [])], "sqlite"), {
    code: "E1712",
    message: /Two migrations are called 'a'/,
  });
});

test("branches conflict where they touch the same thing, and nowhere else", () => {
  const conflict = (left: string, right: string): string[] =>
    graphOf([migration("r", []), migration("a", ["r"], left), migration("b", ["r"], right)], "postgres").conflicts.map(({ what }) => what);
  assert.deepEqual(conflict("ALTER TABLE t ADD x integer", "ALTER TABLE t ADD y integer"), []);
  assert.deepEqual(conflict("ALTER TABLE t ADD x integer", "ALTER TABLE t ADD x text"), ["the column t.x"]);
  assert.deepEqual(conflict("DROP TABLE t", "CREATE TABLE u (t_id integer REFERENCES t)"), ["the table t"]);
  assert.deepEqual(conflict("CREATE INDEX i ON t (x)", "CREATE INDEX i ON u (y)"), ["the index i"]);
  assert.deepEqual(conflict("UPDATE t SET x = 1", "DELETE FROM t WHERE x = 2"), ["the rows of t"]);
  assert.deepEqual(conflict("CREATE VIEW v AS SELECT 1", "DROP VIEW v"), ["the view v"]);
  assert.deepEqual(conflict("DO $$ BEGIN END $$", "CREATE TABLE x (id integer)"), ["something that their text does not show"]);
  assert.deepEqual(conflict("CREATE TABLE x (id integer)", "CREATE TABLE y (id integer)"), []);
});

test("answers come from a file, which is looked through", async () => {
  const folder = mkdtempSync(join(tmpdir(), "petrel-answers-"));
  const file = join(folder, "answers.json");
  const refused = async (text: string, pattern: RegExp): Promise<void> => {
    writeFileSync(file, text);
    await assert.rejects(
      readAnswers(file),
      (error: unknown) => error instanceof MigrationError && error.code === "E1714" && pattern.test(error.message),
    );
  };
  try {
    const answers = { renames: [{ table: "users", column: "name", to: "full_name" }], drops: [{ table: "drafts", schema: null }] };
    writeFileSync(file, JSON.stringify(answers));
    assert.deepEqual(await readAnswers(file), answers);
    await refused("{", /cannot be read/);
    await refused('{ "rename": [] }', /not of that form/);
    await refused('{ "renames": [{ "table": "users", "colum": "name", "to": "x" }] }', /not of that form/);
    await refused('{ "drops": [{ "table": 7 }] }', /not of that form/);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await assert.rejects(readAnswers(file), { code: "E1714" });
});

test("lines that end as Windows ends them are the same migration, with the same steps", () => {
  const text = '-- parents: a@0123456789ab\n\n-- up\n-- petrel: loses "all"\nCREATE TABLE a (\n  x integer\n);\n-- down\nDROP TABLE a;\n';
  const windows = text.replaceAll("\n", "\r\n");
  assert.equal(idOf(windows), idOf(text));
  const unix = parseSqlFile(text, "sqlite", "one.sql");
  const read = parseSqlFile(windows, "sqlite", "one.sql");
  const bare = (steps: readonly { readonly sql: string }[] | null) =>
    steps?.map((step) => ({ ...step, sql: step.sql.replaceAll("\r\n", "\n") }));
  assert.deepEqual(
    [read.parents, read.replaces, bare(read.up), bare(read.down)],
    [unix.parents, unix.replaces, bare(unix.up), bare(unix.down)],
  );
});
