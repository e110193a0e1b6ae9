/** What README.md and the guides show of SQLite is true of PostgreSQL: the same blocks, each on an empty database there, print the same. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { documentationBlocks, expectedOutput, fileOf, textOf, type Block } from "../docs-blocks.ts";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { scratchFolder, startScript, writeAll } from "../scratch.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

const inMemory = '"sqlite::memory:"';

/** Why a block is about SQLite alone; false where it is not. */
const sqliteOnly = (block: Block): string | false => {
  if (block.page === "docs/guide/sqlite.md") return "a page about SQLite";
  if (block.code.includes(".toSQL()")) return "shows SQLite's placeholders";
  if (block.code.includes(".explain(")) return "shows SQLite's plan";
  return /INTEGER PRIMARY KEY|\bSTRICT\b|dialect: "sqlite"|readers: 1/.test(textOf(block, blocks))
    ? "has SQLite's words in its SQL, or an option of SQLite"
    : false;
};

const blocks = documentationBlocks();
const shown = blocks.filter((block) => expectedOutput(block.code).length > 0 && textOf(block, blocks).includes(inMemory));
const folder = scratchFolder("docs-postgres");

let server: ScratchPostgres;
let maker: Engine;

before(async () => {
  server = await startScratchPostgres();
  maker = await createEngine(server.socketUrl());
});
after(async () => {
  await maker.close();
  await server.stop();
});

/** Each is a process that mostly starts; two cores start three at a time. */
describe("the documentation, on PostgreSQL", { concurrency: 3 }, () => {
  test("has blocks that run on both", () => assert.ok(shown.filter((block) => sqliteOnly(block) === false).length > 20));

  for (const [index, block] of shown.entries()) {
    test(`${block.page}:${block.line} prints what it says`, { skip: sqliteOnly(block) }, async () => {
      const database = `docs_${index}`;
      await maker.execute(`CREATE DATABASE ${database}`);
      const text = textOf(block, blocks).replaceAll(inMemory, JSON.stringify(server.socketUrl(database)));
      writeAll(folder, { [fileOf(block)]: text });
      const ran = await startScript(join(folder, fileOf(block)));
      assert.deepEqual(ran.output.trimEnd().split("\n"), expectedOutput(block.code));
      assert.equal(ran.status, 0);
    });
  }
});
