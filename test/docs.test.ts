/**
 * The documentation is true: every `ts` block of README.md and docs/ is type-checked, and run where it shows results.
 *
 * - A block's info string may say `ts prelude`: then it stands before every later block of its page.
 * - A block whose first line is a comment with a path, `// models.ts`, is that file; other blocks of the page import it.
 * - Lines after `// →` are what the block prints, in order: such a block is run on SQLite in memory, and everything it prints is compared.
 * - `ts wrong`: must not compile; the compiler's message holds what stands behind `// ✗`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compile, root, runScript, scratchFolder, writeAll } from "./scratch.ts";

interface Block {
  readonly page: string;
  /** Of the block's first line in its page, from 1. */
  readonly line: number;
  readonly kind: "plain" | "prelude" | "wrong";
  readonly code: string;
  /** The file it is, or null. */
  readonly path: string | null;
}

const pages = (): string[] => [
  "README.md",
  ...["CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name.replaceAll("\\", "/")}`)
    .sort(),
];

const kindOf = (info: string): Block["kind"] => {
  if (info === "" || info === "prelude" || info === "wrong") return info === "" ? "plain" : info;
  throw new Error(`A block is marked 'ts ${info}', which means nothing.`);
};

const blocksOf = (page: string, text: string): Block[] =>
  Array.from(text.matchAll(/^```(?:ts|typescript)\b *([^\n]*)\n([^]*?)^```$/gm), ({ 1: info = "", 2: code = "", index }) => ({
    page,
    line: text.slice(0, index).split("\n").length + 1,
    kind: kindOf(info.trim()),
    code,
    path: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? null,
  }));

const expectedOutput = (code: string): string[] => Array.from(code.matchAll(/\/\/ →(?: (.*))?$/gm), ([, text = ""]) => text.trimEnd());

const folderOf = (page: string): string => page.replace(/\.md$/, "").replaceAll("/", "-").toLowerCase();
const fileOf = (block: Block): string => `${folderOf(block.page)}/${block.path ?? `line-${block.line}.ts`}`;

/** The package's name becomes its source file's; a file of its own is a module. */
const asModule = (code: string): string => `${code.replaceAll('"petrel"', '"../../../src/entry/index.ts"')}\nexport {};\n`;

const textOf = (block: Block, blocks: readonly Block[]): string => {
  if (block.path !== null) return asModule(block.code).replaceAll("../../../", "../".repeat(3 + block.path.split("/").length - 1));
  const preludes = blocks.filter(({ page, line, kind }) => kind === "prelude" && page === block.page && line < block.line);
  return asModule([...preludes.map(({ code }) => code), block.code].join("\n"));
};

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
const blocks = pages().flatMap((page) => blocksOf(page, readFileSync(join(root, page), "utf8")));
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
