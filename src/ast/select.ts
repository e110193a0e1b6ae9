/** What a SELECT says besides expressions. `expression.ts` has the statement itself. */

export interface LockClause {
  readonly strength: "update";
  readonly wait: "wait" | "skipLocked" | "noWait";
}

/** Which rows of a soft-deletable table count: live ones, all, or only deleted ones. Applies to the root; other sources see live rows unless it is `all`. */
export type DeletedRows = "exclude" | "include" | "only";

/** An end of a window's frame: a number of rows from the present one (negative before it, positive after it), or the first or last row of all. */
export type FrameBound = number | "start" | "end";

/** Which rows around the present one a window function sees. */
export interface FrameClause {
  readonly unit: "rows" | "range" | "groups";
  readonly from: FrameBound;
  readonly to: FrameBound;
}
