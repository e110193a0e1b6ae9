/** The types of what may be written to a row, and of what soft-deletable models add. */
import type { Sql } from "../ast/sql-tag.ts";
import type { Expression } from "../ast/typed-expression.ts";
import type { AnyColumn, Column, FlagOf, KindOf, TypeOf } from "../schema/columns/column.ts";
import type { Scope } from "../schema/scope.ts";
import type { Kind } from "../types/column-type.ts";
import type { F } from "./expressions/f.ts";
import type { JsonChange } from "./expressions/json-set.ts";
import type { ColumnOfKind } from "./lookups/paths.ts";

/** The values `session.update` and `query.update` accept: `Update<User>`. */
export type Update<E> = {
  readonly [K in keyof Scope<E> as Scope<E>[K] extends AnyColumn ? ("generated" extends FlagOf<Scope<E>[K]> ? never : K) : never]?:
    | TypeOf<Scope<E>[K]>
    | Expression<TypeOf<Scope<E>[K]>>
    | Sql<unknown>
    | F<ColumnOfKind<E, KindOf<Scope<E>[K]>>>
    | ("json" extends KindOf<Scope<E>[K]> ? JsonChange<NonNullable<TypeOf<Scope<E>[K]>>> : never);
};

/** `X` for models that spread `...softDelete`, an explanation for the others. */
export type IfSoftDeletable<E, X> =
  SoftDeleteColumn<Scope<E>> extends never ? NotSoftDeletable<"spread ...softDelete into the model first"> : X;
export interface NotSoftDeletable<Message> {
  readonly error: Message;
}
type SoftDeleteColumn<S> = {
  [K in keyof S]: S[K] extends Column<unknown, Kind, infer X> ? ("softDelete" extends X ? K : never) : never;
}[keyof S];
