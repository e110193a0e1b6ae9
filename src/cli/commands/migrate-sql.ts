/** `petrel migrate sql [migration]`: the statements of a migration, or of all in order, for somebody else to run. Needs no database. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { readMigrations } from "../../migrate/files/migration-file.ts";
import type { Migration } from "../../migrate/migration-plan.ts";
import type { Run } from "../command.ts";
import { dialectOfUrl, folderOf } from "../migrations.ts";

const statementsOf = (migration: Migration, isDown: boolean): string[] => {
  const steps = isDown ? migration.down : migration.up;
  if (steps === null) throw new ConfigurationError(`Nothing undoes the migration '${migration.name}'.`);
  return steps.map((step) => {
    if (step.kind === "sql") return step.sql;
    throw new ConfigurationError(`The migration '${migration.name}' has a step in TypeScript, '${step.name}', which is no SQL.`);
  });
};

export const run: Run = async (call) => {
  const [name] = call.arguments;
  const { migrations } = await readMigrations({ dialect: await dialectOfUrl(call), folder: await folderOf(call) });
  const names = migrations.map((migration) => migration.name);
  if (name !== undefined && !names.includes(name))
    throw new ConfigurationError(`There is no migration '${name}'.${didYouMean(name, names)}`);
  const chosen = name === undefined ? migrations : migrations.filter((migration) => migration.name === name);
  const isDown = call.options.flag("down");
  const found = (isDown ? chosen.toReversed() : chosen).map((migration) => ({
    name: migration.name,
    statements: statementsOf(migration, isDown),
  }));
  const text = found.map((each) => [`-- ${each.name}`, ...each.statements.map((sql) => (/;\s*$/.test(sql) ? sql : `${sql};`))].join("\n"));
  call.output.result(found, text.join("\n\n"));
  return undefined;
};
