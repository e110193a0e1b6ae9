/** Loads what `with(…)` asked for onto rows that are there: relation by relation, side by side, each whatever the number of rows. */
import { loading } from "../../engine/watching/loaded-relation.ts";
import type { Relation } from "../../schema/table.ts";
import { fill } from "./fill.ts";
import type { Children } from "./fill.ts";
import type { Include } from "./include-tree.ts";

type Row = Record<string, unknown>;

/** Fetches the children of one relation, with their own relations, for parents with these keys. */
export type FetchChildren<Q> = (include: Include<Q>, keys: readonly (readonly unknown[])[]) => Promise<Children>;

const isInStatement = ({ strategy, children }: Include<unknown>): boolean => strategy === "joined" && children.every(isInStatement);

/** Whether the rows of a query hold everything already. */
export const isWhole = (includes: readonly Include<unknown>[]): boolean => includes.every(isInStatement);

/** Fills the relations of rows that a query with these includes has just read. */
export const loadRelations = async <Q>(
  parents: readonly object[],
  includes: readonly Include<Q>[],
  fetch: FetchChildren<Q>,
): Promise<void> => {
  if (parents.length === 0 || isWhole(includes)) return;
  await Promise.all(includes.map((include) => loadRelation(parents, include, fetch)));
};

const loadRelation = async <Q>(parents: readonly object[], include: Include<Q>, fetch: FetchChildren<Q>): Promise<void> => {
  if (include.strategy === "none") return leaveEmpty(parents, include.relation);
  if (include.strategy === "joined") return loadRelations(partnersOf(parents, include.relation), include.children, fetch);
  return loading(parents, include.relation.name, () => fill(parents, include.relation, (keys) => fetch(include, keys)));
};

const leaveEmpty = (parents: readonly object[], { name, toMany }: Relation): void => {
  for (const parent of parents) (parent as Row)[name] = toMany ? [] : null;
};

/** The rows behind a loaded relation, each once. */
const partnersOf = (parents: readonly object[], { name }: Relation): readonly object[] => {
  const found = new Set<object>();
  for (const parent of parents) {
    const value = (parent as Row)[name] as object | readonly object[] | null;
    if (Array.isArray(value)) for (const each of value as readonly object[]) found.add(each);
    else if (value !== null) found.add(value);
  }
  return [...found];
};

const isLoaded = (parent: object, name: string): boolean => Object.hasOwn(parent, name) && (parent as Row)[name] !== undefined;

/**
 * Fills relations of objects that are there, where they are not loaded; a relation through a query of the caller's own is loaded anew.
 * One statement per relation: children of objects old and new are loaded together.
 */
export const loadMissing = async <Q>(
  objects: readonly object[],
  includes: readonly Include<Q>[],
  fetch: FetchChildren<Q>,
): Promise<void> => {
  if (objects.length === 0) return;
  await Promise.all(includes.map((include) => loadMissingRelation(objects, include, fetch)));
};

const loadMissingRelation = async <Q>(objects: readonly object[], include: Include<Q>, fetch: FetchChildren<Q>): Promise<void> => {
  const { relation, refined, children } = include;
  const missing = refined === null ? objects.filter((each) => !isLoaded(each, relation.name)) : objects;
  if (include.strategy === "none") return leaveEmpty(missing, relation);
  const load = (deeper: Include<Q>["children"]): Promise<void> =>
    loading(missing, relation.name, () =>
      fill(missing, relation, (keys) => fetch({ ...include, strategy: "selectIn", children: deeper }, keys)),
    );
  if (missing.length === objects.length) return load(children);
  if (missing.length > 0) await load([]);
  await loadMissing(partnersOf(objects, relation), children, fetch);
};
