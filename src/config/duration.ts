/** Times as people write them: `"500ms"`, `"30s"`, `"10m"`, `"2h"`, `"1d"`, or a number of milliseconds. */
import { ConfigurationError } from "../base/errors.ts";

/** A length of time. Numbers are milliseconds. */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The duration in milliseconds. Throws `ConfigurationError` naming `option` for anything else, and for negative times. */
export const milliseconds = (given: unknown, option: string): number => {
  const match = typeof given === "string" ? /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(given) : null;
  const value = match === null ? given : Number(match[1]) * units[match[2]!]!;
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new ConfigurationError(`${option} is a number of milliseconds or a text such as "30s" or "10m".`);
};
