/** Steps as the statements that make them. */
import type { Change, DdlStatement } from "../schema/change.ts";
import type { Snapshot } from "../schema/snapshot.ts";
import { dialectOf } from "./dialects.ts";

/**
 * The statements of steps, in order, each with what running it means: whether it may stand in a transaction, the lock it takes, what it rewrites and loses.
 *
 *     for (const { sql, lock } of render(plan.changes, "postgres")) console.log(sql, lock);
 */
export const render = (changes: readonly Change[], dialect: Snapshot["dialect"]): readonly DdlStatement[] =>
  Object.freeze(changes.flatMap((change) => dialectOf(dialect).render(change)));
