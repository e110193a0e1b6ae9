/** Every error code has its page in docs/errors/, and every page its code. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const namesIn = (folder: string, ending: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));

/** Code texts wherever they stand in src/: a class may be given one of its own where it is thrown. */
const codesIn = (source: string): string[] => Array.from(source.matchAll(/"(E\d{4})"/g), ([, code = ""]) => code);

const codes = [...new Set(namesIn("src/", ".ts").flatMap((name) => codesIn(read(`src/${name}`))))].sort();
const pages = namesIn("docs/errors/", ".md").sort();

test("every code has a page, and every page a code", () => {
  assert.ok(codes.length >= 18, "the codes were found");
  assert.deepEqual(
    pages,
    codes.map((code) => `${code}.md`),
  );
});

test("every page says what happened, gives an example and says what to do, in this order", () => {
  for (const page of pages) {
    const text = read(`docs/errors/${page}`);
    assert.match(
      text,
      /^# E\d{4}: \w+\n\n\*\*What happened\.\*\* [^]+\n\n\*\*For example\.\*\* [^]+\n\n\*\*What to do\.\*\* [^]+\n$/,
      page,
    );
    assert.ok(text.startsWith(`# ${page.slice(0, -3)}: `), `${page} begins with its own code`);
  }
});

test("a page is headed by the class that carries its code", () => {
  const classes = read("src/base/errors.ts")
    .split(/^export class /m)
    .slice(1);
  for (const text of classes) {
    const name = /^\w+/.exec(text)?.[0];
    const [code] = codesIn(text);
    if (code !== undefined) assert.ok(read(`docs/errors/${code}.md`).startsWith(`# ${code}: ${name}\n`), `${code} is ${name}`);
  }
});
