// Processes at once, and processes that are killed, on files of SQLite.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";
import { applyMigrations } from "../../src/entry/migrate.ts";
import { assertApplied, migrateKillSuite, writeFolder, type KillDatabase } from "../suites/migrate-kill-suite.ts";
import { intervenedEngine } from "../support/mortal-engine.ts";

const folder = mkdtempSync(join(tmpdir(), "petrel-kill-sqlite-"));
let count = 0;
after(() => rmSync(folder, { recursive: true, force: true }));

const database: KillDatabase = {
  name: "SQLite",
  create: () => Promise.resolve(`sqlite:///${join(folder, `${++count}.db`)}`),
  alone: ["VACUUM"],
  assertWhole: () => Promise.resolve(),
};
migrateKillSuite(database);

test("another process that does it all between any two transactions leaves nothing to do, and nothing is done twice", async () => {
  const migrations = mkdtempSync(join(folder, "migrations-"));
  await writeFolder(migrations, database.alone);
  let overtaken = 0;
  for (let at = 0, isDone = false; !isDone; at++) {
    const url = await database.create();
    isDone = true;
    const slow = await intervenedEngine(url, async (place, connection, run) => {
      if (place === at) isDone = false;
      if (place === at && !connection.inTransaction) {
        await using fast = await createEngine(url);
        await applyMigrations(fast, { folder: migrations });
        overtaken++;
      }
      return run();
    });
    await applyMigrations(slow, { folder: migrations });
    await assertApplied(slow, migrations, database, `overtaken at statement ${at}`);
    await slow.close();
  }
  assert.ok(overtaken > 15, `it was overtaken ${overtaken} times`);
});
