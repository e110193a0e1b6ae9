/** What one statement does, as data: what it locks, rewrites, loses and touches. */
import type { DdlStatement } from "../../schema/change.ts";
import type { ObjectName } from "../../schema/snapshot.ts";

/** Something that a migration changes (`owns`) or relies on. */
export interface Touch {
  readonly what: "table" | "column" | "rows" | "index" | "constraint" | "object" | "everything";
  readonly table: ObjectName | null;
  readonly name: string | null;
  readonly owns: boolean;
}

export interface Effects extends Pick<DdlStatement, "transactional" | "lock" | "table" | "rewrites" | "scans" | "losesData"> {
  readonly touches: readonly Touch[];
  /** The rules of lint that it breaks. */
  readonly rules: readonly string[];
  /** An index or a value that it makes or drops outside of a transaction: a repeated run asks whether it is there already. */
  readonly leaves: Leftover | null;
}

/** What a statement outside of a transaction may have left when it was cut off. */
export type Leftover =
  | { readonly what: "index"; readonly index: ObjectName | null; readonly table: ObjectName; readonly made: boolean }
  | { readonly what: "enum value"; readonly type: ObjectName; readonly value: string };

export const nothing: Effects = Object.freeze({
  transactional: true,
  lock: null,
  table: null,
  rewrites: false,
  scans: false,
  losesData: null,
  touches: [],
  rules: [],
  leaves: null,
});

export const owned = (what: Touch["what"], table: ObjectName | null, name: string | null = null): Touch => ({
  what,
  table,
  name,
  owns: true,
});
export const used = (table: ObjectName): Touch => ({ what: "table", table, name: null, owns: false });
export const everything: Touch = Object.freeze({ what: "everything", table: null, name: null, owns: true });
