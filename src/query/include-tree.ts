/** What `with(…)` was given, as a tree of relations with a strategy each. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { Relation, Table } from "../schema/table.ts";
import type { IncludeDraft } from "./draft.ts";
import type { Load, Strategy } from "./load.ts";

/** One relation to load. `refined` is the user's own query for it, of a type that only the query room knows; `children` are loaded besides its own. */
export interface Include<Q> {
  readonly relation: Relation;
  readonly strategy: "joined" | "selectIn" | "none";
  readonly children: readonly Include<Q>[];
  readonly refined: Q | null;
}

const strategyFor = (relation: Relation, chosen: Strategy | null): Include<never>["strategy"] => {
  if (chosen === "none") return "none";
  if (chosen === "joined" && !relation.toMany) return "joined";
  if (chosen === null && !relation.toMany) return "joined";
  return "selectIn";
};

const relationOf = (table: Table, name: string, path: string): Relation => {
  const relation = table.relation(name);
  if (relation !== undefined) return relation;
  const hint = table.byProperty.has(name) ? " It is a column, which is there anyway." : didYouMean(name, table.relationNames);
  throw new ConfigurationError(`with("${path}"): ${table.modelName} has no relation '${name}'.${hint}`, {
    model: table.modelName,
    property: path,
  });
};

/** Adds `a.b.c` to the includes; a relation named twice is loaded once, by the strategy that was chosen for it last. */
export const addPath = <Q>(table: Table, includes: readonly Include<Q>[], path: string | Load<string>): Include<Q>[] => {
  const text = typeof path === "string" ? path : path?.path;
  if (typeof text !== "string")
    throw new ConfigurationError(`with() takes names such as "posts.comments", selectIn("…"), joined("…") or noLoad("…").`);
  return add(table, includes, text.split("."), typeof path === "string" ? null : path.strategy, text);
};

const add = <Q>(
  table: Table,
  includes: readonly Include<Q>[],
  words: readonly string[],
  chosen: Strategy | null,
  path: string,
): Include<Q>[] => {
  const [word, ...rest] = words as [string, ...string[]];
  const relation = relationOf(table, word, path);
  const known = includes.find((include) => include.relation === relation) ?? newInclude<Q>(relation);
  if (rest.length > 0) return replaced(includes, { ...known, children: add(relation.target, known.children, rest, chosen, path) });
  if (chosen === null) return replaced(includes, known);
  const strategy = strategyFor(relation, chosen);
  return replaced(includes, { ...known, strategy: strategy === "joined" && known.refined !== null ? "selectIn" : strategy });
};

const newInclude = <Q>(relation: Relation): Include<Q> => ({
  relation,
  strategy: strategyFor(relation, null),
  children: [],
  refined: null,
});

/** A relation loaded through a query of the user's own: always with a statement of its own. */
export const addRefined = <Q>(table: Table, includes: readonly Include<Q>[], name: string, refined: (target: Table) => Q): Include<Q>[] => {
  const relation = relationOf(table, name, name);
  const children = includes.find((include) => include.relation === relation)?.children ?? [];
  return replaced(includes, { relation, strategy: "selectIn", children, refined: refined(relation.target) });
};

const replaced = <Q>(includes: readonly Include<Q>[], include: Include<Q>): Include<Q>[] => {
  const index = includes.findIndex((candidate) => candidate.relation === include.relation);
  return index < 0 ? [...includes, include] : includes.with(index, include);
};

/** Both at once: `more` adds relations behind those of `includes`, whose own say how they are loaded stays. */
export const merged = <Q>(includes: readonly Include<Q>[], more: readonly Include<Q>[]): readonly Include<Q>[] =>
  more.reduce((all, include) => {
    const known = all.find(({ relation }) => relation === include.relation);
    return replaced(all, known === undefined ? include : { ...known, children: merged(known.children, include.children) });
  }, includes);

/** What of the includes is in the shape of a row: which relations are joined, and which get a place to be filled. */
export const includeDrafts = (includes: readonly Include<unknown>[]): IncludeDraft[] =>
  includes.map(({ relation, strategy, children }) => ({
    relation,
    strategy,
    children: strategy === "joined" ? includeDrafts(children) : [],
  }));

export const includeKey = (includes: readonly IncludeDraft[]): string =>
  includes.map(({ relation, strategy, children }) => `${relation.name}:${strategy}(${includeKey(children)})`).join();
