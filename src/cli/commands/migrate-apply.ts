/** `petrel migrate apply`: applies what is pending. */
import { planMigrations } from "../../migrate/apply/plan-migrations.ts";
import { applyMigrations } from "../../migrate/apply/runner.ts";
import type { Call, Ending, Run } from "../command.ts";
import { consentTo, folderOf, reportText, typedRun } from "../migrations.ts";

export const apply = async (call: Call): Promise<Ending> => {
  const engine = await call.open();
  const target = { folder: await folderOf(call), to: call.options.text("to") };
  const consent = await consentTo(call, await planMigrations(engine, target));
  const report = await applyMigrations(engine, { ...target, ...typedRun(call), consent });
  const nothing = call.options.flag("dryRun") ? "It was tried, and nothing was kept." : "Nothing was pending.";
  call.output.result(
    report,
    [reportText(report, "applied"), report.done.length === 0 ? nothing : ""].filter((text) => text !== "").join("\n"),
  );
  return undefined;
};

export const run: Run = apply;
