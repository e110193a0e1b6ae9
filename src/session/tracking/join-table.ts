/**
 * Rows of a many-to-many relation's join table, by the objects on both sides. Each call is one statement with one parameter per column, however many
 * members it is about.
 *
 *     INSERT INTO "post_tags" ("post_id", "tag_id") SELECT $1, "given"."1" FROM unnest($2::int[]) AS "given" ("1") ON CONFLICT DO NOTHING
 *     DELETE FROM "post_tags" WHERE "post_id" = $1 AND "tag_id" = ANY($2::int[])
 */
import { tableKey } from "../../ast/source.ts";
import { ConfigurationError, ValidationError } from "../../base/errors.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import { rootSource } from "../../ast/source.ts";
import type { ColumnRef, KeyPair, Source, TableRef } from "../../ast/source.ts";
import type { Runner } from "../../engine/run.ts";
import { conjunction } from "../../query/draft.ts";
import { rootOf } from "../../query/root.ts";
import type { Root } from "../../query/root.ts";
import type { AnyModel } from "../../schema/entity.ts";
import type { Relation, Table } from "../../schema/table.ts";
import { problemWith } from "../../types/check.ts";
import { insertPlan } from "../writes/insert-row.ts";
import { prepareRow } from "../writes/prepared-row.ts";
import type { Row } from "../writes/prepared-row.ts";
import type { Link } from "../flush/cascade.ts";
import { tableOfInstance } from "./unit-of-work.ts";
import { own } from "./relations.ts";
import { runWrite } from "../writes/write-plan.ts";
import type { WritePlan } from "../writes/write-plan.ts";

/** The columns of a join table, each with the one it points at. */
interface JoinTable {
  readonly table: TableRef;
  readonly owner: readonly KeyPair[];
  readonly member: readonly KeyPair[];
}

const joinTableOf = (root: Root, relation: Relation): JoinTable => {
  const { table, keys } = relation.through!;
  const owner = relation.keys.map(([column, key]): KeyPair => [key, column]);
  assertUnique(
    root,
    relation,
    table,
    [...owner, ...keys].map(([key]) => key),
  );
  return { table, owner, member: keys };
};

const isModelTable = (table: TableRef): table is Table => "model" in table;

/** Without a unique pair, adding twice would make two rows. Of a table without a model nothing is known; its pair is taken to be the primary key. */
const assertUnique = ({ table }: Root, { name }: Relation, through: TableRef, pair: readonly ColumnRef[]): void => {
  if (!isModelTable(through)) return;
  const uniques = [through.primaryKey, ...through.uniques.map(({ columns }) => columns)];
  const isPair = (columns: readonly ColumnRef[]): boolean =>
    columns.length === pair.length && columns.every((column) => pair.some(({ name: other }) => other === column.name));
  if (uniques.some(isPair)) return;
  throw new ConfigurationError(
    `${table.modelName}.${name} is changed through ${through.modelName}, whose ${pair.map(({ property }) => `'${property}'`).join(" and ")} are not unique together. ` +
      `Make them its primary key, or list them under unique.`,
    { model: through.modelName },
  );
};

const keyOf = (object: Row, column: ColumnRef, use: string): unknown => {
  const value = own(object, column.property);
  const problem = value === null ? null : problemWith(column.type, value);
  if (problem !== null) throw new ValidationError(`${use}: '${column.property}' of an object ${problem}.`, { property: column.property });
  if (value !== null) return value;
  throw new ConfigurationError(`${use}: an object has no '${column.property}' yet. Insert it first, or add it to the session.`, {
    property: column.property,
  });
};

/** What one object has for each column of its side. */
const valuesOf = (object: Row, side: readonly KeyPair[], use: string): readonly unknown[] =>
  side.map(([, column]) => keyOf(object, column, use));

/** What many objects have, one list per column. */
const listsOf = (objects: readonly Row[], side: readonly KeyPair[], use: string): unknown[][] =>
  side.map(([, column]) => objects.map((object) => keyOf(object, column, use)));

const parameterOf = (column: ColumnRef, form: "one" | "list" | "column" = "one"): ParameterNode => ({
  node: "parameter",
  form,
  type: column.type,
  value: undefined,
  name: column.property,
});

const nothing = { clause: { target: [], update: [] }, parameters: [] } as const;

/** Inserts the pairs that are not there yet. */
export const addLink = (runner: Runner, root: Root, relation: Relation, owner: Row, members: readonly Row[]): MaybePromise<void> => {
  if (members.length === 0) return undefined;
  const join = joinTableOf(root, relation);
  const { table } = join;
  const use = `${root.table.modelName}.${relation.name}`;
  const ofOwner = valuesOf(owner, join.owner, use);
  if (isModelTable(table)) {
    const constant = Object.fromEntries(join.owner.map(([{ property }], index) => [property, ofOwner[index]]));
    const rows = members.map((member) => {
      const values = valuesOf(member, join.member, use);
      return { ...constant, ...Object.fromEntries(join.member.map(([{ property }], index) => [property, values[index]])) };
    });
    const same = join.owner.map(([column]) => column);
    return addRows(runner, table, same, rows);
  }
  const plan = (): WritePlan => {
    const same = join.owner.map(([column]) => parameterOf(column));
    const lists = join.member.map(([column]) => parameterOf(column, "column"));
    const columns = [...join.owner, ...join.member].map(([column]) => column);
    return pairPlan(table, columns, [...same, ...lists]);
  };
  const values = [...ofOwner, ...listsOf(members, join.member, use)];
  return whenDone(runWrite(runner, root, `link ${relation.name}`, plan, values), () => {});
};

