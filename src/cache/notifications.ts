/**
 * Which tables were written, told to the other processes of one PostgreSQL database by NOTIFY when a write is over or a transaction committed, and heard
 * from them. `["users"]` as a payload, sent by a trigger of one's own, is heard as well; anything else makes every answer void.
 */
import { randomUUID } from "node:crypto";
import type { Database } from "../engine/database.ts";
import { listenOn, notifyOn } from "../engine/listen.ts";
import type { QueryCache } from "./query-cache.ts";

/** PostgreSQL takes payloads of less than 8,000 bytes. */
const longestPayload = 7900;

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((name) => typeof name === "string");

interface Told {
  readonly from: string | null;
  /** `null`: any. */
  readonly tables: readonly string[] | null;
}

const parsed = (payload: string): Told => {
  try {
    const value: unknown = JSON.parse(payload);
    if (isNames(value)) return { from: null, tables: value };
    if (typeof value !== "object" || value === null) return { from: null, tables: null };
    const { from, tables } = value as { from?: unknown; tables?: unknown };
    return { from: typeof from === "string" ? from : null, tables: isNames(tables) ? tables : null };
  } catch {
    return { from: null, tables: null };
  }
};

/** Begins to hear and to tell. Rejects where the database has no LISTEN, or cannot be reached. */
export const shareChanges = async (database: Database, cache: QueryCache, channel: string): Promise<void> => {
  const from = randomUUID();
  const subscription = await listenOn(
    database,
    channel,
    (payload) => {
      const told = parsed(payload);
      if (told.from !== from) cache.changed(told.tables);
    },
    // What was sent while nobody listened is lost.
    { onGap: () => cache.changed(null) },
  );
  const stop = database.whenChanged((tables) => {
    const payload = JSON.stringify({ from, tables });
    const short = Buffer.byteLength(payload) > longestPayload ? JSON.stringify({ from, tables: null }) : payload;
    notifyOn(database, channel, short).catch(() => cache.failed());
  });
  cache.whenClosed(() => {
    stop();
    // The connection is closed with the others of the database.
    void subscription.unlisten().catch(() => {});
  });
};
