/** What a query can name: the columns and relations of a model, and computed columns beside them. */
import type { Condition, ExpressionOfKind, NumberExpression } from "../ast/typed-expression.ts";
import type { Kind } from "../types/column-type.ts";
import type { Column } from "./columns/column.ts";
import type { ShapeOf } from "./entity.ts";
import type { HasMany, ManyToMany, RelationOf, TargetOf } from "./relations/relation.ts";

declare const annotated: unique symbol;
/** `E` with computed columns `A`, which lookups, ordering and `values` may name. `X`: the expressions that replace its rows, where `select()` said some. */
export interface Annotated<E, A, X = unknown> {
  readonly [annotated]: { readonly entity: E; readonly columns: A; readonly selected: X };
}
export type Scope<E> = E extends Annotated<infer B, infer A> ? ShapeOf<B> & A : ShapeOf<E>;

/** Rows on the far side of a to-many relation. */
export interface Collection<E> {
  some(where?: (row: Columns<E>) => Condition): Condition;
  none(where?: (row: Columns<E>) => Condition): Condition;
  every(where: (row: Columns<E>) => Condition): Condition;
  count(): NumberExpression<number>;
}
type RelationExpression<S, R extends keyof S> =
  RelationOf<S, R> extends HasMany<unknown> | ManyToMany<unknown> ? Collection<TargetOf<S, R>> : Columns<TargetOf<S, R>>;

/** The columns and relations of a model as SQL expressions: `(user) => user.age.gte(18)`. */
export type Columns<E> = {
  readonly [K in keyof Scope<E>]: Scope<E>[K] extends Column<infer T, infer C extends Kind>
    ? ExpressionOfKind<T, C>
    : RelationExpression<Scope<E>, K>;
};
