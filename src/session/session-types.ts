/** The types of what a session's calls take. */
import type { Column } from "../schema/column.ts";
import type { ColumnKey, OptionsOf, ShapeOf } from "../schema/entity.ts";
import type { TypeOf } from "../schema/column.ts";
import type { CallOptions } from "../query/query.ts";
import type { ManyToMany, TargetOf } from "../schema/relation.ts";
import type { Kind } from "../types/column-type.ts";

type KeyWithFlag<S, F> = { [K in keyof S]: S[K] extends Column<unknown, Kind, infer X> ? (F extends X ? K : never) : never }[keyof S] &
  string;
type UniqueOption<O> = O extends { readonly unique: readonly (infer U)[] } ? U : never;
type PrimaryKeyOption<O> = O extends { readonly primaryKey: infer P } ? P : never;
/** A unique column, or the columns of a composite unique constraint or primary key. (The conditional type makes errors list them.) */
export type ConflictTarget<E> = [E] extends [infer X]
  ? KeyWithFlag<ShapeOf<X>, "unique"> | KeyWithFlag<ShapeOf<X>, "primaryKey"> | UniqueOption<OptionsOf<X>> | PrimaryKeyOption<OptionsOf<X>>
  : never;
export interface UpsertOptions<E> extends CallOptions {
  readonly conflictTarget: ConflictTarget<E>;
  /** Columns to overwrite on conflict; by default those that were given (of an instance: all it has), none with `[]`. */
  readonly updateFields?: readonly ColumnKey<ShapeOf<E>>[];
}

/** What identifies a row: the primary key's value, or an object for a composite key. */
export type PrimaryKey<E> =
  PrimaryKeyOption<OptionsOf<E>> extends infer P
    ? [P] extends [never]
      ? TypeOf<ShapeOf<E>[KeyWithFlag<ShapeOf<E>, "primaryKey"> & keyof ShapeOf<E>]>
      : P extends readonly (infer K)[]
        ? { readonly [C in K & keyof ShapeOf<E>]: TypeOf<ShapeOf<E>[C]> }
        : never
    : never;

export interface SessionOptions {
  /** Whether queries write what is in hand first, so that they see it. True when absent. */
  readonly autoflush?: boolean;
}

/** The many-to-many relations of a model. */
export type CollectionKey<E> = [E] extends [infer X]
  ? { [K in keyof ShapeOf<X>]: ShapeOf<X>[K] extends () => ManyToMany<unknown> ? K : never }[keyof ShapeOf<X>] & string
  : never;
/** What such a relation leads to. */
export type MemberOf<E, R> = R extends keyof ShapeOf<E> ? TargetOf<ShapeOf<E>, R> : never;
