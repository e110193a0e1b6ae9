/** Sizes as people write them: a number of bytes, or `"500KB"`, `"10MB"`, `"1GB"`. */
import { ConfigurationError } from "../base/errors.ts";

/** A number of bytes. K, M and G are powers of 1024, as file managers count. */
export type ByteSize = number | `${number}${"B" | "KB" | "MB" | "GB"}`;

const units: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** The number of bytes. Throws `ConfigurationError` naming `option` for anything else. */
export const bytesOf = (given: unknown, option: string): number => {
  const match = typeof given === "string" ? /^(\d+(?:\.\d+)?)\s*([KMG]?B)$/i.exec(given) : null;
  const value = match === null ? given : Math.floor(Number(match[1]) * units[match[2]!.toUpperCase()]!);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ConfigurationError(`${option} is a number of bytes, or a text such as "500KB" or "10MB".`);
};
