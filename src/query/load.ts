/** How a relation is loaded, where the user says it: `with(joined("author"), selectIn("comments"))`. */
export type Strategy = "selectIn" | "joined" | "none";
export interface Load<out P extends string> {
  readonly path: P;
  readonly strategy: Strategy;
}
/** Loads with one extra `SELECT … WHERE key IN (…)`: best for to-many relations, and their default. */
export const selectIn = <const P extends string>(path: P): Load<P> => ({ path, strategy: "selectIn" });
/** Loads with a `JOIN`: best for to-one relations, and their default. */
export const joined = <const P extends string>(path: P): Load<P> => ({ path, strategy: "joined" });
/** Loads nothing: the relation is `[]` or `null`. */
export const noLoad = <const P extends string>(path: P): Load<P> => ({ path, strategy: "none" });
