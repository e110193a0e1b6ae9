/** Where a server stands in the write-ahead log, as far as any user may ask. */
import { isPetrelError } from "../../base/errors.ts";
import type { Driver, Request } from "../driver.ts";
import type { Standing } from "../features.ts";

const asking = (text: string, timeoutMs: number): Request => ({
  text,
  values: [],
  writes: false,
  bigints: false,
  batched: false,
  timeoutMs,
});

/** `16/B374D848` as a number. */
export const logPosition = (text: string): bigint => {
  const [high = "0", low = "0"] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

const pageSize = 8192n;
/** What stands at the beginning of a page of the log, at most. Nothing else begins in there. */
const pageHeader = 40n;

/** The next record begins behind the header of its page, but the one before it ends before that: where replaying will have come to. */
const endOf = (position: bigint): bigint => (position % pageSize <= pageHeader ? position - (position % pageSize) : position);

/** Servers that keep their log elsewhere lack the functions, or refuse them: undefined function, feature not supported, wrong state. */
const hasNone = (error: unknown): boolean => isPetrelError(error) && ["42883", "0A000", "55000"].includes(error.sqlState ?? "");

/**
 * The end of what the primary has in its log: whatever was committed before the call lies before it, also with `synchronous_commit = off`, which
 * answers before the log is written. `null` where the server has no such positions.
 */
export const writtenPosition = async (driver: Driver, timeoutMs: number): Promise<bigint | null> => {
  try {
    const { rows } = await driver.run(asking("SELECT pg_catalog.pg_current_wal_insert_lsn()::text", timeoutMs));
    return endOf(logPosition(String(rows[0]![0])));
  } catch (error) {
    if (hasNone(error)) return null;
    throw error;
  }
};

const standing =
  "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.pg_last_wal_replay_lsn()::text, " +
  "(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) * 1000)::float8";

/** How far a standby has come. Where the server has no such positions, that it answers is all one gets to know. */
export const standingOf = async (driver: Driver, timeoutMs: number, hasPositions: boolean): Promise<Standing> => {
  if (!hasPositions) return answering(driver, timeoutMs);
  try {
    const { rows } = await driver.run(asking(standing, timeoutMs));
    const [isStandby, position, sinceMs] = rows[0]!;
    return {
      isStandby: isStandby === true,
      position: typeof position === "string" ? logPosition(position) : null,
      sinceLastCommitMs: typeof sinceMs === "number" ? sinceMs : null,
    };
  } catch (error) {
    if (!hasNone(error)) throw error;
    return answering(driver, timeoutMs);
  }
};

const answering = async (driver: Driver, timeoutMs: number): Promise<Standing> => {
  await driver.run(asking("SELECT 1", timeoutMs));
  return { isStandby: true, position: null, sinceLastCommitMs: null };
};
