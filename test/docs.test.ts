/**
 * The documentation is true: every `ts` block of README.md and docs/ is type-checked, and run on SQLite in memory where it shows results.
 * `docs-blocks.ts` says how blocks are marked.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { documentationBlocks, expectedOutput, fileOf, textOf } from "./docs-blocks.ts";
import { compile, root, runScript, scratchFolder, writeAll } from "./scratch.ts";

const options = {
  extends: join(root, "tsconfig.json"),
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ["*/**/*.ts"],
};

/** Messages per file, as `tsc` prints them. */
const messagesByFile = (output: string): Map<string, string[]> => {
  const messages = new Map<string, string[]>();
  for (const line of output.split("\n").filter((text) => / error TS\d+: /.test(text))) {
    const file = line.replace(/\(\d+,\d+\).*/, "").replace(/^.*docs-\d+\//, "");
    messages.set(file, [...(messages.get(file) ?? []), line.replace(/^.*docs-\d+\//, "")]);
  }
  return messages;
};

const folder = scratchFolder("docs");
const blocks = documentationBlocks();
writeAll(folder, Object.fromEntries(blocks.map((block) => [fileOf(block), textOf(block, blocks)])));
writeAll(folder, { "tsconfig.json": JSON.stringify(options) });
const { output } = compile("typescript", folder);
const messages = messagesByFile(output);

describe("the documentation", () => {
  test("has blocks to check", () => assert.ok(blocks.length > 0));
  test("names only files of its own in the compiler's complaints", () => {
    const own = new Set(blocks.map(fileOf));
    assert.deepEqual(
      [...messages].filter(([file]) => !own.has(file)).flatMap(([, lines]) => lines),
      [],
    );
  });
  for (const block of blocks) {
    const name = `${block.page}:${block.line}`;
    const wrong = messages.get(fileOf(block)) ?? [];
    if (block.kind === "wrong") {
      const sentence = /\/\/ ✗ (.*)$/m.exec(block.code)?.[1];
      test(`${name} gets the compiler's message that it shows`, () => {
        assert.ok(sentence, "a wrong block shows its message");
        assert.equal(wrong.length, 1, wrong.join("\n"));
        assert.ok(wrong[0]?.includes(sentence), wrong[0]);
      });
    } else test(`${name} compiles`, () => assert.deepEqual(wrong, []));
    const expected = expectedOutput(block.code);
    if (expected.length === 0) continue;
    test(`${name} prints what it says`, () => {
      const ran = runScript(join(folder, fileOf(block)));
      assert.deepEqual(ran.output.trimEnd().split("\n"), expected);
      assert.equal(ran.status, 0);
    });
  }
});
