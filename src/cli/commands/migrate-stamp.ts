/** `petrel migrate stamp [migration]`: writes into the history that these migrations are applied, and runs none. */
import { stampMigrations } from "../../migrate/apply/runner.ts";
import type { Run } from "../command.ts";
import { folderOf } from "../migrations.ts";

export const run: Run = async (call) => {
  const [to] = call.arguments;
  const stamped = await stampMigrations(await call.open(), { folder: await folderOf(call), to });
  call.output.result({ stamped }, stamped.length === 0 ? "There are no migrations." : stamped.map((name) => `stamped ${name}`).join("\n"));
  return undefined;
};
