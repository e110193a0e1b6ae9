import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, UnsafeFileKey } from "../../../src/base/errors.ts";
import { definitionOf } from "../../../src/schema/columns/column-builder.ts";
import { file, image, rulesOfType } from "../../../src/files/file-column.ts";
import { diskStore } from "../../../src/files/disk-store.ts";

const store = diskStore("never-made");

test("the rules stay with the column, whatever else is said of it", () => {
  const column = file({ store, uploadTo: "a/b", maxSize: "1KB", allowedExtensions: ["PDF"] })
    .nullable()
    .named("doc")
    .comment("A file.");
  assert.deepEqual(rulesOfType(definitionOf(column)!.type), {
    store,
    folder: "a/b/",
    maxSize: 1024,
    extensions: new Set(["pdf"]),
    image: null,
  });
});

test("an image's rules have their defaults, and JPEG has both of its names", () => {
  const rules = rulesOfType(definitionOf(image({ store, allowedFormats: ["jpg"] }))!.type)!;
  assert.deepEqual(rules.extensions, new Set(["jpg", "jpeg"]));
  assert.equal(rules.maxSize, 5 * 1024 * 1024);
  assert.deepEqual(rules.image, { resizeTo: null, thumbnailSize: null, maxPixels: 50_000_000 });
  const small = rulesOfType(definitionOf(image({ store, createThumbnail: true, resizeTo: { width: 9, height: 9 } }))!.type)!;
  assert.deepEqual(small.image, { resizeTo: { width: 9, height: 9 }, thumbnailSize: 150, maxPixels: 50_000_000 });
});

test("options that cannot be meant are refused where the column is declared", () => {
  assert.throws(() => file({} as never), /file\(\) needs a store/);
  assert.throws(() => file({ store, uploadTo: "../up" }), UnsafeFileKey);
  for (const attempt of [
    () => file({ store, maxSize: "much" as never }),
    () => file({ store, allowedExtensions: [] }),
    () => file({ store, allowedExtensions: [".pdf"] }),
    () => image({ store, allowedFormats: ["svg" as never] }),
    () => image({ store, resizeTo: { width: 0, height: 9 } }),
    () => image({ store, createThumbnail: true, thumbnailSize: 1.5 }),
    () => image({ store, maxPixels: -1 }),
  ]) {
    assert.throws(attempt, ConfigurationError);
  }
});
