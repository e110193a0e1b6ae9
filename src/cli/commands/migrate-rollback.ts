/** `petrel migrate rollback`: takes migrations back, the last one first. */
import { ConfigurationError } from "../../base/errors.ts";
import type { RollbackTarget } from "../../migrate/migration-plan.ts";
import { planRollback } from "../../migrate/apply/plan-migrations.ts";
import { rollbackMigrations } from "../../migrate/apply/runner.ts";
import type { Call, Run } from "../command.ts";
import { consentTo, folderOf, reportText, typedRun } from "../migrations.ts";
import { numberOption } from "../number-option.ts";

const targetOf = async (call: Call): Promise<RollbackTarget> => {
  const { options } = call;
  const [to, steps, all] = [options.text("to"), numberOption(options, "steps"), options.flag("all")];
  if ([to !== undefined, steps !== undefined, all].filter(Boolean).length > 1)
    throw new ConfigurationError("A rollback takes one of --to, --steps and --all.");
  return {
    folder: await folderOf(call),
    ...(all ? { to: null } : to === undefined ? {} : { to }),
    ...(steps === undefined ? {} : { steps }),
  };
};

export const run: Run = async (call) => {
  const engine = await call.open();
  const target = await targetOf(call);
  const consent = await consentTo(call, await planRollback(engine, target));
  const report = await rollbackMigrations(engine, { ...target, ...typedRun(call), consent });
  const nothing = call.options.flag("dryRun") ? "It was tried, and nothing was kept." : "There was nothing to take back.";
  call.output.result(
    report,
    [reportText(report, "took back"), report.done.length === 0 ? nothing : ""].filter((text) => text !== "").join("\n"),
  );
  return undefined;
};
