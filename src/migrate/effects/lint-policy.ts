/** Which findings fail a build: the policy as people write it, checked. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { lintRules } from "./lint-rules.ts";
import type { LintPolicy } from "../migration-plan.ts";

/** What `maxLock` may be, the weakest first. */
export const lockNames: readonly Exclude<LintPolicy["maxLock"], null | undefined>[] = [
  "none",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
];

const isLock = (name: unknown): name is (typeof lockNames)[number] => lockNames.some((lock) => lock === name);

const assertRules = (names: readonly string[] | undefined, option: string): void => {
  for (const name of names ?? []) {
    if (lintRules.has(name)) continue;
    const hint = didYouMean(name, [...lintRules.keys()]);
    throw new ConfigurationError(`The lint policy's '${option}' names the rule '${name}', which there is not.${hint}`);
  }
};

/** A policy whose rules and lock there are. Throws `ConfigurationError` for others. */
export const checkedPolicy = ({
  maxLock,
  ...rest
}: Omit<LintPolicy, "maxLock"> & { readonly maxLock?: string | null | undefined }): LintPolicy => {
  assertRules(rest.forbid, "forbid");
  assertRules(rest.ignore, "ignore");
  if (maxLock === undefined) return rest;
  if (maxLock === null || isLock(maxLock)) return { ...rest, maxLock };
  throw new ConfigurationError(`The lint policy's 'maxLock' is no lock of a table. Use one of: ${lockNames.join(", ")}.`);
};
