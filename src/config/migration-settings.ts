/** What a project says about its migrations: where they are, and what fails a build. */
import { ConfigurationError } from "../base/errors.ts";
import { assertKeys, assertKind, isObject } from "./option-kinds.ts";

/** Which findings of `petrel migrate check` fail a build. Names of locks and rules are checked where they are used. */
export interface CheckSettings {
  readonly maxLock?: string | undefined;
  readonly smallTable?: number | undefined;
  readonly forbid?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
}

export interface MigrationSettings {
  readonly folder?: string | undefined;
  readonly check?: CheckSettings | undefined;
}

const assertCheck = (path: string, check: unknown): void => {
  if (!isObject(check)) throw new ConfigurationError(`${path} is not an object, such as { maxLock: 'SHARE' }.`);
  assertKeys(path, check, ["maxLock", "smallTable", "forbid", "ignore"]);
  const { maxLock, smallTable } = check;
  if (maxLock !== undefined && typeof maxLock !== "string") throw new ConfigurationError(`${path}.maxLock is not the name of a lock.`);
  if (smallTable !== undefined && !(Number.isSafeInteger(smallTable) && Number(smallTable) >= 0))
    throw new ConfigurationError(`${path}.smallTable is not a number of rows.`);
  for (const list of ["forbid", "ignore"]) {
    const rules = check[list];
    if (rules !== undefined && !(Array.isArray(rules) && rules.every((rule) => typeof rule === "string")))
      throw new ConfigurationError(`${path}.${list} is not an array of names of rules.`);
  }
};

/** Throws `ConfigurationError` naming the setting. */
export const assertMigrations = (path: string, migrations: unknown): void => {
  if (!isObject(migrations)) throw new ConfigurationError(`${path} is not an object, such as { folder: 'migrations' }.`);
  assertKeys(path, migrations, ["folder", "check"]);
  const { folder, check } = migrations;
  if (check !== undefined) assertCheck(`${path}.check`, check);
  if (folder !== undefined) assertKind(`${path}.folder`, "text", folder);
};
