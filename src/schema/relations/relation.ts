/** Relations as users write them: arrow functions in the model's shape. `schema/registry.ts` resolves them into `RelationRef`s. */
import type { ForeignKeyOptions } from "../columns/column.ts";
import type { AnyModel, ColumnKey, InstanceOf, ShapeOfModel } from "../entity.ts";

declare const target: unique symbol;
export interface HasMany<M> {
  readonly kind: "hasMany";
  readonly [target]: M;
}
export interface HasOne<M> {
  readonly kind: "hasOne";
  readonly [target]: M;
}
export interface BelongsTo<M, K extends string> {
  readonly kind: "belongsTo";
  readonly [target]: M;
  readonly key: K;
}
export interface ManyToMany<M> {
  readonly kind: "manyToMany";
  readonly [target]: M;
}
interface RelationTo<M> {
  readonly [target]: M;
}

/** The model at the other end of relation `R`. */
export type TargetOf<S, R extends keyof S> = S[R] extends () => RelationTo<infer M> ? InstanceOf<M> : never;
export type RelationOf<S, R extends keyof S> = S[R] extends () => infer X ? X : never;

/** What a foreign key does, and which columns it points at where that is not the primary key: columns that are unique together. */
export interface BelongsToOptions<M extends AnyModel> extends ForeignKeyOptions {
  readonly references?: ColumnKey<ShapeOfModel<M>> | readonly ColumnKey<ShapeOfModel<M>>[];
}

/** What a relation's arrow function returns at run time. */
export class RelationDefinition {
  readonly kind: "hasMany" | "hasOne" | "belongsTo" | "manyToMany";
  readonly model: AnyModel;
  /** The foreign key's properties: on the target for `hasMany` and `hasOne`, here for `belongsTo`; null for `manyToMany`. */
  readonly key: readonly string[] | null;
  readonly through: AnyModel | string | null;
  readonly options: ForeignKeyOptions & { readonly references?: string | readonly string[] };

  constructor(
    kind: RelationDefinition["kind"],
    model: AnyModel,
    key: readonly string[] | null,
    through: AnyModel | string | null,
    options: RelationDefinition["options"],
  ) {
    this.kind = kind;
    this.model = model;
    this.key = key;
    this.through = through;
    this.options = options;
  }
}

// `Array.isArray` leaves a read-only array on the side of the single name.
const listOf = (key: string | readonly string[]): readonly string[] => (typeof key === "object" && key !== null ? key : [key]);

/** One row here owns many rows of `model`, whose column `foreignKey` points back; an array of columns where the key has several. */
export const hasMany = <M extends AnyModel>(
  model: M,
  foreignKey: ColumnKey<ShapeOfModel<M>> | readonly ColumnKey<ShapeOfModel<M>>[],
): HasMany<M> => new RelationDefinition("hasMany", model, listOf(foreignKey), null, {}) as unknown as HasMany<M>;
/** One row here owns at most one row of `model`, whose column `foreignKey` points back; an array of columns where the key has several. */
export const hasOne = <M extends AnyModel>(
  model: M,
  foreignKey: ColumnKey<ShapeOfModel<M>> | readonly ColumnKey<ShapeOfModel<M>>[],
): HasOne<M> => new RelationDefinition("hasOne", model, listOf(foreignKey), null, {}) as unknown as HasOne<M>;
/**
 * This row points at one row of `model` through its own column `foreignKey`. Declares the foreign key.
 *
 *     author: () => belongsTo(User, "authorId")                     // REFERENCES "users" ("id")
 *     line: () => belongsTo(OrderLine, ["orderId", "lineNo"])       // FOREIGN KEY ("order_id", "line_no") REFERENCES "order_lines" ("order_id", "no")
 *
 * It points at the primary key, columns in its order, unless `references` names columns that are unique together.
 */
export const belongsTo = <M extends AnyModel, const K extends string>(
  model: M,
  foreignKey: K | readonly K[],
  options: BelongsToOptions<M> = {},
): BelongsTo<M, K> => new RelationDefinition("belongsTo", model, listOf(foreignKey), null, options) as unknown as BelongsTo<M, K>;
/** Rows of `model` on the other side of a join table, which is a model with two `belongsTo`, or just a name. */
export const manyToMany = <M extends AnyModel>(model: M, options: { readonly through: AnyModel | string }): ManyToMany<M> =>
  new RelationDefinition("manyToMany", model, null, options.through, {}) as unknown as ManyToMany<M>;
