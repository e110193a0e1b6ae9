/** `from(query)`: a query about the rows of another. `recursive(query, relation)`: rows, and all that are reached from them. */
import { ConfigurationError } from "../../base/errors.ts";
import type { NumberExpression } from "../../ast/typed-expression.ts";
import type { RelationKey } from "../../schema/entity.ts";
import type { TargetOf } from "../../schema/relations/relation.ts";
import type { Scope } from "../../schema/scope.ts";
import { describe } from "../../types/column-type.ts";
import type { Annotate } from "../expressions/aggregate.ts";
import type { EntityIn, PlainSource, SourceOf } from "./derived-scope.ts";
import type { GroupedQuery, Query } from "../query.ts";
import { RefinableQuery } from "../refinable-query.ts";

const queryOf = (value: unknown, use: string): RefinableQuery => {
  if (RefinableQuery.isQuery(value)) return value;
  throw new ConfigurationError(`${use} takes a query, as in ${use.slice(0, -1)}select(Post)), not ${describe(value)}.`);
};

/**
 * The rows of a query as what a new query is about: conditions on what the first one computed, on groups, or on its first rows only.
 * Soft-deleted rows are in it if they are in the query. An order counts inside only together with a limit: order the new query.
 *
 *     from(posts.annotate((post) => ({ place: rowNumber().over({ partitionBy: post.authorId, orderBy: post.views.desc() }) }))).filter({ place: 1 })
 *     // WITH "posts_rows" (…, "place") AS (SELECT …, row_number() OVER (…) FROM "posts") SELECT … FROM "posts_rows" WHERE "place" = $1
 */
export function from<E, Row>(query: Query<E, Row>): Query<SourceOf<E, Row>, Row>;
export function from<E, Row>(groups: GroupedQuery<E, Row>): Query<PlainSource<E, Row>, Row>;
export function from(query: unknown): unknown {
  return queryOf(query, "from()").asSource();
}

/** Relations by which rows of a model lead to rows of the same model. */
export type SelfRelation<E> = {
  [R in RelationKey<Scope<E>>]: TargetOf<Scope<E>, R> extends EntityIn<E> ? R : never;
}[RelationKey<Scope<E>>];

/** How far to go, and what to call the number of steps. */
export interface RecursiveOptions<D extends string> {
  /** The most steps from the first rows; they themselves are none. */
  readonly maxDepth?: number;
  /** A column of the result that says how many steps away a row is. It needs `maxDepth`: in a circle a row is another number of steps away each time. */
  readonly depth?: D;
}

/**
 * The rows of a query, and all that are reached from them along a relation to the same model, however far: a tree, or the way up to its root.
 * Each row comes once, also where the data go in a circle; with `depth` once for each number of steps.
 *
 *     recursive(select(Comment).filter({ id: 1 }), "replies")
 *     // WITH RECURSIVE "comments_rows" (…) AS (SELECT … WHERE "id" = $1 UNION SELECT "replies".… FROM "comments_rows" JOIN "comments" AS "replies" ON …)
 */
export function recursive<E, Row extends EntityIn<E>, const D extends string>(
  query: Query<E, Row>,
  relation: SelfRelation<E>,
  options: RecursiveOptions<D> & { readonly depth: D; readonly maxDepth: number },
): Query<Annotate<E, { readonly [K in D]: NumberExpression<number> }>, Row & { [K in D]: number }>;
export function recursive<E, Row extends EntityIn<E>>(
  query: Query<E, Row>,
  relation: SelfRelation<E>,
  options?: { readonly maxDepth?: number },
): Query<E, Row>;
export function recursive(query: unknown, relation: string, { depth, maxDepth }: RecursiveOptions<string> = {}): unknown {
  const given = queryOf(query, "recursive()");
  if (maxDepth !== undefined && (!Number.isSafeInteger(maxDepth) || maxDepth < 0))
    throw new ConfigurationError("recursive() takes a maxDepth that is a whole number from 0.");
  if (depth !== undefined && maxDepth === undefined) {
    throw new ConfigurationError(
      "recursive() with depth needs maxDepth: where the data go in a circle, a row is another number of steps away each time, without end.",
    );
  }
  return given.recursive({ relation, depth: depth ?? null, maxDepth: maxDepth ?? null });
}
