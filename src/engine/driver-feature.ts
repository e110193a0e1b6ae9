/** What a driver offers beside statements, or a sentence that says what to do without it. */
import { ConfigurationError } from "../base/errors.ts";
import type { DriverFeatures } from "../driver/features.ts";
import type { Database } from "./database.ts";

/** Throws `ConfigurationError` where the database has nothing of the kind: `use` is the call, `instead` what to do. */
export const featureOf = <F extends keyof DriverFeatures>(
  { dialect, driver }: Database,
  feature: F,
  use: string,
  instead: string,
): NonNullable<DriverFeatures[F]> => {
  // Every feature is optional, so every driver is one with features.
  const found = (driver as DriverFeatures)[feature];
  if (found === undefined) throw new ConfigurationError(`${use} needs a database server, and this database is ${dialect.name}. ${instead}`);
  return (typeof found === "function" ? found.bind(driver) : found) as NonNullable<DriverFeatures[F]>;
};
