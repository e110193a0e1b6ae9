/**
 * The `ts` blocks of README.md and docs/, as modules that can be compiled and run.
 *
 * - A block's info string may say `ts prelude`: then it stands before every later block of its page.
 * - A block whose first line is a comment with a path, `// models.ts`, is that file; other blocks of the page import it.
 * - Lines after `// →` are what the block prints, in order.
 * - `ts wrong`: must not compile; the compiler's message holds what stands behind `// ✗`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./scratch.ts";

export interface Block {
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

export const expectedOutput = (code: string): string[] =>
  Array.from(code.matchAll(/\/\/ →(?: (.*))?$/gm), ([, text = ""]) => text.trimEnd());

const folderOf = (page: string): string => page.replace(/\.md$/, "").replaceAll("/", "-").toLowerCase();
export const fileOf = (block: Block): string => `${folderOf(block.page)}/${block.path ?? `line-${block.line}.ts`}`;

/** The names of the package and of its parts become those of their source files; a file of its own is a module. */
const asModule = (code: string): string =>
  `${code.replaceAll('"petrel"', '"petrel/index"').replaceAll(/"petrel\/(\w+)"/g, '"../../../src/entry/$1.ts"')}\nexport {};\n`;

export const textOf = (block: Block, blocks: readonly Block[]): string => {
  if (block.path !== null) return asModule(block.code).replaceAll("../../../", "../".repeat(3 + block.path.split("/").length - 1));
  const preludes = blocks.filter(({ page, line, kind }) => kind === "prelude" && page === block.page && line < block.line);
  return asModule([...preludes.map(({ code }) => code), block.code].join("\n"));
};

export const documentationBlocks = (): Block[] => pages().flatMap((page) => blocksOf(page, readFileSync(join(root, page), "utf8")));
