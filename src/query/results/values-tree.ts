/**
 * `values("id", "author.name", "tags.name")`: plain objects, nested along to-one relations; to-many relations become arrays,
 * loaded like any included relation.
 */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { joinedSource } from "../../ast/source.ts";
import type { Source } from "../../ast/source.ts";
import type { NestedObject, ObjectShape } from "../../rows/shape.ts";
import type { Relation, Table } from "../../schema/table.ts";
import type { ComputedColumn, Draft } from "../draft.ts";
import type { LookupScope } from "../lookups/lookup-scope.ts";
import { noJoins, ResultColumns } from "./row-result.ts";
import type { RowResult } from "./row-result.ts";
import { assertWithout, orderOf, selectOf, Terminal } from "../terminal.ts";

/** The columns of one table, and what is asked of the relations beside them. */
export interface ValuesNode {
  readonly table: Table;
  readonly columns: string[];
  readonly computed: ComputedColumn[];
  readonly relations: Map<Relation, ValuesNode>;
}

const newNode = (table: Table): ValuesNode => ({ table, columns: [], computed: [], relations: new Map() });

const addTo = (node: ValuesNode, words: readonly string[], path: string): void => {
  const [word, ...rest] = words as [string, ...string[]];
  if (rest.length === 0 && node.table.byProperty.has(word)) {
    if (!node.columns.includes(word)) node.columns.push(word);
    return;
  }
  const relation = node.table.relation(word);
  if (relation === undefined || rest.length === 0) {
    const names = [...node.table.byProperty.keys(), ...node.table.relationNames];
    const why = relation === undefined ? didYouMean(word, names) : ` '${word}' is a relation: name one of its columns.`;
    throw new ConfigurationError(`values("${path}"): ${node.table.modelName} has no column '${word}'.${why}`, {
      model: node.table.modelName,
      property: path,
    });
  }
  const child = node.relations.get(relation) ?? newNode(relation.target);
  node.relations.set(relation, child);
  addTo(child, rest, path);
};

/** The tree of the given paths; no paths mean every column. */
export const valuesTree = (scope: LookupScope, paths: readonly string[]): ValuesNode => {
  const root = newNode(scope.table);
  for (const path of paths.length === 0 ? scope.table.byProperty.keys() : paths) {
    const computed = scope.computed.get(path);
    if (computed !== undefined) root.computed.push(computed);
    else addTo(root, String(path).split("."), String(path));
  }
  if (paths.length === 0) root.computed.push(...scope.computed.values());
  return root;
};

/** To-many relations of a tree with the way to the objects they hang on. */
export interface Branch {
  readonly way: readonly string[];
  readonly relation: Relation;
  readonly node: ValuesNode;
}

export const branchesOf = (node: ValuesNode, way: readonly string[] = []): Branch[] =>
  [...node.relations].flatMap(([relation, child]) =>
    relation.toMany ? [{ way, relation, node: child }] : branchesOf(child, [...way, relation.name]),
  );

/** The properties that branches need of the objects they hang on, beyond those that were asked for. */
const keyProperties = (node: ValuesNode): string[] =>
  [...node.relations.keys()].filter((relation) => relation.toMany).flatMap((relation) => relation.keys.map(([near]) => near.property));

const objectOf = (node: ValuesNode, source: Source, result: ResultColumns): ObjectShape => {
  const names = [...new Set([...node.columns, ...keyProperties(node)])];
  const properties = names.map((name) => ({ name, position: result.addColumn(source, node.table.byProperty.get(name)!) }));
  const computed = node.computed.map((column) => result.addComputed(column, node.table));
  const places = [...node.relations.keys()].filter((relation) => relation.toMany).map(({ name }) => ({ name, position: -1 }));
  const nested = [...node.relations]
    .filter(([relation]) => !relation.toMany)
    .map(([relation, child]): NestedObject => {
      const target = joinedSource(source, relation);
      const presence = result.addColumn(target, relation.target.primaryKey[0]!);
      return { property: relation.name, presence, shape: objectOf(child, target, result) };
    });
  return { properties: [...properties, ...computed, ...places], nested, prototype: null };
};

/** The columns that a tree asks of a row, and the plain object they become. */
export const valuesResult = (tree: ValuesNode, draft: Draft): RowResult => {
  const result = new ResultColumns();
  const object = objectOf(tree, draft.source, result);
  return { items: result.items, form: { form: "objects", object }, joins: noJoins };
};

export const valuesOf = (tree: ValuesNode): Terminal =>
  new Terminal((draft) => {
    assertWithout(draft, "values()", "group");
    const { items, form } = valuesResult(tree, draft);
    return { statement: selectOf(draft, items, orderOf(draft)), form };
  });

type Row = Record<string, unknown>;

/** Takes the keys out again that only the branches needed. */
export const withoutKeys = (node: ValuesNode, rows: readonly unknown[]): unknown[] => {
  const extra = keyProperties(node).filter((name) => !node.columns.includes(name));
  const inner = [...node.relations].filter(([relation, child]) => !relation.toMany && needsTrimming(child));
  if (extra.length === 0 && inner.length === 0) return rows as unknown[];
  return rows.map((row) => {
    if (row === null) return null;
    const kept = Object.fromEntries(Object.entries(row as Row).filter(([name]) => !extra.includes(name)));
    for (const [relation, child] of inner) kept[relation.name] = withoutKeys(child, [kept[relation.name]])[0];
    return kept;
  });
};
const needsTrimming = (node: ValuesNode): boolean =>
  keyProperties(node).some((name) => !node.columns.includes(name)) ||
  [...node.relations].some(([relation, child]) => !relation.toMany && needsTrimming(child));
