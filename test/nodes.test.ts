/**
 * The driver and the published package on other Nodes than the one of node_modules: `PETREL_TEST_NODE=/path/to/node npm test nodes`,
 * several with the separator of PATH between them. Petrel runs on 22.13 and everything newer.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { compile, root, scratchFolder, writeAll } from "./scratch.ts";
import type { Outcome } from "./scratch.ts";

const nodes = (process.env["PETREL_TEST_NODE"] ?? "").split(delimiter).filter((node) => node !== "");
const skip = nodes.length === 0 ? "PETREL_TEST_NODE names no other Node" : false;

const runWith = (node: string, args: readonly string[], cwd: string = root): Outcome => {
  // Told by this that a runner is above it, a runner below prints for machines.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(node, ["--no-warnings", ...args], { cwd, env, encoding: "utf8" });
  return { status, output: stdout + stderr };
};

/** Models, a write, typed queries, rows with columns of one name, a transaction that fails and one that does not. */
const program = `
import { belongsTo, createEngine, hasMany, int, Model, text } from "petrel";

class Author extends Model("authors", { id: int().primaryKey(), name: text(), books: () => hasMany(Book, "authorId") }) {
  get shout() { return this.name.toUpperCase(); }
}
class Book extends Model("books", { id: int().primaryKey(), title: text(), authorId: int(), author: () => belongsTo(Author, "authorId") }) {}

const engine = await createEngine("sqlite:" + process.argv[3], { driver: process.argv[2] });
await engine.createAll([Author, Book]);
const session = engine.session();
const lem = await session.insert(Author, { name: "Lem" });
await session.insertAll(Book, [{ title: "Solaris", authorId: lem.id }, { title: "Eden", authorId: lem.id }]);
await session.transaction(async (tx) => {
  await tx.insert(Author, { name: "Nobody" });
  throw new Error("on purpose");
}).catch((error) => console.log(error.message));
await session.transaction((tx) => tx.insert(Author, { name: "Somebody" }));
const found = await engine.query(Author).filter({ books__title: "Solaris" }).one();
console.log(found.shout, await engine.query(Author).count(), (await engine.query(Book).orderBy("title").all()).map((book) => book.title).join());
console.log(JSON.stringify((await session.executeRaw("SELECT b.id, a.id, 1, a.* FROM books b JOIN authors a ON a.id = b.author_id ORDER BY b.id")).tuples()));
await engine.close();
`;
const printed = 'on purpose\nLEM 2 Eden,Solaris\n[[1,1,1,1,"Lem"],[2,1,1,1,"Lem"]]\n';

describe("on another Node", { skip }, () => {
  const folder = skip === false ? scratchFolder("nodes") : "";

  test("there is the package as it is published", () => {
    const modules = join(folder, "node_modules");
    mkdirSync(join(modules, "petrel"), { recursive: true });
    assert.equal(compile("typescript", join(root, "tsconfig.build.json"), "--outDir", join(modules, "petrel", "dist")).output, "");
    symlinkSync(join(root, "package.json"), join(modules, "petrel", "package.json"));
    writeAll(folder, {
      "package.json": `{ "name": "user" }`,
      "program.mjs": program,
      "required.cjs": 'console.log(typeof require("petrel").createEngine);',
    });
  });

  for (const node of nodes) {
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    const napi = Number(execFileSync(node, ["-p", "process.versions.napi"], { encoding: "utf8" }));
    /** The better-sqlite3 of node_modules needs Node-API 10. */
    const bindings = napi >= 10 ? ["node:sqlite", "better-sqlite3"] : ["node:sqlite"];

    for (const binding of bindings) {
      test(`${version} runs a program on ${binding}, in memory and in a file`, () => {
        for (const place of [":memory:", join(folder, `${version}-${binding.replace(":", "-")}.db`)]) {
          assert.equal(runWith(node, ["program.mjs", binding, place], folder).output, printed, place);
        }
      });
    }

    test(`${version} finds the package by require`, () => {
      assert.equal(runWith(node, ["required.cjs"], folder).output, "function\n");
    });

    if (napi < 10) {
      test(`${version} is told which better-sqlite3 it needs`, () => {
        assert.match(runWith(node, ["program.mjs", "better-sqlite3", ":memory:"], folder).output, /npm install better-sqlite3@12/);
      });
    }

    test(`${version} passes the driver's own tests`, () => {
      const files = readdirSync(join(root, "test", "sqlite")).filter((name) => /^(?:driver|object-rows).*\.test\.ts$/.test(name));
      const names = napi >= 10 ? [] : ["--test-skip-pattern=better-sqlite3"];
      const paths = files.map((name) => `test/sqlite/${name}`);
      const { status, output } = runWith(node, ["--experimental-strip-types", "--test", "--test-reporter=dot", ...names, ...paths]);
      assert.equal(status, 0, output);
    });
  }
});
