// Large structures on SQLite, there and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";
import { findUnmanaged } from "../../src/entry/migrate.ts";
import { corpusSuite } from "../suites/corpus-suite.ts";
import { difficultOnSqlite } from "../support/corpus/difficult.ts";

corpusSuite({
  name: "SQLite",
  dialect: "sqlite",
  open: () => createEngine("sqlite::memory:"),
  remarks: [
    ...["one", "two"].map(
      (end) =>
        `The table 'a_name_that_is_so_long_that_two_of_its_kind_are_the_same_when_${end}' has a name that is longer than 63 bytes, which PostgreSQL would cut, so it has no model.`,
    ),
    "The table 'without_key' has no primary key, so it has no model.",
    "'old_types': its column f is of no type, for which models have no word.",
    "'pairs': it is WITHOUT ROWID.",
    `'🐘 it's "quoted"': it is not STRICT.`,
  ],
});

test("SQLite: virtual tables are named as what structures have no words for, and triggers are not", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.transaction(async (session) => {
    for (const text of difficultOnSqlite) await session.executeRaw(text);
  });
  assert.deepEqual(await findUnmanaged(engine), [{ kind: "virtual table", schema: null, name: "search", table: null }]);
});
