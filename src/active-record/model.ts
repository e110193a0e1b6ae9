/** `Model` with calls: `class User extends Model("users", { … }) {}` can be asked by `User.objects`. */
import { Model as PlainModel } from "../schema/model.ts";
import type { ModelClass as PlainModelClass } from "../schema/model.ts";
import type { AnyEntity, Entity, ModelOf, ModelOptions, NoOptions, RowOf, Shape } from "../schema/entity.ts";
import { Objects } from "./objects.ts";

/** The class behind a model. */
export interface ModelClass<N extends string, S, O> extends PlainModelClass<N, S, O> {
  /** Calls about this model on the database that `connect()` opened. */
  readonly objects: Objects<RowOf<S> & Entity<N, S, O>>;
}

const known = new WeakMap<object, Objects<AnyEntity>>();

/**
 * Makes the class that a model extends. Nothing is checked yet, since models may refer to each other: a mistake throws `ConfigurationError` at the first use.
 *
 *     class User extends Model("users", { id: int().primaryKey(), name: text(), posts: () => hasMany(Post, "authorId") }) {}
 *     await User.objects.filter({ name: "Ann" }).all();
 */
export function Model<const N extends string, S extends Shape, const O extends ModelOptions<S> = NoOptions>(
  table: N,
  shape: S,
  options?: O,
): ModelClass<N, S, O> {
  const model = PlainModel(table, shape, options);
  Object.defineProperty(model, "objects", {
    configurable: true,
    // Called on the class that extends this one, whose instances are what users expect.
    get(this: ModelOf<AnyEntity>): Objects<AnyEntity> {
      const made = known.get(this) ?? new Objects(this);
      known.set(this, made);
      return made;
    },
  });
  // The property was just added.
  return model as ModelClass<N, S, O>;
}
