/** `npm run bench`: the scenarios that were asked for, on each database, and the pages about them. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type as systemType } from "node:os";
import { dirname, join } from "node:path";
import { help, parseCommandLine } from "./command-line.ts";
import type { Wanted } from "./command-line.ts";
import { fieldOf, quickField } from "./contenders.ts";
import { openDatabase } from "./database.ts";
import { goals } from "./goals.ts";
import { paces, runField, Stages } from "./field-run.ts";
import type { Pace } from "./field-run.ts";
import type { Measurement, Mode, Run } from "./measurement.ts";
import { canPin } from "./pinning.ts";
import { CountingProxy } from "./proxy.ts";
import { htmlReport } from "./report/html.ts";
import { markdownSummary, withSummary } from "./report/markdown.ts";
import { textTable } from "./report/text.ts";
import { namedScenarios, scenarios } from "./scenarios.ts";
import type { Scenario } from "./scenarios.ts";
import type { DatabaseKind } from "./target.ts";

const commit = (): string => {
  try {
    const git = (...args: string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--", "src") === "" ? "" : " and changes"}`;
  } catch {
    return "unknown";
  }
};

const paceOf = ({ pace, rounds, isTogether }: Wanted): Pace => {
  const named = paces[pace];
  return { ...named, rounds: rounds ?? named.rounds, isolation: isTogether ? "none" : named.isolation };
};

/** On one core the figures are steady; what is about many at once is measured free. With time to spare both, and otherwise where a goal asks for the other. */
const modesOf = ({ modes, pace }: Wanted, { name, concurrency = 1 }: Scenario, kind: DatabaseKind): readonly Mode[] => {
  if (kind === "sqlite") return ["free"];
  if (modes !== null) return modes;
  if (pace === "full") return ["free", "pinned"];
  if (!canPin()) return ["free"];
  const asked = goals.filter(({ scenario, database }) => scenario === name && database === kind).flatMap((goal) => goal.modes);
  return [...new Set<Mode>([concurrency === 1 ? "pinned" : "free", ...(pace === "quick" ? asked : [])])];
};

/** A quick run of everything takes what there is a goal for, and what shows the rest. */
const askedFor = ({ scenarios: named, pace }: Wanted): readonly Scenario[] => {
  if (named.length > 0 || pace !== "quick") return namedScenarios(named);
  const shown = new Set([...goals.map(({ scenario }) => scenario), "members", "totals", "update-one"]);
  return scenarios.filter(({ name }) => shown.has(name));
};

/** `keep` gets what is there after each scenario: a run that is broken off has not measured for nothing. */
const measure = async (wanted: Wanted, keep: (run: Run) => void): Promise<void> => {
  const pace = paceOf(wanted);
  const asked = askedFor(wanted);
  const [startedAt, measured] = [new Date().toISOString(), commit()];
  const measurements: Measurement[] = [];
  const absent: { name: string; reason: string }[] = [];
  const versions: Record<string, string> = { node: process.versions.node, v8: process.versions.v8 };
  const databases: Record<string, string> = {};
  const say = (text: string): void => console.error(`  ${text}`);
  const runSoFar = (): Run => ({
    format: "petrel-results-1",
    takenAt: startedAt,
    commit: measured,
    pace: pace.name,
    rounds: pace.rounds,
    isIsolated: pace.isolation !== "none",
    machine: { processor: cpus()[0]?.model ?? "unknown", cores: cpus().length, memory: totalmem(), system: `${systemType()} ${release()}` },
    versions,
    databases,
    absent,
    measurements,
  });
  for (const kind of wanted.databases) {
    const here = asked.filter((scenario) => scenario.databases.includes(kind));
    if (here.length === 0) continue;
    const { contenders: all, ...field } = await fieldOf(kind, wanted.contenders);
    const contenders = pace.name === "quick" && wanted.contenders.length === 0 ? quickField(all) : all;
    absent.push(...field.absent.map(({ file, reason }) => ({ name: `${file} on ${kind}`, reason })));
    Object.assign(versions, field.versions);
    const database = await openDatabase(kind);
    databases[kind] = `${database.version}, ${database.settings}`;
    const target = database.target(1);
    const proxy = target.kind === "postgres" ? await CountingProxy.start(target.host, target.port) : null;
    const stages = new Stages(pace);
    try {
      for (const [index, scenario] of here.entries()) {
        console.error(`${kind} ${index + 1}/${here.length}: ${scenario.title}`);
        const modes = modesOf(wanted, scenario, kind);
        const found = await runField({ scenario, database, contenders, pace, modes, proxy, stages, say });
        for (const measurement of found) console.log(textTable(measurement, pace.name !== "smoke"));
        measurements.push(...found);
        keep(runSoFar());
      }
    } finally {
      await stages.end();
      await proxy?.close();
      await database.close();
    }
  }
};

const docs = "docs/performance.md";

const write = (run: Run, folder: string, isForDocs: boolean): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(run)}\n`);
  writeFileSync(join(folder, "report.html"), htmlReport(run));
  writeFileSync(join(folder, "summary.md"), markdownSummary(run));
  if (isForDocs) writeFileSync(docs, withSummary(readFileSync(docs, "utf8"), markdownSummary(run)));
};

const sayWhere = (folder: string): void => {
  console.log(`\n${join(folder, "report.html")}\n${join(folder, "summary.md")}\n${join(folder, "results.json")}`);
};

const list = async (): Promise<void> => {
  for (const { name, title, groups, databases } of scenarios) {
    const others = groups.filter((group) => group !== name);
    console.log(
      `${name.padEnd(20)}${title}${others.length === 0 ? "" : ` (${others.join(", ")})`}${databases.length === 2 ? "" : `, ${databases[0]} only`}`,
    );
  }
  for (const kind of ["postgres", "sqlite"] as const) {
    const { contenders, absent } = await fieldOf(kind);
    console.log(`\n${kind}: ${contenders.map(({ id }) => id).join(", ")}`);
    for (const { file, reason } of absent) console.log(`  absent: ${file} (${reason})`);
  }
};

const args = process.argv.slice(2);
if (args.includes("--help")) console.log(help);
else if (args.includes("--list")) await list();
else {
  const wanted = parseCommandLine(args, new Date());
  if (wanted.report === null) {
    const { out, isForDocs } = wanted;
    await measure(wanted, (run) => {
      if (out !== null) write(run, out, isForDocs);
    });
    if (out !== null) sayWhere(out);
  } else {
    const folder = dirname(wanted.report);
    // Written by `write`.
    write(JSON.parse(readFileSync(wanted.report, "utf8")) as Run, folder, wanted.isForDocs);
    sayWhere(folder);
  }
}
// Some libraries leave timers behind.
process.exit();