/** Pairs of one join table. */
interface Pairs {
  readonly root: Root;
  readonly relation: Relation;
  readonly table: TableRef;
  /** The columns of the join table, by name, whichever side each pair was given from. */
  readonly columns: readonly ColumnRef[];
  readonly values: (readonly unknown[])[];
}

/** Links of any owners and relations, gathered by the join table that they go into. */
export const pairsOf = (links: readonly Link[]): Pairs[] => {
  const tables = new Map<string, Pairs>();
  for (const { relation, owner, member } of links) {
    const root = rootOf(tableOfInstance(owner, "flush()").model);
    const join = joinTableOf(root, relation);
    const use = `${root.table.modelName}.${relation.name}`;
    const columns = [...join.owner, ...join.member].map(([column]) => column);
    const values = [...valuesOf(owner, join.owner, use), ...valuesOf(member, join.member, use)];
    const places = columns.map((_, index) => index).sort((one, other) => (columns[one]!.name < columns[other]!.name ? -1 : 1));
    const key = JSON.stringify([isModelTable(join.table), tableKey(join.table), ...places.map((place) => columns[place]!.name)]);
    const known = tables.get(key);
    const pairs = known ?? { root, relation, table: join.table, columns: places.map((place) => columns[place]!), values: [] };
    if (known === undefined) tables.set(key, pairs);
    pairs.values.push(places.map((place) => values[place]));
  }
  return [...tables.values()];
};

/** Inserts pairs that are not there yet, whoever owns them. One statement. */
export const addPairs = (runner: Runner, { root, relation, table, columns, values }: Pairs): MaybePromise<void> => {
  if (isModelTable(table)) {
    const rows = values.map((row) => Object.fromEntries(columns.map(({ property }, index) => [property, row[index]])));
    return addRows(runner, table, [], rows);
  }
  const lists = columns.map((_, index) => values.map((row) => row[index]));
  const parameters = columns.map((column) => parameterOf(column, "column"));
  const key = `links ${relation.name}`;
  return whenDone(
    runWrite(runner, root, key, () => pairPlan(table, columns, parameters), lists),
    () => {},
  );
};

/** Inserts pairs into a join table that is no model. */
const pairPlan = (table: TableRef, columns: readonly ColumnRef[], parameters: readonly ParameterNode[]): WritePlan => ({
  parameters,
  returning: [],
  statement: (_source, returning) => ({
    statement: "insert",
    table,
    columns,
    rows: [parameters],
    conflict: nothing.clause,
    returning,
  }),
});

/** Rows of a join table that is a model: its other columns get their defaults. `same`: the columns in which all rows are equal. */
const addRows = (runner: Runner, table: Table, same: readonly ColumnRef[], values: readonly Row[]): MaybePromise<void> => {
  const root = rootOf(table.model);
  const model = table.model as AnyModel & (new (values: object) => Row);
  const rows = values.map((each) => prepareRow(model, new model(each), "add()"));
  // All were made from the same columns, so all give the same ones.
  const { form } = rows[0]!;
  const plan = (): WritePlan => {
    const { parameters, statement } = insertPlan(table, form, nothing, "column", same);
    return { parameters, returning: [], statement: (source) => statement(source, []) };
  };
  const bound = form.given.map((column, index) => (same.includes(column) ? rows[0]!.values[index] : rows.map((row) => row.values[index])));
  const key = `link ${same.map(({ property }) => property).join()} ${form.key}`;
  return whenDone(runWrite(runner, root, key, plan, bound), () => {});
};

const columnIn = (source: Source, column: ColumnRef): ExpressionNode => ({ node: "column", source, column });

/** Whether a row of the join table is about one of the members. */
const isAbout = (source: Source, side: readonly KeyPair[], lists: readonly ParameterNode[], negated: boolean): ExpressionNode => {
  const operands = side.map(([column]) => columnIn(source, column));
  if (operands.length === 1) return { node: "in", operand: operands[0]!, list: lists[0]!, negated };
  return { node: "inRows", operands, lists, negated };
};

/** Deletes the pairs of `owner` with `members`, all pairs but those (`"others"`), or every one (`"all"`). */
export const removeLinks = (
  runner: Runner,
  root: Root,
  relation: Relation,
  owner: Row,
  members: readonly Row[],
  which: "these" | "others" | "all",
): MaybePromise<void> => {
  const join = joinTableOf(root, relation);
  const use = `${root.table.modelName}.${relation.name}`;
  const values = [...valuesOf(owner, join.owner, use), ...(which === "all" ? [] : listsOf(members, join.member, use))];
  const plan = (): WritePlan => {
    const source = rootSource(join.table);
    const same = join.owner.map(([column]) => parameterOf(column));
    const lists = which === "all" ? [] : join.member.map(([column]) => parameterOf(column, "list"));
    const isOwners = join.owner.map(([column], index): ExpressionNode => ({
      node: "comparison",
      operator: "=",
      left: columnIn(source, column),
      right: same[index]!,
    }));
    const tests = which === "all" ? isOwners : [...isOwners, isAbout(source, join.member, lists, which === "others")];
    const where = conjunction(tests);
    return {
      parameters: [...same, ...lists],
      returning: [],
      statement: (_source, returning) => ({ statement: "delete", source, where, deleted: "include", returning }),
    };
  };
  return whenDone(runWrite(runner, root, `unlink ${which} ${relation.name}`, plan, values), () => {});
};
