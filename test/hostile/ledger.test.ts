/** The table in `README.md` is whole: each of the 44 vectors stands in it once, and the files that it names are there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../scratch.ts";

const rows = Array.from(
  readFileSync(join(import.meta.dirname, "README.md"), "utf8").matchAll(/^\| ([\d, ]+?) *\|[^|]*\| (.*?) *\|$/gm),
  ([, numbers = "", place = ""]) => ({
    numbers: numbers.split(", ").map(Number),
    place,
    files: Array.from(place.matchAll(/`([a-z-]+(?:\/[a-z-]+)+)`/g), ([, file = ""]) => file),
  }),
);

test("each of the 44 vectors stands in the table once", () => {
  assert.deepEqual(
    rows.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b),
    Array.from({ length: 44 }, (_, at) => at + 1),
  );
});

for (const { numbers, place, files } of rows) {
  test(`${numbers.join(", ")}: is held by files that exist, or the table says why it cannot occur`, () => {
    assert.ok(files.length > 0 || place.startsWith("cannot occur"), place);
    for (const file of files)
      assert.ok(
        [".ts", ".test.ts"].some((ending) => existsSync(join(root, "test", file + ending))),
        `there is no ${file}`,
      );
  });
}
