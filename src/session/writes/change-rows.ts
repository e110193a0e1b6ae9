/**
 * Updating and deleting the rows of many objects by their primary keys: one statement for all that change the same columns, where the database
 * takes a list per column, else one prepared statement for each.
 *
 *     UPDATE "books" SET "title" = "given"."1", "version" = "books"."version" + 1
 *     FROM unnest($1::text[], $2::int[], $3::int[]) WITH ORDINALITY AS "given" ("1", "2", "3", "place")
 *     WHERE "books"."id" = "given"."2" AND "books"."version" = "given"."3" RETURNING "given"."place", "books"."version"
 */
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import type { Source } from "../../ast/source.ts";
import type { Runner } from "../../engine/run.ts";
import type { Assignment } from "../../query/expressions/assignments.ts";
import { conjunction } from "../../query/draft.ts";
import type { Root } from "../../query/root.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { changeAt, columnsAfter, deleteAt, isComputed, returnedColumns, stale } from "./change-row.ts";
import type { ChangeOptions, RowPlace } from "./change-row.ts";
import type { Row } from "./prepared-row.ts";
import { writeBatch } from "./write-batch.ts";
import { listFor, runWrite } from "./write-plan.ts";
import type { WritePlan, Written } from "./write-plan.ts";

export interface RowChange {
  readonly place: RowPlace;
  readonly assignments: readonly Assignment[];
}

/** The columns that say which row is meant. */
const placeColumns = (table: Table, { version }: RowPlace): readonly TableColumn[] =>
  version === undefined || table.version === null ? table.primaryKey : [...table.primaryKey, table.version];

const isGiven = (source: Source, columns: readonly TableColumn[], lists: readonly ParameterNode[]): ExpressionNode =>
  conjunction(
    columns.map((column, index): ExpressionNode => {
      const left: ExpressionNode = { node: "column", source, column };
      return { node: "comparison", operator: "=", left, right: { node: "given", list: lists[index]! } };
    }),
  )!;

/** What the rows have for each column of their places, one list per column. */
const placeLists = (table: Table, places: readonly RowPlace[]): unknown[][] =>
  placeColumns(table, places[0]!).map((_, index) => places.map(({ key, version }) => (index < key.length ? key[index] : version)));

/** What changes of one row have in common with those that one statement can write; `null` for one that must go alone. */
const formOf = ({ place, assignments }: RowChange): string | null => {
  if (assignments.some((assignment) => isComputed(assignment) && assignment.values.length > 0)) return null;
  return `update many${place.version === undefined ? "" : " and version"} ${assignments.map(({ key }) => key).join()}`;
};

const manyPlan = (root: Root, { place, assignments }: RowChange): WritePlan => {
  const columns = placeColumns(root.table, place);
  const keys = columns.map((column) => listFor(root.table, column));
  const given = assignments.map((assignment) => (isComputed(assignment) ? null : listFor(root.table, assignment.column)));
  return {
    parameters: [...given.filter((list) => list !== null), ...keys],
    places: true,
    returning: returnedColumns(root.table, assignments),
    statement: (source, items) => ({
      statement: "update",
      source,
      set: assignments.map(({ column, expression }, index) => {
        const list = given[index]!;
        return [column, list === null ? expression : { node: "given", list }] as const;
      }),
      where: isGiven(source, columns, keys),
      deleted: "include",
      returning: items,
    }),
  };
};

/** Throws `StaleObject` for the first row that the statement did not find. The returned rows by their places otherwise. */
const byPlace = (table: Table, places: readonly RowPlace[], { rows }: Written, use: string): (readonly unknown[])[] => {
  const found: (readonly unknown[])[] = [];
  for (const row of rows) found[(row[0] as number) - 1] = row;
  for (let index = 0; index < places.length; index++) if (found[index] === undefined) throw stale(table, places[index]!, use);
  return found;
};

