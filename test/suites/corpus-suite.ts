/** Large structures as SQL: found, made again, found the same; and as models, which compile and ask for what is there. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { AnyModel, Engine } from "../../src/entry/index.ts";
import { canonical, compare, diff, generateModels, introspect, render, runStatements, type Snapshot } from "../../src/entry/migrate.ts";
import { compile, scratchFolder, writeAll } from "../scratch.ts";
import { applicationStatements } from "../support/corpus/applications.ts";
import { difficultOnPostgres, difficultOnSqlite, unmanagedOnPostgres } from "../support/corpus/difficult.ts";
import { petrelFromSource } from "../support/petrel-from-source.ts";
import type { MigrateEngine } from "./migrate-suite.ts";

petrelFromSource();

export interface CorpusEngine extends MigrateEngine {
  readonly dialect: "postgres" | "sqlite";
  /** What the generated models do not say of the difficult tables. */
  readonly remarks: readonly string[];
}

const run = (engine: Engine, statements: readonly string[]): Promise<void> =>
  engine.transaction(async (session) => {
    for (const text of statements) await session.executeRaw(text);
  });

export const corpusSuite = ({ name, dialect, open, remarks }: CorpusEngine): void => {
  const folder = scratchFolder(`corpus-${name}`);
  const schemas = dialect === "postgres" ? ["billing"] : [];
  const unmanaged = dialect === "postgres" ? unmanagedOnPostgres : [];
  const corpus: Readonly<Record<string, readonly string[]>> = {
    applications: applicationStatements(dialect, 20_260_101),
    difficult: [...unmanaged, ...(dialect === "postgres" ? difficultOnPostgres : difficultOnSqlite)],
  };

  for (const [what, statements] of Object.entries(corpus)) {
    test(`${name}: ${what}: what was found is made again elsewhere, and found the same`, async () => {
      await using engine = await open();
      await run(engine, statements);
      const found = await introspect(engine, { schemas });
      await using other = await open();
      await run(other, unmanaged);
      const nothing: Snapshot = { ...found, schemas: [], enums: [], tables: [], views: [] };
      await runStatements(other, render(diff(nothing, found).changes, dialect));
      const again = await introspect(other, { schemas });
      // PostgreSQL writes a list of `varchar` otherwise when it reads its own words again.
      const plan = diff(await canonical(other, again), await canonical(engine, found));
      assert.deepEqual(
        render(plan.changes, dialect).map(({ sql }) => sql),
        [],
      );
    });

    test(`${name}: ${what}: models made from it ask for what is there`, async () => {
      await using engine = await open();
      await run(engine, statements);
      const found = await introspect(engine, { schemas });
      const made = generateModels(found);
      writeAll(folder, { [`${what}.ts`]: made.text });
      const models = Object.values((await import(pathToFileURL(join(folder, `${what}.ts`)).href)) as Record<string, AnyModel>);
      assert.deepEqual(made.remarks, what === "difficult" ? remarks : []);
      const plan = await compare(engine, models, { keepUnknownTables: true });
      const remarked = new Set(remarks.flatMap((remark) => /^'((?:[^']|'(?!:))*)'/.exec(remark)?.[1] ?? []));
      assert.deepEqual(
        render(plan.changes, dialect)
          .filter(({ table, expectsNoRows }) => !expectsNoRows && (table === null || !remarked.has(table.name)))
          .map(({ sql }) => sql),
        [],
      );
    });
  }

  test(`${name}: the models of both compile`, () => {
    writeAll(folder, { "tsconfig.json": JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] }) });
    assert.equal(compile("typescript", join(folder, "tsconfig.json")).output, "");
  });
};
