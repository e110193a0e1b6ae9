/** `petrel migrate history`: what was applied, in the order in which it came. */
import { migrationHistory } from "../../migrate/apply/history.ts";
import type { Run } from "../command.ts";
import { textTable } from "../text-table.ts";

export const run: Run = async (call) => {
  const history = await migrationHistory(await call.open());
  const rows = history.map(({ name, state, how, appliedAt, durationMs }) => [
    name,
    state,
    how,
    appliedAt.toISOString(),
    `${durationMs} ms`,
  ]);
  const table = textTable(["migration", "state", "how", "when", "took"], rows);
  call.output.result(history, table === "" ? "Nothing was applied." : table);
  return undefined;
};
