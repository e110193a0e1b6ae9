/** Arrows only point down, and the other rules of `src/`; first on real files, then each rule on a small broken example. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { printedArchitecture } from "../scripts/print-architecture.ts";
import { complaintsAbout } from "./architecture-rules.ts";
import { rooms } from "./floors.ts";

const src = new URL("../src/", import.meta.url);
const realFiles = (): Map<string, string> =>
  new Map(
    readdirSync(src, { recursive: true, encoding: "utf8" })
      .map((name) => name.replaceAll("\\", "/"))
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => [name, readFileSync(new URL(name, src), "utf8")]),
  );

describe("src/ follows the map in floors.ts", () => {
  test("every file keeps every rule", () => {
    const files = realFiles();
    assert.ok(files.size > 20, "the files were found");
    assert.deepEqual(complaintsAbout(files), []);
  });

  test("the map itself only points down", () => {
    const upward = Object.entries(rooms).flatMap(([name, room]) =>
      room.imports.filter((target) => (rooms[target]?.floor ?? Infinity) >= room.floor).map((target) => `${name} → ${target}`),
    );
    assert.deepEqual(upward, []);
  });

  test("the map has no folder that is gone", () => {
    const there = new Set([...realFiles().keys()].map((path) => path.slice(0, path.lastIndexOf("/"))));
    const gone = Object.entries(rooms).flatMap(([name, room]) =>
      Object.keys(room.folders ?? {})
        .map((folder) => `${name}/${folder}`)
        .filter((folder) => !there.has(folder)),
    );
    assert.deepEqual(gone, []);
  });

  test("docs/architecture.md is what floors.ts prints", () => {
    const written = readFileSync(new URL("../docs/architecture.md", import.meta.url), "utf8");
    assert.equal(written, printedArchitecture(), "stale: run node scripts/print-architecture.ts");
  });
});

const files = (...entries: [string, string][]): Map<string, string> => new Map(entries);

describe("the rules find", () => {
  const broken: Record<string, [Map<string, string>, string[]]> = {
    "an import that points up": [files(["ast/a.ts", 'import { b } from "../engine/b.ts";']), ["ast/a.ts may not import engine/b.ts"]],
    "a type import that points up": [
      files(["rows/a.ts", 'import type { B } from "../session/b.ts";']),
      ["rows/a.ts may not import session/b.ts"],
    ],
    "a type written as an import expression": [
      files(["base/a.ts", 'export type A = import("../schema/b.ts").B;']),
      ["base/a.ts may not import schema/b.ts"],
    ],
    "an import across one floor": [
      files(["driver/a.ts", 'import { b } from "../dialect/b.ts";']),
      ["driver/a.ts may not import dialect/b.ts"],
    ],
    "a dynamic import that points up": [
      files(["base/a.ts", 'export const a = () => import("../types/b.ts");']),
      ["base/a.ts may not import types/b.ts"],
    ],
    "an import over several lines": [
      files(["base/a.ts", 'import {\n  b,\n  c,\n} from "../types/b.ts";']),
      ["base/a.ts may not import types/b.ts"],
    ],
    "a side-effect import": [files(["base/a.ts", 'import "../types/b.ts";']), ["base/a.ts may not import types/b.ts"]],
    "a cycle between files": [
      files(
        ["base/a.ts", 'import "./b.ts";'],
        ["base/b.ts", 'import type { C } from "./c.ts";'],
        ["base/c.ts", 'import { a } from "./a.ts";'],
      ),
      ["base/a.ts → base/b.ts → base/c.ts → base/a.ts is a cycle"],
    ],
    "a re-export outside entry": [files(["base/a.ts", 'export { b } from "./b.ts";']), ["base/a.ts re-exports ./b.ts; only entry/ does"]],
    "a star re-export of types": [files(["base/a.ts", 'export type * from "./b.ts";']), ["base/a.ts re-exports ./b.ts; only entry/ does"]],
    "a default export": [files(["base/a.ts", "export default 1;"]), ["base/a.ts has a default export"]],
    "a default export by renaming": [files(["base/a.ts", "const a = 1;\nexport { a as default };"]), ["base/a.ts has a default export"]],
    "a Node module in a room without any": [
      files(["base/a.ts", 'import { readFileSync } from "node:fs";']),
      ["base/a.ts may not import node:fs"],
    ],
    "a Node module allowed one folder away": [
      files(["driver/postgres/a.ts", 'import { DatabaseSync } from "node:sqlite";']),
      ["driver/postgres/a.ts may not import node:sqlite"],
    ],
    "a Node module without its prefix": [files(["engine/a.ts", 'import "async_hooks";']), ["engine/a.ts may not import async_hooks"]],
    "a package": [files(["query/a.ts", 'import x from "lodash";']), ["query/a.ts may not import lodash"]],
    "a required package": [files(["query/a.ts", 'const x = require("lodash");']), ["query/a.ts may not import lodash"]],
    "a file in no room": [files(["a.ts", ""]), ["a.ts is in no room of floors.ts"]],
    "a room that is not on the map": [files(["plugins/a.ts", ""]), ["plugins/a.ts is in no room of floors.ts"]],
    "a room named like a property of every object": [files(["constructor/a.ts", ""]), ["constructor/a.ts is in no room of floors.ts"]],
    "a file that is too long": [files(["base/a.ts", "1;\n".repeat(451)]), ["base/a.ts has 451 lines, more than 450"]],
    "an import without its ending": [files(["base/a.ts", 'import { b } from "./b";']), ["base/a.ts imports ./b without .ts"]],
    "a name in camel case": [files(["base/planCache.ts", ""]), ["base/planCache.ts is not in kebab-case"]],
    "a name that says nothing": [
      files(["base/string-utils.ts", ""], ["query/helpers/a.ts", ""]),
      [
        "base/string-utils.ts has a name that says nothing",
        "query/helpers/a.ts has a name that says nothing",
        "query/helpers/ is not among the folders of its room in floors.ts",
      ],
    ],
    "a folder that is not on the map": [
      files(["query/lookups/a.ts", ""], ["query/constructor/a.ts", ""], ["base/deep/er/a.ts", ""]),
      [
        "query/constructor/ is not among the folders of its room in floors.ts",
        "base/deep/er/ is not among the folders of its room in floors.ts",
      ],
    ],
    "a crowded folder": [
      files(...Array.from({ length: 26 }, (_, index): [string, string] => [`base/a${index}.ts`, ""])),
      ["base/ has 26 files, more than 25"],
    ],
  };
  for (const [name, [example, complaints]] of Object.entries(broken)) {
    test(name, () => assert.deepEqual(complaintsAbout(example), complaints));
  }
});

describe("the rules let pass", () => {
  const fine: Record<string, Map<string, string>> = {
    "an import that points down, at any depth": files(["driver/sqlite/a.ts", 'import { b } from "../../base/b.ts";']),
    "the modules a folder is allowed": files([
      "driver/sqlite/a.ts",
      'import { DatabaseSync } from "node:sqlite";\nconst load = () => import("better-sqlite3");',
    ]),
    "an exported constant holding a text": files(["base/a.ts", "export const from = 'y';\nexport const x = \"from './b'\";"]),
    "imports in comments and texts": files([
      "base/a.ts",
      '/** import { x } from "../engine/x.ts"; */\n// import "lodash";\nexport const a = `\nimport { x } from "lodash";\n`;',
    ]),
    "a regular expression with a quote in it": files(["base/a.ts", "export const quote = /[\"'`/]/g;\nexport const x = 1;"]),
    "re-exports in entry": files(["entry/index.ts", 'export { b } from "../base/b.ts";'], ["base/b.ts", "export const b = 1;"]),
    "two ways to one file": files(
      ["base/a.ts", 'import "./b.ts";\nimport "./c.ts";'],
      ["base/b.ts", 'import "./c.ts";'],
      ["base/c.ts", ""],
    ),
    "a file of exactly the longest length": files(["base/a.ts", "1;\n".repeat(450)]),
    "a word that begins like a forbidden one": files(["base/commonly-used.ts", ""], ["base/utility.ts", ""]),
  };
  for (const [name, example] of Object.entries(fine)) {
    test(name, () => assert.deepEqual(complaintsAbout(example), []));
  }
});
