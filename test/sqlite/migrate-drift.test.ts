import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";
import { applyMigrations, findDrift } from "../../src/entry/migrate.ts";

test("a virtual table that somebody made anew, made or dropped is noticed", async () => {
  await using engine = await createEngine("sqlite::memory:");
  const folder = await mkdtemp(join(tmpdir(), "petrel-drift-"));
  await writeFile(
    join(folder, "one.sql"),
    "-- up\nCREATE VIRTUAL TABLE words USING fts5(body);\nCREATE VIRTUAL TABLE others USING fts5(body);\n",
  );
  await applyMigrations(engine, { folder });
  const changes = async () => (await findDrift(engine)).unmanagedChanges.map(({ change, object }) => `${change} ${object.name}`);
  assert.deepEqual(await changes(), []);
  for (const text of [
    "DROP TABLE words",
    "CREATE VIRTUAL TABLE words USING fts5(body, title)",
    "CREATE VIRTUAL TABLE more USING fts5(body)",
    "DROP TABLE others",
  ])
    await engine.execute(text);
  assert.deepEqual(await changes(), ["added more", "changed words", "dropped others"]);
});
