/** What migrations will do to those who use the database meanwhile, statement by statement, before they are run. */
import { BugError, ConfigurationError } from "../../base/errors.ts";
import type { Database } from "../../engine/database.ts";
import { keyOf } from "../../schema/snapshot.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import type { Effects } from "./effect.ts";
import { isStronger } from "./effects-alter-table.ts";
import { checkedPolicy } from "./lint-policy.ts";
import { lintRules, nameOf } from "./lint-rules.ts";
import { folderOf, readMigrations } from "../files/migration-file.ts";
import type { FolderOptions, LintFinding, LintPolicy, Migration } from "../migration-plan.ts";
import { readProgress } from "../apply/plan-migrations.ts";
import { effectsOfStep, textOf } from "./step-effects.ts";
import { tableSizes } from "./table-sizes.ts";
import type { TableSize } from "./table-sizes.ts";

interface Checks {
  readonly dialect: Snapshot["dialect"];
  readonly policy: LintPolicy;
  readonly forbidden: ReadonlySet<string>;
  readonly ignored: ReadonlySet<string>;
  /** `null` where no database was asked. */
  readonly sizes: ReadonlyMap<string, TableSize> | null;
}

const brokenRules = (effects: Effects, { policy }: Checks): string[] => {
  const broken = [...effects.rules];
  if (effects.losesData !== null && !broken.some((name) => name.startsWith("drop-") || name === "truncate")) broken.push("loses-data");
  const strongest = policy.maxLock === "none" ? null : policy.maxLock;
  if (strongest !== undefined && isStronger(effects.lock, strongest)) broken.push("lock-too-strong");
  return broken;
};

const findingsIn = (migration: Migration, created: Set<string>, checks: Checks): LintFinding[] => {
  const { dialect, policy, forbidden, ignored, sizes } = checks;
  return migration.up.flatMap((step, place) => {
    const effects = effectsOfStep(step, dialect);
    const { table } = effects;
    const size = table === null ? undefined : sizes?.get(keyOf(table));
    const isNew = table !== null && (created.has(keyOf(table)) || (sizes !== null && size === undefined));
    const isSmall = size !== undefined && size.rows !== null && size.rows < (policy.smallTable ?? 0);
    for (const touch of effects.touches) if (touch.what === "table" && touch.owns && touch.table !== null) created.add(keyOf(touch.table));
    return brokenRules(effects, checks).flatMap((name): LintFinding[] => {
      const rule = lintRules.get(name);
      if (rule === undefined) throw new BugError(`a statement breaks the lint rule '${name}', which nobody wrote.`);
      if (ignored.has(name) || (rule.needsRows && (isNew || isSmall))) return [];
      return [
        Object.freeze({
          migration: migration.name,
          step: place + 1,
          text: textOf(step),
          rule: name,
          severity: name === "lock-too-strong" || forbidden.has(name) ? "error" : "warning",
          lock: effects.lock,
          table,
          rewrites: effects.rewrites,
          losesData: effects.losesData,
          rows: size?.rows ?? null,
          bytes: size?.bytes ?? null,
          message: effects.losesData !== null && name === "loses-data" ? `It ${effects.losesData}.` : rule.message(nameOf(table)),
          instead: rule.instead(nameOf(table)),
        }),
      ];
    });
  });
};

export interface LintOptions extends FolderOptions {
  /** The names of the migrations to look at. Without it: all; with a database, those that are pending. */
  readonly migrations?: readonly string[] | undefined;
  readonly policy?: LintPolicy | undefined;
}

/**
 * What is dangerous in migrations, each with the safer way. With an engine: in those that are pending, with the rows and bytes of the tables that
 * are there. Without one (`{ dialect }`): in all, from their text alone. A build fails where a finding is an `error`, which the policy says.
 *
 *     const findings = await lintMigrations(engine, { folder: "migrations", policy: { maxLock: "SHARE UPDATE EXCLUSIVE", smallTable: 10_000 } });
 */
export const lintMigrations = async (
  on: Database | { readonly dialect: Snapshot["dialect"] },
  { folder, migrations, policy: given = {} }: LintOptions = {},
): Promise<readonly LintFinding[]> => {
  const policy = checkedPolicy(given);
  const database = typeof on.dialect === "string" ? null : on;
  const dialect = typeof on.dialect === "string" ? on.dialect : on.dialect.name;
  const graph = await readMigrations({ dialect, folder: folderOf(folder) });
  const candidates = database === null ? graph.migrations : (await readProgress(database, folder)).pending;
  const unknown = migrations?.find((name) => !graph.migrations.some((each) => each.name === name));
  if (unknown !== undefined) throw new ConfigurationError(`There is no migration '${unknown}' in the folder to look at.`);
  const chosen = migrations === undefined ? candidates : graph.migrations.filter(({ name }) => migrations.includes(name));
  const checks: Checks = {
    dialect,
    policy,
    forbidden: new Set(policy.forbid),
    ignored: new Set(policy.ignore),
    sizes: database === null ? null : await tableSizes(database),
  };
  return Object.freeze(
    chosen.flatMap((migration) => {
      // A table that the migration makes itself has no rows that anybody waits for.
      const created = new Set<string>();
      return findingsIn(migration, created, checks);
    }),
  );
};
