// Two processes at once, and processes that are killed, on files of SQLite.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { migrateKillSuite } from "../suites/migrate-kill-suite.ts";

const folder = mkdtempSync(join(tmpdir(), "petrel-kill-sqlite-"));
let count = 0;
after(() => rmSync(folder, { recursive: true, force: true }));

migrateKillSuite({
  name: "SQLite",
  create: () => Promise.resolve(`sqlite:///${join(folder, `${++count}.db`)}`),
  alone: ["VACUUM"],
  assertWhole: () => Promise.resolve(),
});
