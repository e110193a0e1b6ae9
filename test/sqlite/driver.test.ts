import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { BindingChoice } from "../../src/driver/sqlite/choose-binding.ts";
import { openSqlite } from "../../src/driver/sqlite/sqlite.ts";
import { driverSuite } from "../suites/driver-suite.ts";

const directory = mkdtempSync(join(tmpdir(), "petrel-driver-"));
after(() => rmSync(directory, { recursive: true }));

const bindings: readonly BindingChoice[] = ["node:sqlite", "better-sqlite3"];

for (const driver of bindings) {
  const common = { placeholder: () => "?", begin: "BEGIN IMMEDIATE" };
  driverSuite({
    ...common,
    name: `${driver} on a file`,
    open: (key) => openSqlite({ url: `sqlite:${directory}/${driver.replace(":", "-")}-${key}.db`, driver }),
    readsBesideWriter: true,
  });
  driverSuite({
    ...common,
    name: `${driver} in memory`,
    open: () => openSqlite({ url: "sqlite::memory:", driver }),
    readsBesideWriter: false,
  });
  driverSuite({
    ...common,
    name: `${driver} on a file without WAL`,
    open: (key) => openSqlite({ url: `sqlite:${directory}/${driver.replace(":", "-")}-${key}-delete.db`, driver, journalMode: "delete" }),
    readsBesideWriter: false,
  });
}
