/** The Chinook report on the SQLite file it comes with, how it writes money, and that the file stays as it is. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chinookSuite } from "../suites/chinook-suite.ts";
import { petrelFromSource } from "../support/petrel-from-source.ts";

petrelFromSource();

const { openStore } = await import("../../examples/chinook/open.ts");
const { openTill } = await import("../../examples/chinook/till.ts");
const { centsOf, formatCents } = await import("../../examples/chinook/money.ts");
const { bar } = await import("../../examples/chinook/text-table.ts");
const people = await import("../../examples/chinook/models/sales.ts");

const file = fileURLToPath(new URL("../../examples/chinook/chinook.sqlite", import.meta.url));

chinookSuite({ name: "SQLite", open: openStore, openTill: () => openTill(null) });

describe("money", () => {
  test("is read as cents, and written with two digits and thousands", () => {
    assert.deepEqual(["13.86", "0.9", "-0.05", "7", null].map(centsOf), [1386, 90, -5, 700, 0]);
    assert.deepEqual([1386, 5, -5, 0, 232860, 123456789].map(formatCents), ["13.86", "0.05", "-0.05", "0.00", "2,328.60", "1,234,567.89"]);
    assert.throws(() => centsOf("0.999"), RangeError);
    assert.throws(() => centsOf("x"), RangeError);
  });

  test("is drawn in eighths of a character", () =>
    assert.deepEqual(
      [0, 0.5, 1, 0.0625].map((share) => bar(share, 2)),
      ["", "█", "██", "▏"],
    ));
});

describe("the example's database", () => {
  test("is a copy that disappears, and the original stays as it is", async () => {
    const hash = (): string => createHash("sha256").update(readFileSync(file)).digest("hex");
    const before = hash();
    const opened = await openStore();
    const [{ path }] = (await opened.engine.execute<{ path: string }>("SELECT file AS path FROM pragma_database_list")).all() as [
      { path: string },
    ];
    assert.notEqual(path, file);
    await opened.engine.query(people.InvoiceLine).delete({ all: true });
    await opened[Symbol.asyncDispose]();
    assert.equal(existsSync(path), false);
    assert.equal(hash(), before);
  });
});
