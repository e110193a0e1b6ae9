/** `petrel migrate plan`: what `apply` would do, with locks and losses, and the hash that consent is given to. */
import { planMigrations } from "../../migrate/apply/plan-migrations.ts";
import type { Run } from "../command.ts";
import { folderOf, planText } from "../migrations.ts";

export const run: Run = async (call) => {
  const plan = await planMigrations(await call.open(), { folder: await folderOf(call), to: call.options.text("to") });
  call.output.result(plan, planText(plan));
  return undefined;
};
