/** The types of dotted paths: `"posts.comments"`, `"author.name"`, `"-createdAt"`. */
import type { Column, TypeOf } from "../../schema/columns/column.ts";
import type { ColumnKey, RelationKey, ShapeOf } from "../../schema/entity.ts";
import type { HasMany, ManyToMany, RelationOf, TargetOf } from "../../schema/relations/relation.ts";
import type { Scope } from "../../schema/scope.ts";
import type { Kind } from "../../types/column-type.ts";

type Dot<R extends string, P extends string> = `${R}.${P}`;
type Relations1<S> = RelationKey<S>;
type Relations2<S> = { [R in RelationKey<S>]: R | Dot<R, Relations1<ShapeOf<TargetOf<S, R>>>> }[RelationKey<S>];
type Relations3<S> = { [R in RelationKey<S>]: R | Dot<R, Relations2<ShapeOf<TargetOf<S, R>>>> }[RelationKey<S>];
/** `"posts"`, `"posts.comments"`, `"posts.comments.author"`. */
export type RelationPath<E> = Relations3<Scope<E>>;

type Columns1<S> = { [R in RelationKey<S>]: Dot<R, ColumnKey<ShapeOf<TargetOf<S, R>>>> }[RelationKey<S>];
type Columns2<S> = { [R in RelationKey<S>]: Dot<R, Columns1<ShapeOf<TargetOf<S, R>>>> }[RelationKey<S>];
/** `"title"`, `"author.name"`, `"author.team.name"`. */
export type ColumnPath<E> = ColumnKey<Scope<E>> | Columns1<Scope<E>> | Columns2<Scope<E>>;
type ToOneKey<S> = {
  [R in RelationKey<S>]: RelationOf<S, R> extends HasMany<unknown> | ManyToMany<unknown> ? never : R;
}[RelationKey<S>];
type Order1<S> = ColumnKey<S> | { [R in ToOneKey<S>]: Dot<R, ColumnKey<ShapeOf<TargetOf<S, R>>>> }[ToOneKey<S>];
type Order2<S> = ColumnKey<S> | { [R in ToOneKey<S>]: Dot<R, Order1<ShapeOf<TargetOf<S, R>>>> }[ToOneKey<S>];
type Order3<S> = ColumnKey<S> | { [R in ToOneKey<S>]: Dot<R, Order2<ShapeOf<TargetOf<S, R>>>> }[ToOneKey<S>];
/** `"name"`, `"-createdAt"`, `"author.name"`. */
export type OrderKey<E> = Order3<Scope<E>> | `-${Order3<Scope<E>>}`;

/** What rows are grouped by: `"role"`, a computed column, and through to-one relations `"track.album.artist.name"`. */
export type GroupPath<E> = Order3<Scope<E>>;

export type ColumnAt<S, P> = P extends keyof S
  ? S[P]
  : P extends `${infer R}.${infer Rest}`
    ? R extends keyof S
      ? ColumnAt<ShapeOf<TargetOf<S, R>>, Rest>
      : never
    : never;
type NumericKind = "int" | "bigint" | "float" | "decimal";
type KeyOfKind<S, C extends Kind> = {
  [K in keyof S]: S[K] extends Column<unknown, infer X> ? (X extends C ? K : never) : never;
}[keyof S] &
  string;
/** The columns of a model that hold numbers. */
export type NumberColumn<E> = KeyOfKind<Scope<E>, NumericKind>;
type Number1<S> = { [R in RelationKey<S>]: Dot<R, KeyOfKind<ShapeOf<TargetOf<S, R>>, NumericKind>> }[RelationKey<S>];
type Number2<S> = { [R in RelationKey<S>]: Dot<R, Number1<ShapeOf<TargetOf<S, R>>>> }[RelationKey<S>];
type Number3<S> = { [R in RelationKey<S>]: Dot<R, Number2<ShapeOf<TargetOf<S, R>>>> }[RelationKey<S>];
/** Numeric columns here and up to three relations away: `"views"`, `"posts.views"`, `"author.posts.views"`. */
export type NumberPath<E> = NumberColumn<E> | Number1<Scope<E>> | Number2<Scope<E>> | Number3<Scope<E>>;
/** The columns of a model that hold values of one kind. */
export type ColumnOfKind<E, C extends Kind> = KeyOfKind<Scope<E>, C>;
/** What a computed path gives. */
export type TypeAt<S, P> = TypeOf<ColumnAt<S, P>>;
