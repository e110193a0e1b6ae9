import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatchKind } from "../../src/ast/operator.ts";
import { rootSource } from "../../src/ast/source.ts";
import { openMemory, planOn, runOn } from "../support/run-sqlite.ts";
import { c, col, param, selectFrom } from "../support/statements.ts";

const texts = [
  "",
  "a",
  "A",
  "ab",
  "AB",
  "aXb",
  "a%b",
  "a_b",
  "a\\b",
  "a*b",
  "a?b",
  "a[b",
  "a]b",
  "[ab]",
  "é",
  "É",
  "Ünï",
  "ünÏ",
  "😀x",
  "x😀",
  "a'b",
  "%",
  "_",
  "\\",
  "*",
  "a\nb",
];
const names = { name: "names", schema: null, softDelete: null };

const filled = (): ReturnType<typeof openMemory> => {
  const database = openMemory("CREATE TABLE names (name TEXT NOT NULL) STRICT; CREATE INDEX names_name ON names (name)");
  const insert = database.prepare("INSERT INTO names VALUES (?)");
  for (const text of texts) insert.run(text);
  return database;
};

const statement = (kind: MatchKind, caseless: boolean, pattern: string): ReturnType<typeof selectFrom> => {
  const source = rootSource(names);
  const ascii = !/[^\0-\x7f]/.test(pattern);
  return selectFrom(source, [col(source, c.name)], {
    where: { node: "match", kind, caseless, ascii, operand: col(source, c.name), pattern: param("text", pattern, "pattern") },
  });
};

/** LIKE by the SQL standard, over characters. */
const like = (text: string, pattern: string): boolean => {
  const source = pattern.replaceAll(/\\([^])|\\$|[^]/gu, (found, escaped: string | undefined) => {
    if (escaped === undefined && found === "%") return "[^]*";
    if (escaped === undefined && found === "_") return "[^]";
    return (escaped ?? found).replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  });
  return new RegExp(`^(?:${source})$`, "u").test(text);
};

const oracle: Record<MatchKind, (text: string, pattern: string) => boolean> = {
  like,
  exact: (text, pattern) => text === pattern,
  contains: (text, pattern) => text.includes(pattern),
  startsWith: (text, pattern) => text.startsWith(pattern),
  endsWith: (text, pattern) => text.endsWith(pattern),
};

for (const kind of Object.keys(oracle) as MatchKind[]) {
  for (const caseless of [false, true]) {
    test(`${caseless ? "caseless " : ""}${kind} agrees with JavaScript on every text, whatever is in the pattern`, () => {
      const database = filled();
      const fold = (text: string): string => (caseless ? text.toLowerCase() : text);
      for (const pattern of [...texts, "a%", "%b", "_", "a_", "a\\%b", "a\\", "%\\_%"]) {
        const expected = texts.filter((text) => oracle[kind](fold(text), fold(pattern)));
        const found = runOn(database, statement(kind, caseless, pattern)).map(([text]) => text as string);
        assert.deepEqual(found.toSorted(), expected.toSorted(), `pattern ${JSON.stringify(pattern)}`);
      }
    });
  }
}

test("a case-sensitive startsWith searches the column's index", () => {
  assert.match(
    planOn(filled(), statement("startsWith", false, "a")),
    /SEARCH names USING COVERING INDEX names_name \(name>\? AND name<\?\)/,
  );
});

test("a regular expression is JavaScript's, caseless on request", () => {
  const database = filled();
  const source = rootSource(names);
  const matching = (caseless: boolean): unknown[] =>
    runOn(
      database,
      selectFrom(source, [col(source, c.name)], {
        where: { node: "regex", caseless, operand: col(source, c.name), pattern: param("text", "^a[xb]", "pattern") },
      }),
    ).map(([text]) => text);
  assert.deepEqual(matching(false), ["ab"]);
  assert.deepEqual(matching(true).toSorted(), ["AB", "aXb", "ab"]);
});