const changeTogether = async (
  runner: Runner,
  root: Root,
  changes: readonly RowChange[],
  { use = "update()", signal }: ChangeOptions,
): Promise<Row[]> => {
  const [first] = changes as readonly [RowChange];
  const bound: unknown[] = [];
  first.assignments.forEach((assignment, index) => {
    if (!isComputed(assignment)) bound.push(changes.map(({ assignments }) => assignments[index]!.values[0]));
  });
  const places = changes.map(({ place }) => place);
  const lists = [...bound, ...placeLists(root.table, places)];
  const written = await runWrite(runner, root, formOf(first)!, () => manyPlan(root, first), lists, signal);
  const returned = byPlace(root.table, places, written, use);
  return changes.map(({ assignments }, index) => columnsAfter(root.table, assignments, returned[index]!, 1));
};

/** In one statement a row may not take a unique value that another one gives up in it, whatever their order: such rows are written one by one. */
const isOrdered = (table: Table, { assignments }: RowChange): boolean =>
  assignments.some(({ column }) => column.primaryKey || table.uniques.some(({ columns }) => columns.includes(column)));

/**
 * Writes columns of rows of one table, and returns what each holds now, in order. Throws `StaleObject` for a row that is gone or has another version;
 * what the other changes wrote is the caller's to undo.
 */
export const changeAll = async (
  runner: Runner,
  root: Root,
  changes: readonly RowChange[],
  options: ChangeOptions = {},
  keepsOrder = true,
): Promise<Row[]> => {
  const groups = new Map<unknown, number[]>();
  changes.forEach((change, index) => {
    const alone = !runner.dialect.takesColumns || (keepsOrder && isOrdered(root.table, change));
    const form = (alone ? null : formOf(change)) ?? change;
    const known = groups.get(form);
    if (known === undefined) groups.set(form, [index]);
    else known.push(index);
  });
  const rows: Row[] = [];
  await writeBatch([...groups.values()], async (group) => {
    const members = group.map((index) => changes[index]!);
    const [{ place, assignments }] = members as [RowChange];
    if (members.length === 1) rows[group[0]!] = await changeAt(runner, root, place, assignments, options);
    else (await changeTogether(runner, root, members, options)).forEach((row, index) => (rows[group[index]!] = row));
  });
  return rows;
};

const deleteTogether = async (
  runner: Runner,
  root: Root,
  places: readonly RowPlace[],
  { use = "remove()", signal }: ChangeOptions,
): Promise<void> => {
  const { table } = root;
  const columns = placeColumns(table, places[0]!);
  const isCompared = columns.length > table.primaryKey.length;
  const makePlan = (): WritePlan => {
    const keys = columns.map((column) => listFor(table, column));
    return {
      parameters: keys,
      returning: [],
      ...(isCompared ? { places: true } : {}),
      statement: (source, returning) => ({
        statement: "delete",
        source,
        where: isGiven(source, columns, keys),
        deleted: "include",
        returning,
      }),
    };
  };
  const text = isCompared ? "delete many and version" : "delete many";
  const written = await runWrite(runner, root, text, makePlan, placeLists(table, places), signal);
  if (isCompared) byPlace(table, places, written, use);
};

/** Deletes rows of one table. Throws `StaleObject` for one that has another version, or is gone where versions are counted. */
export const deleteAll = async (runner: Runner, root: Root, places: readonly RowPlace[], options: ChangeOptions = {}): Promise<void> => {
  const isCompared = ({ version }: RowPlace): boolean => version !== undefined;
  const together = runner.dialect.takesColumns
    ? [places.filter(isCompared), places.filter((place) => !isCompared(place))]
    : places.map((place) => [place]);
  await writeBatch(
    together.filter((group) => group.length > 0),
    async (group) => {
      if (group.length === 1) await deleteAt(runner, root, group[0]!, options);
      else await deleteTogether(runner, root, group, options);
    },
  );
};
