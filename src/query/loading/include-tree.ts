/** What `with(…)` was given, as a tree of relations with a strategy each. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { SelectStatement } from "../../ast/expression.ts";
import { fingerprint } from "../../ast/fingerprint.ts";
import type { Relation, Table } from "../../schema/table.ts";
import type { IncludeDraft, RefinedTable } from "../draft.ts";
import type { Load, Strategy } from "./load.ts";

/** One relation to load. `refined` is the user's own query for it, of a type that only the query room knows; `children` are loaded besides its own. */
export interface Include<Q> {
  readonly relation: Relation;
  readonly strategy: "joined" | "selectIn" | "none";
  readonly children: readonly Include<Q>[];
  readonly refined: Q | null;
  /** What the user said about it: `null` for the usual way. */
  readonly chosen: Strategy | null;
}

const usual = (relation: Relation): Strategy => (relation.toMany ? "selectIn" : "joined");

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
  return replaced(includes, { ...known, strategy: chosen, chosen });
};

const newInclude = <Q>(relation: Relation): Include<Q> => ({
  relation,
  strategy: usual(relation),
  children: [],
  refined: null,
  chosen: null,
});

/** A relation loaded through a query of the user's own: with a statement of its own, unless a JOIN was asked for. */
export const addRefined = <Q>(table: Table, includes: readonly Include<Q>[], name: string, refined: (target: Table) => Q): Include<Q>[] => {
  const relation = relationOf(table, name, name);
  const { children, chosen } = includes.find((include) => include.relation === relation) ?? newInclude<Q>(relation);
  const strategy = chosen === "joined" ? "joined" : "selectIn";
  return replaced(includes, { relation, strategy, children, refined: refined(relation.target), chosen });
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
export const includeDrafts = <Q>(
  includes: readonly Include<Q>[],
  tableOf: (relation: Relation, refined: Q) => RefinedTable,
): IncludeDraft[] =>
  includes.map(({ relation, strategy, children, refined }) => ({
    relation,
    strategy,
    children: strategy === "joined" ? includeDrafts(children, tableOf) : [],
    refined: strategy === "joined" && refined !== null ? tableOf(relation, refined) : null,
  }));

/** The selects of refined relations that are joined, in order. */
export const joinedSelects = (includes: readonly IncludeDraft[]): SelectStatement[] =>
  includes.flatMap(({ refined, children }) => [...(refined === null ? [] : [refined.select]), ...joinedSelects(children)]);

export const includeKey = (includes: readonly IncludeDraft[]): string =>
  includes
    .map(({ relation, strategy, children, refined }) => {
      const own = refined === null ? "" : refinedKey(refined);
      return `${relation.name}:${strategy}${own}(${includeKey(children)})`;
    })
    .join();

const refinedKey = ({ select, orderBy, only, deferred }: RefinedTable): string => {
  const order = orderBy?.map(({ column, direction, nulls }) => [column.property, direction, nulls]) ?? null;
  return JSON.stringify([fingerprint(select), order, only === null ? null : [...only], [...deferred]]);
};
