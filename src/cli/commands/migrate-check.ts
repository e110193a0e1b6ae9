/** `petrel migrate check`: for a build, before anything is applied. Whether the migrations make what the models ask for, what is dangerous in them, and drift. */
import { lintMigrations } from "../../migrate/effects/lint-migrations.ts";
import { checkedPolicy, lockNames } from "../../migrate/effects/lint-policy.ts";
import { unwrittenChanges } from "../../migrate/files/make-migration.ts";
import { findDrift } from "../../migrate/apply/migration-status.ts";
import type { Drift, LintFinding, LintPolicy } from "../../migrate/migration-plan.ts";
import { render } from "../../migrate/render.ts";
import type { Call, Run } from "../command.ts";
import { dialectOfUrl, folderOf, oneOfOption, printableLines } from "../migrations.ts";
import { numberOption } from "../number-option.ts";
import { modelsOf } from "../settings.ts";
import { statementsText, unmanagedText } from "../structure-text.ts";

/** What was typed goes before the configuration; rules that were typed are added to its own. */
const policyOf = async (call: Call): Promise<LintPolicy> => {
  const { options } = call;
  const { configuration } = await call.settings();
  const configured = checkedPolicy(configuration.migrations?.check ?? {});
  return {
    maxLock: oneOfOption(call, "maxLock", lockNames) ?? configured.maxLock,
    smallTable: numberOption(options, "smallTable", 0) ?? configured.smallTable,
    forbid: [...(configured.forbid ?? []), ...options.list("forbid")],
    ignore: [...(configured.ignore ?? []), ...options.list("ignore")],
  };
};

const findingText = (finding: LintFinding): string => {
  const size = finding.rows === null ? "" : ` (${finding.rows} rows)`;
  const head = `${finding.severity} ${finding.rule}: ${finding.migration} step ${finding.step}${size}: ${finding.message}`;
  return [head, `    ${printableLines(finding.text)}`, ...finding.instead.map((way) => `  instead: ${way}`)].join("\n");
};

/** The statements that were run by hand, as far as Petrel has words for them, and what else is no more as it was. */
const driftText = ({ statements, unmanagedChanges }: Drift): string =>
  [
    ...(statements.length === 0 ? [] : [statementsText(statements)]),
    ...unmanagedChanges.map(({ change, object }) => `-- ${change}: the ${unmanagedText(object)}`),
  ].join("\n");

export const run: Run = async (call) => {
  const [folder, dialect] = [await folderOf(call), await dialectOfUrl(call)];
  const engine = call.options.flag("offline") ? null : await call.open();
  const plan = await unwrittenChanges({ dialect, folder, models: await modelsOf(await call.settings()) });
  const unwritten = render(plan.changes, dialect);
  const lint = await lintMigrations(engine ?? { dialect }, { folder, policy: await policyOf(call) });
  const drift = engine === null ? null : await findDrift(engine);
  const isDrifted = drift !== null && (drift.changes.length > 0 || drift.unmanagedChanges.length > 0);
  const parts = [
    unwritten.length === 0 ? "" : `The models ask for what no migration makes (petrel migrate make):\n\n${statementsText(unwritten)}`,
    ...lint.map(findingText),
    isDrifted ? `Somebody changed the database since ${drift.since}:\n\n${driftText(drift)}` : "",
  ].filter((part) => part !== "");
  call.output.result({ unwritten, lint, drift }, parts.length === 0 ? "All is well." : parts.join("\n\n"));
  const unmanaged = (drift?.unmanaged ?? []).map(unmanagedText);
  if (unmanaged.length > 0) call.output.note(`Not managed: ${unmanaged.join(", ")}.`);
  const isWrong = unwritten.length > 0 || isDrifted || lint.some(({ severity }) => severity === "error");
  return isWrong ? "findings" : undefined;
};
