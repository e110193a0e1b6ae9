/** A position in the primary's log as text that travels: PostgreSQL's own spelling, `16/B374D848`. */
import { ConfigurationError } from "../../base/errors.ts";
import type { DriverFeatures } from "../../driver/features.ts";
import type { Database } from "../database.ts";

const spelling = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;
const low32 = 0xffff_ffffn;
/** How long the primary may take to say where it is. */
const patienceMs = 5000;

export const positionText = (position: bigint): string => `${hex(position >> 32n)}/${hex(position & low32)}`;

const hex = (half: bigint): string => half.toString(16).toUpperCase();

/** Throws `ConfigurationError` for what `lastWrite()` never gave. `null` is the beginning. */
export const positionOf = (text: string | null): bigint => {
  if (text === null) return 0n;
  const [, high, low] = typeof text === "string" ? (spelling.exec(text) ?? []) : [];
  if (high === undefined || low === undefined) throw new ConfigurationError("engine.with() takes as after what lastWrite() gave, or null.");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

/** Behind everything that was committed before; `null` where the database has no such positions, or nothing was written. */
export const lastWrite = async ({ driver }: Pick<Database, "driver">): Promise<string | null> => {
  const position = await (driver as DriverFeatures).writtenPosition?.(patienceMs);
  return position === undefined || position === null || position === 0n ? null : positionText(position);
};
