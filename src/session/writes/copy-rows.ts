/** `engine.copyFrom(Model, rows)`: rows checked and completed as for an insert, and sent as they come, without being held. */
import { ConfigurationError, ValidationError, sentenceOf } from "../../base/errors.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import { unlessAborted } from "../../base/unless-aborted.ts";
import { startedLimit } from "../../engine/call-limit.ts";
import { copyFromOf, copyRows, copyTable, copyToOf } from "../../engine/copy.ts";
import type { CopyPlace, CopyToOptions } from "../../engine/copy.ts";
import { withOwnReason } from "../../engine/own-reason.ts";
import type { Transaction } from "../../engine/transactions/transaction.ts";
import { rootOf } from "../../query/root.ts";
import type { AnyModel } from "../../schema/entity.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { formWithNulls, widened } from "./insert-rows.ts";
import { prepareRow } from "./prepared-row.ts";
import { afterFlush } from "../session-scope.ts";
import type { SessionScope } from "../session-scope.ts";

type Encode = (value: unknown) => BoundValue;

const iteratorOf = (rows: unknown): AsyncIterator<unknown> | Iterator<unknown> => {
  const source = (typeof rows === "object" ? rows : null) as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null;
  const iterator = source?.[Symbol.asyncIterator]?.() ?? source?.[Symbol.iterator]?.();
  if (iterator !== undefined) return iterator;
  throw new ConfigurationError(`copyFrom() takes an array or (async) iterable of rows, not ${describe(rows)}.`);
};

/** The number of rows copied. The first row says which columns are given; a later one may leave out what is NULL without it. */
export const copyFrom = async (place: CopyPlace, model: AnyModel, rows: unknown, signal: AbortSignal | undefined): Promise<number> => {
  signal?.throwIfAborted();
  const { table } = rootOf(model);
  const { dialect } = place.database;
  const source = iteratorOf(rows);
  const first = await withOwnReason(unlessAborted(Promise.resolve(source.next()), signal), signal);
  if (first.done === true) return 0;
  const prepare = (values: unknown, number: number): ReturnType<typeof prepareRow> => {
    try {
      return prepareRow(model, values as object, "copyFrom()");
    } catch (error) {
      throw error instanceof ValidationError
        ? new ValidationError(`Row ${number} of copyFrom(): ${sentenceOf(error)}`, {
            cause: error,
            model: table.modelName,
            ...(error.fields === undefined ? {} : { fields: error.fields }),
          })
        : error;
    }
  };
  const head = prepare(first.value, 1);
  const form = formWithNulls(head);
  const columns = form.given;
  const encoders = columns.map((column) => dialect.codec(column.type).encode as Encode | null);
  const valuesOf = (row: typeof head, number: number): BoundValue[] => {
    const wide = widened(row, form);
    if (wide === null) throw otherColumns(table.modelName, columns, number);
    return wide.values.map((value, index) => {
      const encode = encoders[index];
      // Without a codec the value is bound as it is: it was checked against the column's type.
      return value === null || encode === null || encode === undefined ? (value as BoundValue) : encode(value);
    });
  };
  const lines = async function* (): AsyncGenerator<BoundValue[], void, undefined> {
    try {
      yield valuesOf(head, 1);
      for (let number = 2, step = await source.next(); step.done !== true; number++, step = await source.next())
        yield valuesOf(prepare(step.value, number), number);
    } finally {
      await source.return?.();
    }
  };
  return copyRows(place, table, columns, lines(), signal);
};

/** The same where a session is: behind what it has in hand, and in its transaction, where a failure undoes this alone. */
export const copyInto = async (scope: SessionScope, model: AnyModel, rows: unknown, signal: AbortSignal | undefined): Promise<number> => {
  const { database } = scope;
  copyFromOf(database);
  await afterFlush(scope, () => {}, signal);
  if (scope.current === null) {
    await withOwnReason(scope.writesDone(signal), signal);
    return copyFrom({ database, transaction: null }, model, rows, signal);
  }
  scope.unit.isTainted = scope.unit.isRecording;
  const copy = (transaction: Transaction): Promise<number> => copyFrom({ database, transaction }, model, rows, signal);
  return withOwnReason(scope.nested(copy, { signal }), signal);
};

/** A savepoint stands around it: the server takes a loop that is left early for a failure. */
export async function* copyOut(scope: SessionScope, table: Table, options: CopyToOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { database } = scope;
  const { signal } = startedLimit(options) ?? {};
  signal?.throwIfAborted();
  const limited = { ...options, timeout: undefined, signal };
  await afterFlush(scope, () => {}, signal);
  const { current } = scope;
  if (current === null) {
    await withOwnReason(scope.writesDone(signal), signal);
    return yield* copyTable({ database, transaction: null }, table, limited);
  }
  copyToOf(database);
  const transaction = await current.nested({ signal });
  try {
    yield* copyTable({ database, transaction }, table, limited);
    await transaction.commit();
  } finally {
    await transaction.rollback();
  }
}

const otherColumns = (modelName: string, columns: readonly TableColumn[], number: number): ValidationError =>
  new ValidationError(
    `Row ${number} of copyFrom() gives other columns of ${modelName} than the first row (${columns.map((column) => column.property).join(", ")}). ` +
      `COPY has one list of columns: give each row the same.`,
    { model: modelName },
  );
