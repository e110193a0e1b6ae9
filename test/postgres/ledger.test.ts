/** The tables in `README.md` are whole: each of the 64 bugs that other drivers had, with a test whose name has its number, and the ten invariants. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../scratch.ts";

const rows = Array.from(
  readFileSync(join(import.meta.dirname, "README.md"), "utf8").matchAll(/^\| ([\d, ]+?) *\|[^|]*\| (.*?) *\|$/gm),
  ([, numbers = "", place = ""]) => ({
    numbers: numbers.split(", ").map(Number),
    files: Array.from(place.split(";")[0]!.matchAll(/`([a-z/0-9-]+)`/g), ([, file = ""]) => file),
  }),
);

/** The numbers in the names of a file's tests: "(hazards 3, 38)", "31, 32: …". */
const numbersIn = (file: string): Set<number> => {
  const text = readFileSync(join(root, "test", `${file}.test.ts`), "utf8");
  const lists = [...text.matchAll(/\bhazards? (\d+(?:, \d+)*)/g), ...text.matchAll(/\b(?:it|test)\(\s*["'`](\d+(?:, \d+)*): /g)];
  return new Set(lists.flatMap(([, list = ""]) => list.split(", ").map(Number)));
};

test("each of the 64 bugs stands in the table once", () => {
  assert.deepEqual(
    rows.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b),
    Array.from({ length: 64 }, (_, at) => at + 1),
  );
});

for (const { numbers, files } of rows) {
  test(`${numbers.join(", ")}: has a test that says so in every file that the table names`, () => {
    assert.ok(files.length > 0);
    const named = files.map((file) => [file, numbersIn(file)] as const);
    for (const number of numbers)
      assert.ok(
        named.some(([, found]) => found.has(number)),
        `no test is named after ${number}`,
      );
    for (const [file, found] of named)
      assert.ok(
        numbers.some((number) => found.has(number)),
        `${file} has no test named after any of them`,
      );
  });
}

const invariants = Array.from(
  readFileSync(join(import.meta.dirname, "README.md"), "utf8").matchAll(/^\| I(\d+) \|[^|]*\| (.*?) *\|$/gm),
  ([, number = "", place = ""]) => ({
    number: Number(number),
    files: Array.from(place.matchAll(/`([a-z/-]+)`/g), ([, file = ""]) => file),
  }),
);

test("each of the ten invariants stands in its table once, and the files that it names say so", () => {
  assert.deepEqual(
    invariants.map(({ number }) => number),
    Array.from({ length: 10 }, (_, at) => at + 1),
  );
  for (const { number, files } of invariants) {
    assert.ok(files.length > 0);
    for (const file of files) {
      const text = readFileSync(join(root, "test", `${file}.test.ts`), "utf8");
      const said = [...text.matchAll(/\binvariants? (I\d+(?:, I\d+)*)/g)].flatMap(([, list = ""]) => list.split(", "));
      assert.ok(said.includes(`I${number}`), `${file} does not say invariant I${number}`);
    }
  }
});
