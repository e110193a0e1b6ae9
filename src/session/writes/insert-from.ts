/** INSERT … SELECT: rows of a query become rows of a model without leaving the database. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { fingerprint } from "../../ast/fingerprint.ts";
import { parametersOf } from "../../ast/walk.ts";
import { signalOf } from "../../engine/call-limit.ts";
import type { Runner } from "../../engine/run.ts";
import { selectFor } from "../../query/derived/insert-select.ts";
import type { Rows } from "../../query/loading/loaded.ts";
import type { CallOptions } from "../../query/query.ts";
import { rootOf } from "../../query/root.ts";
import type { AnyModel, ColumnKey, Insert, RowOf, ShapeOf } from "../../schema/entity.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { runWrite } from "./write-plan.ts";
import type { WritePlan, Written } from "./write-plan.ts";

export interface InsertFromOptions<P extends string> extends CallOptions {
  /** Columns of the new rows to give back. Without it, the call gives how many there are. */
  readonly returning?: readonly P[];
}

/** A query whose rows are values for `E`: all that it needs, and nothing that it lacks. */
export type RowsFor<E, R> = [R] extends [Insert<E>]
  ? [Exclude<keyof R, keyof Insert<E>>] extends [never]
    ? Rows<R>
    : NoSuchColumn<`the model has no column '${Exclude<keyof R, keyof Insert<E>> & string}'`>
  : Rows<Insert<E>>;
export interface NoSuchColumn<Message> {
  readonly error: Message;
}

/** How many rows there are, or the columns of them that were asked for. */
export type Inserted<E, P extends string> = [P] extends [never] ? number : Pick<RowOf<ShapeOf<E>>, P & keyof RowOf<ShapeOf<E>>>[];

/** The names of columns of `E`, where `returning` may name them. */
export type InsertedColumn<E> = ColumnKey<ShapeOf<E>>;

const returnedColumns = (table: Table, names: readonly string[] | undefined): readonly TableColumn[] =>
  (names ?? []).map((name) => {
    const column = table.byProperty.get(name);
    if (column !== undefined) return column;
    throw new ConfigurationError(
      `insertFrom(): returning: ${table.modelName} has no column '${name}'.${didYouMean(name, table.byProperty.keys())}`,
      { model: table.modelName, property: name },
    );
  });

const rowsOf = (columns: readonly TableColumn[], { rows }: Written): object[] =>
  rows.map((row) => Object.fromEntries(columns.map(({ property }, index) => [property, row[index]])));

export const insertFrom = (
  runner: Runner,
  model: AnyModel,
  query: unknown,
  { returning, ...limit }: InsertFromOptions<string>,
): MaybePromise<unknown> => {
  const root = rootOf(model);
  const { table } = root;
  const returned = returnedColumns(table, returning);
  const { columns, select, isNothing } = selectFor(table, query);
  if (isNothing) return returning === undefined ? 0 : [];
  const parameters = parametersOf(select);
  const plan = (): WritePlan => ({
    parameters,
    returning: returned,
    statement: (_source, items) => ({ statement: "insertSelect", table, columns, select, returning: items }),
  });
  const key = `insert from ${JSON.stringify([columns, returned].map((each) => each.map(({ position }) => position)))} ${fingerprint(select)}`;
  const values = parameters.map((parameter) => parameter.value);
  const written = runWrite(runner, root, key, plan, values, signalOf(limit));
  return whenDone(written, (answer) => (returning === undefined ? answer.count : rowsOf(returned, answer)));
};
