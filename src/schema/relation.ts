/** Relations as users write them: arrow functions in the model's shape. `schema/registry.ts` resolves them into `RelationRef`s. */
import type { ForeignKeyOptions } from "./column.ts";
import type { AnyModel, ColumnKey, InstanceOf, ShapeOfModel } from "./entity.ts";

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

/** What a relation's arrow function returns at run time. */
export class RelationDefinition {
  readonly kind: "hasMany" | "hasOne" | "belongsTo" | "manyToMany";
  readonly model: AnyModel;
  /** The foreign key's property: on the target for `hasMany` and `hasOne`, here for `belongsTo`; null for `manyToMany`. */
  readonly key: string | null;
  readonly through: AnyModel | string | null;
  readonly options: ForeignKeyOptions;

  constructor(
    kind: RelationDefinition["kind"],
    model: AnyModel,
    key: string | null,
    through: AnyModel | string | null,
    options: ForeignKeyOptions,
  ) {
    this.kind = kind;
    this.model = model;
    this.key = key;
    this.through = through;
    this.options = options;
  }
}

/** One row here owns many rows of `model`, whose column `foreignKey` points back. */
export const hasMany = <M extends AnyModel>(model: M, foreignKey: ColumnKey<ShapeOfModel<M>>): HasMany<M> =>
  new RelationDefinition("hasMany", model, foreignKey, null, {}) as unknown as HasMany<M>;
/** One row here owns at most one row of `model`, whose column `foreignKey` points back. */
export const hasOne = <M extends AnyModel>(model: M, foreignKey: ColumnKey<ShapeOfModel<M>>): HasOne<M> =>
  new RelationDefinition("hasOne", model, foreignKey, null, {}) as unknown as HasOne<M>;
/** This row points at one row of `model` through its own column `foreignKey`. Declares the foreign key. */
export const belongsTo = <M extends AnyModel, const K extends string>(
  model: M,
  foreignKey: K,
  options: ForeignKeyOptions = {},
): BelongsTo<M, K> => new RelationDefinition("belongsTo", model, foreignKey, null, options) as unknown as BelongsTo<M, K>;
/** Rows of `model` on the other side of a join table, which is a model with two `belongsTo`, or just a name. */
export const manyToMany = <M extends AnyModel>(model: M, options: { readonly through: AnyModel | string }): ManyToMany<M> =>
  new RelationDefinition("manyToMany", model, null, options.through, {}) as unknown as ManyToMany<M>;
