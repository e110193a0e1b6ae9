/** Relations of objects that are there: `load(users, "posts")`. */
import { ConfigurationError } from "../../base/errors.ts";
import { startedLimit } from "../../engine/call-limit.ts";
import type { Runner } from "../../engine/run.ts";
import type { AnyEntity, AnyModel, RelationKey } from "../../schema/entity.ts";
import type { TargetOf } from "../../schema/relations/relation.ts";
import type { Scope } from "../../schema/scope.ts";
import { describe } from "../../types/column-type.ts";
import type { Load } from "./load.ts";
import type { Loaded, Refined, RefinedValue } from "./loaded.ts";
import type { RelationPath } from "../lookups/paths.ts";
import type { CallOptions, Query } from "../query.ts";
import { QueryBuilder } from "../query-builder.ts";
import { rootOf } from "../root.ts";

type ObjectOf<T> = T extends readonly (infer E)[] ? E : T;
type Filled<T, V> = T extends readonly (infer E)[] ? (E & V)[] : T & V;

type LoadArgument<P extends string> = P | Load<P> | CallOptions;
type PathOf<A> = A extends string ? A : A extends Load<infer P> ? P : never;

export interface LoadInto {
  /** Loads one relation through a query of your own, whether it was loaded before or not. A limit counts per object. */
  <T extends AnyEntity | readonly AnyEntity[], R extends RelationKey<Scope<ObjectOf<T>>>, V>(
    objects: T,
    relation: R,
    refine: (query: Query<TargetOf<Scope<ObjectOf<T>>, R>, TargetOf<Scope<ObjectOf<T>>, R>>) => Refined<V>,
    options?: CallOptions,
  ): Promise<Filled<T, { [P in R]: RefinedValue<Scope<ObjectOf<T>>, R, V> }>>;
  /**
   * Loads relations of an object, or of many of one model, where they are not loaded yet; returns what it was given.
   * One statement per relation, whatever the number of objects; none for no objects. Options come last: `load(users, "posts", { timeout: "5s" })`.
   *
   *     await session.load(users, "posts.comments");   // SELECT … FROM "posts" WHERE "author_id" IN (…), then the comments of all those posts
   */
  <T extends AnyEntity | readonly AnyEntity[], const P extends readonly LoadArgument<RelationPath<ObjectOf<T>>>[]>(
    objects: T,
    ...relations: P
  ): Promise<Filled<T, Loaded<Scope<ObjectOf<T>>, PathOf<P[number]>>>>;
}

/** The model of all `objects`. Throws `ConfigurationError` for something that is no instance of a model, and for two models. */
export const modelOfAll = (objects: readonly object[]): AnyModel => {
  const models = new Set(objects.map((each) => (typeof each === "object" && each !== null ? each.constructor : undefined)));
  const [model, other] = models;
  for (const each of objects) {
    if (typeof each !== "object" || each === null || typeof each.constructor !== "function" || !("table" in each.constructor))
      throw new ConfigurationError(`load() takes an instance of a model or an array of them, not ${describe(each)}.`);
  }
  if (other === undefined) return model as unknown as AnyModel;
  const names = [model, other].map((each) => rootOf(each as unknown as AnyModel).table.modelName);
  throw new ConfigurationError(`load() was given objects of ${names.join(" and ")}. Load relations of one model at a time.`);
};

/** Loads `relations`, which are as `with(…)` takes them, onto objects of one model. */
export const loadInto = async (
  runner: Runner,
  objects: readonly object[],
  relations: readonly unknown[],
  options?: CallOptions,
): Promise<void> => {
  if (objects.length === 0) return;
  await QueryBuilder.about(rootOf(modelOfAll(objects)), runner)
    .with(...relations)
    .loadInto(objects, startedLimit(options));
};

const isOptions = (given: unknown): given is CallOptions => typeof given === "object" && given !== null && !("path" in given);

/** The call that users make, from one that takes a list. */
export const loadCall = (
  load: (objects: readonly object[], relations: readonly unknown[], options: CallOptions | undefined) => Promise<void>,
): LoadInto => {
  const call = async (given: object, ...relations: unknown[]): Promise<object> => {
    const last = relations.at(-1);
    const options = isOptions(last) ? last : undefined;
    options?.signal?.throwIfAborted();
    await load(Array.isArray(given) ? (given as object[]) : [given], options === undefined ? relations : relations.slice(0, -1), options);
    return given;
  };
  // It returns what it was given, with the relations that the type promises.
  return call;
};
