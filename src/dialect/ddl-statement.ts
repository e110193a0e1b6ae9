/** Statements that change structure, and what running them means. */
import type { DdlStatement } from "../schema/change.ts";

/** A statement that may stand in a transaction and harms nothing, except for what `more` says. */
export const ddl = (sql: string, more: Partial<DdlStatement> = {}): DdlStatement =>
  Object.freeze({
    sql,
    transactional: true,
    lock: null,
    table: null,
    rewrites: false,
    scans: false,
    losesData: null,
    foreignKeysOff: false,
    expectsNoRows: false,
    ...more,
  });
