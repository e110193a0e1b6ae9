/** The type of what `new Post({ … })` takes: values, and objects in place of the foreign keys that lead to them. */
import type { TypeOf } from "./columns/column.ts";
import type { Entity, InsertOptionalKey, InsertRequiredKey, RelationKey } from "./entity.ts";
import type { BelongsTo, HasMany, ManyToMany, RelationOf, TargetOf } from "./relations/relation.ts";

/** The columns that objects may fill: the keys of `belongsTo` relations. */
type ObjectKey<S> = { [R in RelationKey<S>]: RelationOf<S, R> extends BelongsTo<unknown, infer K> ? K : never }[RelationKey<S>];
type Related<S, R extends keyof S> =
  RelationOf<S, R> extends HasMany<unknown> | ManyToMany<unknown> ? readonly TargetOf<S, R>[] : TargetOf<S, R> | null;

/**
 * Values for an instance that a unit of work will write: `new Post({ title, author: user })`. The key of a `belongsTo` relation may be left out where its
 * object is given, or set later; the insert asks for what is missing then.
 */
export type New<E> =
  E extends Entity<string, infer S, unknown>
    ? { [K in keyof S as Exclude<InsertRequiredKey<K, S[K]>, ObjectKey<S>>]: TypeOf<S[K]> } & {
        [K in keyof S as InsertOptionalKey<K, S[K]> | (InsertRequiredKey<K, S[K]> & ObjectKey<S>)]?: TypeOf<S[K]> | undefined;
      } & { [R in RelationKey<S>]?: Related<S, R> | undefined }
    : never;
