/** `petrel db reset`: drops all that is in the database, and makes it anew by its migrations, or by `db push` where there are none. */
import { diff } from "../../migrate/diff/diff.ts";
import { introspect } from "../../migrate/structure/introspect.ts";
import { readMigrations } from "../../migrate/files/migration-file.ts";
import { planMigrations } from "../../migrate/apply/plan-migrations.ts";
import { render } from "../../migrate/render.ts";
import { runStatements } from "../../migrate/run.ts";
import { applyMigrations } from "../../migrate/apply/runner.ts";
import { compare } from "../../migrate/structure/compare.ts";
import { historyTable } from "../../migrate/apply/history-table.ts";
import { snapshot } from "../../migrate/structure/snapshot.ts";
import type { Engine } from "../../session/engine.ts";
import type { Call, Run } from "../command.ts";
import { assertConfirmed, databaseName } from "../database-name.ts";
import { dialectOfUrl, folderOf } from "../migrations.ts";
import { modelsOf } from "../settings.ts";
import { seed } from "./db-seed.ts";

/** The schemas that models are in, now or when a migration was made from them. */
const schemasOf = async (call: Call, engine: Engine): Promise<readonly string[]> => {
  if (engine.dialect.name === "sqlite") return [];
  const settings = await call.settings();
  const { migrations } = await readMigrations({ dialect: engine.dialect.name, folder: await folderOf(call) });
  const now = settings.configuration.models === undefined ? [] : snapshot(engine, await modelsOf(settings)).schemas;
  return [...new Set([...now, ...migrations.flatMap(({ structure }) => structure?.schemas ?? [])])];
};

const empty = async (engine: Engine, schemas: readonly string[]): Promise<void> => {
  const found = await introspect(engine, { schemas });
  const nothing = { ...found, enums: [], tables: [], views: [] };
  await runStatements(engine, render(diff(found, nothing).changes, engine.dialect.name));
  await engine.execute(`DROP TABLE IF EXISTS ${historyTable}`);
};

const make = async (call: Call, engine: Engine): Promise<readonly string[]> => {
  const folder = await folderOf(call);
  const { migrations } = await readMigrations({ dialect: await dialectOfUrl(call), folder });
  // Nothing is left that could be lost.
  if (migrations.length > 0) return (await applyMigrations(engine, { folder, consent: await consentFor(engine, folder) })).done;
  const plan = await compare(engine, await modelsOf(await call.settings()));
  await runStatements(engine, render(plan.changes, engine.dialect.name));
  return [];
};

const consentFor = async (engine: Engine, folder: string): Promise<string> => {
  return (await planMigrations(engine, { folder })).hash;
};

export const run: Run = async (call) => {
  const { name } = await databaseName(call);
  await assertConfirmed(call, `This drops every table of the database ${name}.`);
  const engine = await call.open();
  await empty(engine, await schemasOf(call, engine));
  const applied = await make(call, engine);
  const isSeeded = call.options.flag("seed");
  if (isSeeded) await seed(call);
  const how = applied.length > 0 ? `by ${applied.length} migrations` : "from the models";
  call.output.result({ database: name, applied, seeded: isSeeded }, `The database ${name} was made anew ${how}.`);
  return undefined;
};
