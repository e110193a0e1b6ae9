/** The types of loaded relations: `User & { posts: Post[] }`. */
import type { TypeOf } from "../../schema/columns/column.ts";
import type { AnyEntity, ShapeOf } from "../../schema/entity.ts";
import type { BelongsTo, HasMany, ManyToMany, RelationOf, TargetOf } from "../../schema/relations/relation.ts";
import type { RelationPath } from "../lookups/paths.ts";

export type Head<P> = P extends `${infer R}.${string}` ? R : P;
export type Tail<P, R extends string> = P extends `${R}.${infer Rest}` ? Rest : never;
export type RelationValue<S, R extends keyof S, V> =
  RelationOf<S, R> extends infer X
    ? X extends HasMany<unknown> | ManyToMany<unknown>
      ? V[]
      : X extends BelongsTo<unknown, infer K>
        ? K extends keyof S
          ? null extends TypeOf<S[K]>
            ? V | null
            : V
          : InvalidRelation<`no column '${K}'`>
        : V | null
    : never;
/** A relation through a query of one's own. That query may leave a row out, so there may be none even where the key cannot be null. */
export type RefinedValue<S, R extends keyof S, V> =
  RelationOf<S, R> extends infer X ? (X extends HasMany<unknown> | ManyToMany<unknown> ? V[] : V | null) : never;
export interface InvalidRelation<Message> {
  readonly error: Message;
}
/** Any query that gives `Row`s, whatever it computes besides: what the callback of `with(relation, …)` returns. Groups are none: they have no key. */
export interface Refined<out Row> {
  one(): Promise<Row>;
}
declare const about: unique symbol;
/** Any query or groups that give `Row`s. `E` is what they are about. */
export interface Rows<out Row, out E = unknown> {
  /** Exists for TypeScript only. */
  readonly [about]?: E;
  first(): Promise<Row | null>;
}
type LoadedEntity<E, P extends string> = [P] extends [never] ? E : E & Loaded<ShapeOf<E>, P>;
// (A conditional type drops its alias name, so hovers show the properties and not this helper.)
export type Loaded<S, P extends string> = [P] extends [infer Q extends string]
  ? { [R in Head<Q> & keyof S & string]: RelationValue<S, R, LoadedEntity<TargetOf<S, R>, Tail<Q, R>>> }
  : never;
/** A `User` with these relations loaded: `With<User, "posts.comments" | "profile">`. */
export type With<E extends AnyEntity, P extends RelationPath<E>> = E & Loaded<ShapeOf<E>, P>;
