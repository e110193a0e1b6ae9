/** `petrel doctor`: what the command found, where it found it, and what is wrong with it. */
import process from "node:process";
import { isPetrelError } from "../../base/errors.ts";
import { compare } from "../../migrate/structure/compare.ts";
import { checkedPolicy } from "../../migrate/effects/lint-policy.ts";
import { migrationStatus } from "../../migrate/apply/migration-status.ts";
import type { Engine } from "../../session/engine.ts";
import type { Call, Run } from "../command.ts";
import { masked, shownSetting } from "../masked.ts";
import { modelsOf } from "../settings.ts";
import type { Settings } from "../settings.ts";
import { textTable } from "../text-table.ts";

interface Check {
  readonly check: string;
  readonly state: "ok" | "wrong" | "none";
  readonly found: string;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does `work`, whose text is good; what it throws on purpose is what is wrong. */
const attempt = async (check: string, work: () => Promise<string>): Promise<Check> => {
  try {
    return { check, state: "ok", found: await work() };
  } catch (error) {
    if (!isPetrelError(error)) throw error;
    return { check, state: "wrong", found: reason(error) };
  }
};

const nodeCheck = (): Check => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isReading = major > 22 || (major === 22 && minor >= 18);
  return {
    check: "node",
    state: "ok",
    found: `${process.version}${isReading ? "" : "; reads no TypeScript by itself, from 22.18 on it does"}`,
  };
};

const versionOf = async (engine: Engine): Promise<string> => {
  const text = engine.dialect.name === "sqlite" ? "SELECT 'SQLite ' || sqlite_version() AS version" : "SELECT version() AS version";
  const [row] = (await engine.execute<{ version: string }>(text)).all();
  return row?.version ?? "";
};

/** `"3 applied"`, and what else there is to say. */
const historyOf = async (engine: Engine, folder: string): Promise<string> => {
  const { applied, unfinished, pending, changed, missing, conflicts } = await migrationStatus(engine, { folder });
  const others = { "half done": unfinished, pending, changed, missing, conflicts };
  const found = Object.entries(others).filter(([, list]) => list.length > 0);
  const said = [`${applied.length} applied`, ...found.map(([what, list]) => `${list.length} ${what}`)].join(", ");
  return found.length === 0 ? said : `${said}; petrel migrate status shows them`;
};

const settingsChecks = (settings: Settings): Check[] => [
  {
    check: "configuration",
    state: settings.file === null ? "none" : "ok",
    found: settings.file ?? "there is no petrel.config.ts and no petrel.toml here",
  },
  settings.url === null
    ? { check: "url", state: "wrong", found: "no --url, no DATABASE_URL, none in the configuration, no PG*" }
    : { check: "url", state: "ok", found: `${masked(settings.url.value)} (by ${settings.url.by})` },
  ...settings.said
    .filter(
      ({ path }) =>
        !["url", `databases.${settings.database}.url`, "migrations.folder", "migrations.check", "models", "seed"].includes(path),
    )
    .map(({ path, value, by }): Check => ({ check: path, state: "ok", found: `${shownSetting(path, value)} (by ${by})` })),
  { check: "migrations", state: "ok", found: `${settings.migrations.value} (by ${settings.migrations.by})` },
];

/** What fails `migrate check`, as the configuration has it. */
const policyCheck = async ({ configuration }: Settings): Promise<Check> => {
  const given = configuration.migrations?.check;
  if (given === undefined)
    return { check: "policy", state: "none", found: "migrations.check is not configured: findings of migrate check are warnings" };
  return attempt("policy", async () => {
    const { maxLock, smallTable, forbid = [], ignore = [] } = checkedPolicy(given);
    const said = [
      ...(maxLock === undefined ? [] : [`locks up to ${maxLock}`]),
      ...(smallTable === undefined ? [] : [`tables below ${smallTable} rows are small`]),
      ...(forbid.length === 0 ? [] : [`forbids ${forbid.join(", ")}`]),
      ...(ignore.length === 0 ? [] : [`ignores ${ignore.join(", ")}`]),
    ];
    return said.join("; ");
  });
};

const databaseChecks = async (call: Call, settings: Settings): Promise<Check[]> => {
  const hasModels = settings.configuration.models !== undefined;
  const models = await attempt("models", async () =>
    hasModels ? `${(await modelsOf(settings)).length} models` : "the configuration names none",
  );
  if (settings.url === null) return [models];
  const engines: Engine[] = [];
  const database = await attempt("database", async () => {
    const engine = await call.open();
    engines.push(engine);
    return versionOf(engine);
  });
  const [engine] = engines;
  const migrations =
    engine === undefined || database.state !== "ok" ? [] : [await attempt("history", () => historyOf(engine, settings.migrations.value))];
  const history = migrations.map((each) => (/^\d+ applied$/.test(each.found) ? each : { ...each, state: "wrong" as const }));
  if (!hasModels || models.state !== "ok" || engine === undefined || database.state !== "ok") return [models, database, ...history];
  const structure = await attempt("structure", async () => {
    const plan = await compare(engine, await modelsOf(settings), { keepUnknownTables: true });
    return plan.changes.length === 0
      ? ""
      : `the database is not what the models ask for: ${plan.changes.length} changes; petrel db check shows them`;
  });
  const isSame = structure.state === "ok" && structure.found === "";
  return [
    models,
    database,
    ...history,
    isSame ? { ...structure, found: "the database is what the models ask for" } : { ...structure, state: "wrong" },
  ];
};

export const run: Run = async (call) => {
  const settings = await call.settings();
  const checks = [nodeCheck(), ...settingsChecks(settings), await policyCheck(settings), ...(await databaseChecks(call, settings))];
  const url = settings.url?.value ?? "";
  const clean = (text: string): string => (url === "" ? text : text.replaceAll(url, masked(url)));
  const shown = checks.map((each) => ({ ...each, found: clean(each.found) }));
  call.output.result(
    { checks: shown },
    textTable(
      ["check", "", "found"],
      shown.map(({ check, state, found }) => [check, state, found]),
    ),
  );
  return checks.some(({ state }) => state === "wrong") ? "findings" : undefined;
};
