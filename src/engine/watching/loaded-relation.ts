/** Which relation statements are sent for, for watchers: known by async context, and only while somebody watches. */
import { AsyncLocalStorage } from "node:async_hooks";
import { isWatched } from "./watching.ts";

export interface LoadedRelation {
  /** The model that has the relation, as its class is called, and the relation's name. */
  readonly model: string;
  readonly name: string;
  /** How many objects it is loaded for. */
  readonly parents: number;
}

const storage = new AsyncLocalStorage<LoadedRelation>();

/** Runs `work`, whose statements load a relation of `parents`, which are of one model. */
export const loading = <T>(parents: readonly object[], name: string, work: () => T): T =>
  isWatched() && parents.length > 0 ? storage.run({ model: parents[0]!.constructor.name, name, parents: parents.length }, work) : work();

/** What the running code loads. */
export const loadedRelation = (): LoadedRelation | null => storage.getStore() ?? null;
