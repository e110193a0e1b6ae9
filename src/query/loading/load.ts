/** How a relation is loaded, where the user says it: `with(joined("author"), selectIn("comments"))`. */
export type Strategy = "selectIn" | "joined" | "none";
export interface Load<out P extends string> {
  readonly path: P;
  readonly strategy: Strategy;
}
/** Loads with one extra `SELECT … WHERE key IN (…)`: best for to-many relations, and their default. */
export const selectIn = <const P extends string>(path: P): Load<P> => ({ path, strategy: "selectIn" });
/**
 * Loads with a `JOIN`, in the statement of the rows: the default for to-one relations. A to-many relation is one round trip in place of two, and repeats its
 * parent's columns for each child; one statement joins one of them. Throws `ConfigurationError` for what cannot be one statement.
 *
 *     users.with(joined("posts"))     // SELECT … FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" ORDER BY "users"."id", …
 */
export const joined = <const P extends string>(path: P): Load<P> => ({ path, strategy: "joined" });
/** Loads nothing: the relation is `[]` or `null`. */
export const noLoad = <const P extends string>(path: P): Load<P> => ({ path, strategy: "none" });
