/**
 * Petrel's types: what compiles and what must not, which sentence a mistake gets, what a query costs the compiler by count,
 * and whether declarations survive being emitted and consumed. `UPDATE_SNAPSHOTS=1` accepts new messages and counts: review them like code.
 */
import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { compile, compilers, root, scratchFolder, unlessAll, unlessFast, writeAll, type Compiler } from "./scratch.ts";
import { baseline, generatedProject, kinds, project } from "./generated-project.ts";

const accepts = process.env["UPDATE_SNAPSHOTS"] === "1";
const typesFolder = join(root, "test", "types");
const versionOf: Readonly<Record<Compiler, string>> = { typescript: "ts7", typescript6: "ts6", typescript59: "ts6" };

/** The compiler's messages about mistakes.ts, with nothing of this machine in them. A message's further lines are indented. */
const normalised = (output: string): string =>
  Array.from(output.replaceAll("\r\n", "\n").matchAll(/^\S*?(mistakes\.ts\(.*\n(?: .*\n)*)/gm), ([, message]) => message).join("");

describe("what compiles and what must not", () => {
  for (const compiler of compilers) {
    test(`holds on ${compiler}`, { skip: unlessFast(compiler) }, () => assert.equal(compile(compiler, typesFolder).output, ""));
  }
});

describe("a mistake gets the sentence that was agreed", () => {
  for (const compiler of compilers) {
    test(`on ${compiler}`, { skip: unlessFast(compiler) }, () => {
      const path = join(typesFolder, `messages.${versionOf[compiler]}.txt`);
      const messages = normalised(compile(compiler, join(typesFolder, "errors")).output);
      if (accepts) writeFileSync(path, messages);
      assert.equal(messages, readFileSync(path, "utf8"));
    });
  }

  test("every line that is a mistake is found", () => {
    const source = readFileSync(join(typesFolder, "errors", "mistakes.ts"), "utf8").split("\n");
    const mistakes = source.flatMap((line, index) => (line.endsWith(" // ✗") ? [index + 1] : []));
    const found = Array.from(readFileSync(join(typesFolder, "messages.ts7.txt"), "utf8").matchAll(/^mistakes\.ts\((\d+),/gm), ([, line]) =>
      Number(line),
    );
    assert.ok(mistakes.length > 20);
    assert.deepEqual(
      [...new Set(found)].sort((a, b) => a - b),
      mistakes,
    );
  });
});

const instantiations = (folder: string): number => {
  const { output, status } = compile("typescript", folder, "--extendedDiagnostics");
  assert.equal(status, 0, output);
  return Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]);
};

describe("what types cost, in instantiations", { skip: unlessAll }, () => {
  const path = join(root, "test", "budgets", "types.json");
  const folder = scratchFolder("types");

  const measure = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    const measureProject = (name: string, files: Readonly<Record<string, string>>): number => {
      writeAll(join(folder, name), { ...files, "tsconfig.json": project });
      return instantiations(join(folder, name));
    };
    const base = measureProject("baseline", baseline());
    for (const [name, files] of Object.entries(kinds())) counts[name] = measureProject(name, files) - base;
    counts["100 models and 500 queries"] = measureProject("large", generatedProject(100, 500));
    counts["300 models and 500 queries"] = measureProject("largest", generatedProject(300, 500));
    return counts;
  };

  test("stays within the committed budget of every kind of query, and of a large project", () => {
    const counts = measure();
    // Five in a hundred above what was measured: enough for a compiler's patch release, not for a mistake in a type.
    if (accepts)
      writeFileSync(
        path,
        `${JSON.stringify(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Math.ceil(count * 1.05)])), null, 2)}\n`,
      );
    const budgets: Record<string, number> = JSON.parse(readFileSync(path, "utf8"));
    assert.deepEqual(Object.keys(counts), Object.keys(budgets), "every kind has a budget, and every budget a kind");
    const over = Object.entries(counts).filter(([name, count]) => count > (budgets[name] ?? 0));
    assert.deepEqual(
      over.map(([name, count]) => `${name}: ${count}, more than ${budgets[name]}`),
      [],
    );
    const stale = Object.entries(counts).filter(([name, count]) => count < (budgets[name] ?? 0) * 0.7);
    assert.deepEqual(
      stale.map(([name, count]) => `${name}: ${count}, far below ${budgets[name]}; lower the budget`),
      [],
    );
  });
});

describe("emitted declarations", () => {
  const folder = scratchFolder("declarations");
  const modules = join(folder, "node_modules");
  /** `AbortSignal` and its like come from Node's types or from the browser's; either must do. */
  const settings = (globals: "node" | "dom", extra: object): string =>
    JSON.stringify({
      compilerOptions: {
        target: "es2022",
        lib: globals === "node" ? ["es2022"] : ["es2022", "dom"],
        types: globals === "node" ? ["node"] : [],
        module: "nodenext",
        strict: true,
        skipLibCheck: false,
        rootDir: ".",
        ...extra,
      },
      include: ["*.ts"],
    });

  test("are built", () => {
    const { output } = compile("typescript", join(root, "tsconfig.build.json"), "--outDir", join(modules, "petrel", "dist"));
    assert.equal(output, "");
    symlinkSync(join(root, "package.json"), join(modules, "petrel", "package.json"));
  });

  for (const compiler of compilers) {
    for (const [globals, exactOptionalPropertyTypes] of [
      ["node", true],
      ["dom", false],
    ] as const) {
      const name = `consumer-${compiler}-${globals}`;
      test(
        `are consumed without skipLibCheck by ${compiler}, with ${globals} types, exactOptionalPropertyTypes ${exactOptionalPropertyTypes}`,
        { skip: unlessFast(compiler) },
        () => {
          writeAll(join(folder, name), {
            "package.json": '{ "type": "module" }',
            "tsconfig.json": settings(globals, { noEmit: true, exactOptionalPropertyTypes }),
            ...baseline("petrel", ".js"),
          });
          assert.equal(compile(compiler, join(folder, name)).output, "");
        },
      );
    }

    test(`of a project that exports models are whole and clean on ${compiler}`, { skip: unlessFast(compiler) }, () => {
      const name = `library-${compiler}`;
      writeAll(join(folder, name), {
        "package.json": '{ "type": "module" }',
        "tsconfig.json": settings("node", {
          declaration: true,
          emitDeclarationOnly: true,
          outDir: "types",
          exactOptionalPropertyTypes: true,
        }),
        ...generatedProject(4, 10, "petrel", ".js"),
      });
      assert.equal(compile(compiler, join(folder, name)).output, "");
      const declared = readFileSync(join(folder, name, "types", "models0.d.ts"), "utf8");
      assert.match(declared, /posts: \(\) => HasMany<typeof \w+>|hasMany|HasMany<typeof/);
      assert.doesNotMatch(declared, /elided|\bany\b|import\("(?!petrel)/);
      writeAll(join(folder, `${name}-user`), {
        "package.json": '{ "type": "module" }',
        "tsconfig.json": settings("node", { noEmit: true }),
        "use.ts": `import { Model0 } from "../${name}/types/models0.js";\ndeclare const row: Model0;\nexport const id: number = row.id;\n// @ts-expect-error no such column\nrow.nothing;\n`,
      });
      assert.equal(compile(compiler, join(folder, `${name}-user`), "--rootDir", folder).output, "");
    });
  }
});
