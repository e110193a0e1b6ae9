/** `petrel migrate status`: how the database stands to the folder of migrations. */
import { migrationStatus } from "../../migrate/apply/migration-status.ts";
import type { MigrationStatus } from "../../migrate/migration-plan.ts";
import type { Run } from "../command.ts";
import { folderOf } from "../migrations.ts";
import { textTable } from "../text-table.ts";

const rowsOf = (status: MigrationStatus): (readonly [string, string])[] => [
  ...status.applied.map(
    ({ name }) =>
      [
        name,
        status.changed.includes(name)
          ? "applied; its file was changed since"
          : status.missing.includes(name)
            ? "applied; it has no file"
            : "applied",
      ] as const,
  ),
  ...status.unfinished.map(({ name, state, step }) => [name, `${state}; step ${step} was the last one done`] as const),
  ...status.pending.filter((name) => !status.unfinished.some((each) => each.name === name)).map((name) => [name, "pending"] as const),
];

export const run: Run = async (call) => {
  const status = await migrationStatus(await call.open(), { folder: await folderOf(call) });
  const conflicts = status.conflicts.map(({ left, right, what }) => `${left} and ${right} both touch ${what}`);
  const table = textTable(["migration", "state"], rowsOf(status));
  call.output.result(status, [table === "" ? "There are no migrations." : table, ...conflicts].join("\n"));
  const isQuiet = [status.unfinished, status.pending, status.changed, status.missing, status.conflicts].every((list) => list.length === 0);
  return isQuiet ? undefined : "findings";
};
