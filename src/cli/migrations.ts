/** What all commands about migrations need: the folder, the dialect of the URL, runs with consent, and plans as text. */
import { fullName } from "../ast/source.ts";
import { ConfigurationError } from "../base/errors.ts";
import type { Duration } from "../config/duration.ts";
import type { MigrationPlan, RunOptions, RunReport } from "../migrate/migration-plan.ts";
import type { Snapshot } from "../schema/snapshot.ts";
import type { Call, CommandOption } from "./command.ts";
import { assertConfirmed, isPostgresUrl } from "./database-name.ts";
import { numberOption } from "./number-option.ts";
import { urlOf } from "./settings.ts";
import { printable } from "./text-table.ts";

export const folderOf = async (call: Call): Promise<string> => (await call.settings()).migrations.value;

/** Migrations are for one kind of database, which the URL tells without a connection. */
export const dialectOfUrl = async (call: Call): Promise<Snapshot["dialect"]> =>
  isPostgresUrl(urlOf(await call.settings())) ? "postgres" : "sqlite";

export const runOptions: readonly CommandOption[] = [
  { flags: "--consent <hash>", description: "the hash of the plan whose losses are accepted" },
  { flags: "--confirm <database>", description: "the name of the database: consent to the losses of whatever the plan is now" },
  { flags: "--dry-run", description: "do everything in one transaction and roll it back" },
  { flags: "--fake", description: "only write down that it was done" },
  { flags: "--wait <duration>", description: "for another process that migrates (10m)" },
  { flags: "--lock-timeout <duration>", description: "PostgreSQL: how long a statement waits for a table (5s)" },
  { flags: "--lock-retries <number>", description: "how often to try again (10)" },
];

/** The options of a run that were typed. Durations are checked by the runner. */
export const typedRun = (call: Call): RunOptions => {
  const { options, output } = call;
  const wait = options.text("wait") as Duration | undefined;
  const lockTimeout = options.text("lockTimeout") as Duration | undefined;
  return {
    dryRun: options.flag("dryRun"),
    fake: options.flag("fake"),
    waitForOthers: wait,
    lockTimeout,
    lockRetries: numberOption(options, "lockRetries", 0),
    onStep: ({ migration, step, steps, text, attempt }) => {
      const line = printable(text.split("\n")[0] ?? "");
      output.note(`${migration} ${step}/${steps}${attempt > 1 ? `, attempt ${attempt}` : ""}: ${line}`);
    },
  };
};

/** The consent that a plan needs: what was typed, or, once its losses were confirmed, its own hash. */
export const consentTo = async (call: Call, plan: MigrationPlan): Promise<string | undefined> => {
  const typed = call.options.text("consent");
  if (typed !== undefined || plan.losses.length === 0 || call.options.flag("fake") || call.options.flag("dryRun")) return typed;
  await assertConfirmed(call, `What is lost does not come back: it ${plan.losses.join("; ")}.`);
  return plan.hash;
};

const facts = (step: MigrationPlan["migrations"][number]["steps"][number]): string => {
  const found = [
    step.lock === null || step.table === null ? "" : `locks ${fullName(step.table)}: ${step.lock}`,
    step.rewrites ? "rewrites all rows" : "",
    step.scans ? "reads all rows" : "",
    step.transactional ? "" : "outside of a transaction",
    step.losesData === null ? "" : step.losesData,
  ].filter((fact) => fact !== "");
  return found.length === 0 ? "" : `    -- ${found.join("; ")}\n`;
};

export const planText = (plan: MigrationPlan): string => {
  if (plan.migrations.length === 0) return plan.direction === "apply" ? "Nothing is pending." : "There is nothing to take back.";
  const migrations = plan.migrations.map(({ name, steps, done, irreversible }) => {
    const notes = [done > 0 ? `goes on behind step ${done}` : "", irreversible ? "nothing undoes it" : ""].filter((note) => note !== "");
    const head = `${name}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`;
    const lines = steps.map((step) => `${facts(step)}    ${printableLines(step.text)}${step.kind === "sql" ? ";" : ""}`);
    return [head, ...lines].join("\n");
  });
  const losses = plan.losses.length === 0 ? [] : ["", "What is lost does not come back:", ...plan.losses.map((loss) => `  it ${loss}`)];
  return [...migrations, ...losses, "", `database ${plan.database}, plan ${plan.hash}`].join("\n");
};

export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n    ");

export const reportText = (report: RunReport, verb: string): string => {
  const done = report.done.map((name) => `${verb} ${name}`);
  return [
    ...done,
    ...(report.untried.length === 0 ? [] : [`${report.untried.length} steps were not tried, since they cannot be taken back.`]),
  ].join("\n");
};

/** A choice that was typed. */
export const oneOfOption = <T extends string>(call: Call, name: string, known: readonly T[]): T | undefined => {
  const typed = call.options.text(name);
  const found = known.find((each) => each === typed);
  if (typed === undefined || found !== undefined) return found;
  throw new ConfigurationError(`--${name} takes one of ${known.join(", ")}.`);
};
