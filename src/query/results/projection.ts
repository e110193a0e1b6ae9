/** The types of narrower results: nested objects, tuples, expressions of one's own. */
import type { Sql } from "../../ast/sql-tag.ts";
import type { Expression } from "../../ast/typed-expression.ts";
import type { TypeOf } from "../../schema/columns/column.ts";
import type { ShapeOf } from "../../schema/entity.ts";
import type { TargetOf } from "../../schema/relations/relation.ts";
import type { Head, RelationValue, Tail } from "../loading/loaded.ts";
import type { ColumnAt } from "../lookups/paths.ts";

export type Selected<X> = [X] extends [infer Y]
  ? { -readonly [K in keyof Y]: Y[K] extends Expression<infer T> ? T : Y[K] extends Sql<infer T> ? T : never }
  : never;
export type Nest<S, P extends string> = [P] extends [infer Q extends string]
  ? {
      [K in Head<Q> & keyof S & string]: [Tail<Q, K>] extends [never]
        ? TypeOf<S[K]>
        : RelationValue<S, K, Nest<ShapeOf<TargetOf<S, K>>, Tail<Q, K>>>;
    }
  : never;
export type Tuple<S, P extends readonly unknown[]> = { -readonly [I in keyof P]: TypeOf<ColumnAt<S, P[I]>> };
