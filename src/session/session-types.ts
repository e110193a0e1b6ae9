/** The types of what a session's calls take. */
import type { OptionsOf, ShapeOf, WrittenKey } from "../schema/entity.ts";
import type { CallOptions } from "../query/query.ts";
import type { KeyWithFlag, PrimaryKeyOption } from "../schema/primary-key.ts";
import type { ManyToMany, TargetOf } from "../schema/relations/relation.ts";

type UniqueOption<O> = O extends { readonly unique: readonly (infer U)[] } ? U : never;
/** A unique column, or the columns of a composite unique constraint or primary key. (The conditional type makes errors list them.) */
export type ConflictTarget<E> = [E] extends [infer X]
  ? KeyWithFlag<ShapeOf<X>, "unique"> | KeyWithFlag<ShapeOf<X>, "primaryKey"> | UniqueOption<OptionsOf<X>> | PrimaryKeyOption<OptionsOf<X>>
  : never;
export interface UpsertOptions<E> extends CallOptions {
  readonly conflictTarget: ConflictTarget<E>;
  /** Columns to overwrite on conflict; by default those that were given (of an instance: all it has), none with `[]`. */
  readonly updateFields?: readonly WrittenKey<ShapeOf<E>>[];
}

/** Rows that are there, or are made as they are read. */
export type ManyRows<T> = readonly T[] | Iterable<T> | AsyncIterable<T>;

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
