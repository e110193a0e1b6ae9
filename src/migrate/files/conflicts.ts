/** Whether two branches of migrations can be applied after each other in any order: they do unless they touch the same thing. */
import { fullName } from "../../ast/source.ts";
import { keyOf, sameName } from "../../schema/snapshot.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import type { Touch } from "../effects/effect.ts";
import type { Migration, MigrationConflict } from "../migration-plan.ts";
import { effectsOfStep } from "../effects/step-effects.ts";

const touchesOf = (migration: Migration, dialect: Snapshot["dialect"]): readonly Touch[] => {
  const touches = migration.up.flatMap((step) => effectsOfStep(step, dialect).touches);
  return [...new Map(touches.map((touch) => [JSON.stringify(touch), touch])).values()];
};

const isWhole = (touch: Touch): boolean => touch.what === "table" && touch.owns;

/** What both touch, in words; `null` where they go together. */
const clash = (a: Touch, b: Touch): string | null => {
  if (a.what === "everything" || b.what === "everything") return "something that their text does not show";
  const isSameTable = a.table !== null && b.table !== null && sameName(a.table, b.table);
  if (isSameTable && (isWhole(a) || isWhole(b))) return `the table ${fullName(a.table)}`;
  if (!a.owns || !b.owns || a.what !== b.what || a.name !== b.name) return null;
  if (a.table === null || b.table === null)
    return a.table === b.table ? (a.what === "object" ? `the ${a.name}` : `the ${a.what} ${a.name}`) : null;
  if (!isSameTable) return null;
  return a.what === "column" ? `the column ${fullName(a.table)}.${a.name}` : `the rows of ${fullName(a.table)}`;
};

export const conflictsBetween = (
  left: readonly Migration[],
  right: readonly Migration[],
  dialect: Snapshot["dialect"],
): readonly MigrationConflict[] => {
  const found = new Map<string, MigrationConflict>();
  for (const one of left) {
    const own = touchesOf(one, dialect);
    for (const other of right) {
      const others = touchesOf(other, dialect);
      for (const a of own) {
        for (const b of others) {
          const what = clash(a, b);
          const conflict = { left: one.name, right: other.name, what: what ?? "" };
          if (what !== null) found.set(keyOf({ schema: `${one.name}\n${other.name}`, name: what }), Object.freeze(conflict));
        }
      }
    }
  }
  return [...found.values()];
};
