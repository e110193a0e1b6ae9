/**
 * Reading without holding the event loop for long.
 *
 * Reading everything in one call is twice as fast as row by row, so a result of unknown size is first asked for with a limit behind its text.
 * Most results end before it. One that does not is read again, from its start, row by row, with a pause after each portion.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answer, Request } from "../driver.ts";
import type { BindingStatement, StoredValue } from "./binding.ts";
import { WrongValueCount } from "./binding.ts";
import { retryHeldWhileBusy } from "./busy.ts";
import { answer } from "./connection.ts";
import type { PreparedStatement, SqliteConnection } from "./connection.ts";
import type { Cursor } from "./cursor.ts";
import type { Place } from "./place.ts";
import { toStoredValues } from "./values.ts";

/** The most rows read in one call: 4 ms for rows of 6 columns (docs/decisions/0005-sqlite-binding.md). */
export const maxRowsAtOnce = 10_000;
/** Rows between two pauses. */
const rowsPerTurn = 2_000;

/** The whole answer when it has at most `maxRowsAtOnce` rows, read now; `null` when it has more. */
export const readIfSmall = (connection: SqliteConnection, request: Request): Answer | null => {
  const prepared = connection.prepare(request.text);
  if (!prepared.binding.hasRows) return connection.run(request);
  if (prepared.wasLarge) return null;
  prepared.guarded ??= prepareGuarded(connection, request.text, prepared.guarded);
  const found =
    (prepared.guarded === null ? null : readGuarded(connection, prepared.guarded, request)) ?? readFirst(connection, prepared, request);
  if (found.count <= maxRowsAtOnce) return found;
  prepared.wasLarge = true;
  return null;
};

/**
 * The statement with one more placeholder, for its limit; `null` where the text does not take one: it has a limit already, or is no SELECT.
 * A limit is the last word of any SELECT, compound ones included, and cuts the rows without changing them.
 */
const prepareGuarded = (connection: SqliteConnection, text: string, known: null | undefined): BindingStatement | null => {
  // An open comment at the end would swallow the limit, and leave its value to another placeholder.
  if (known === null || text.lastIndexOf("/*") > text.lastIndexOf("*/")) return null;
  try {
    // SQLite compiles a statement again for each value of a bound limit, but not for a sum: 4 µs less (`npm run bench -- by-id`).
    return connection.prepareAlone(`${text}\nLIMIT ? + 0`);
  } catch {
    return null;
  }
};

/** `null` when the text does not take the limit's value after all. */
const readGuarded = (connection: SqliteConnection, guarded: BindingStatement, request: Request): Answer | null => {
  const values: StoredValue[] = toStoredValues(request.values, request.text);
  values.push(BigInt(maxRowsAtOnce + 1));
  try {
    return answer(guarded.all(values, request.bigints), guarded);
  } catch (error) {
    if (!(error instanceof WrongValueCount)) throw connection.explain(error, request.text);
    return null;
  }
};

/** The first rows of a statement that cannot be limited; one more than may be read at once tells that there are more. */
const readFirst = (connection: SqliteConnection, prepared: PreparedStatement, request: Request): Answer => {
  const rows: unknown[][] = [];
  const cursor = connection.openCursor(request);
  try {
    cursor.take(maxRowsAtOnce + 1, rows);
  } finally {
    cursor.close();
  }
  return answer(rows, prepared.binding);
};

/** The whole answer, in portions. The connection is held until it is there. */
export const readLarge = (place: Place, connection: SqliteConnection, request: Request): Promise<Answer> => {
  place.line.hold(connection);
  return collect(place, connection, request).finally(() => place.line.free(connection));
};

const collect = async (place: Place, connection: SqliteConnection, request: Request): Promise<Answer> => {
  const rows: unknown[][] = [];
  const portions = readPortions(place, connection, request, rowsPerTurn);
  for await (const portion of portions) for (const row of portion) rows.push(row);
  const prepared = connection.prepare(request.text);
  prepared.wasLarge = rows.length > maxRowsAtOnce;
  return answer(rows, prepared.binding);
};

/** Batches of at most `batchSize` rows of a held connection, with a turn of the event loop between them. */
export async function* readBatches(
  place: Place,
  connection: SqliteConnection,
  request: Request,
  batchSize: number,
): AsyncGenerator<Answer, void, void> {
  const { binding } = connection.prepare(request.text);
  if (!binding.hasRows) {
    await retryHeldWhileBusy(place, () => connection.run(request), request.signal);
    return;
  }
  for await (const rows of readPortions(place, connection, request, batchSize)) yield answer(rows, binding);
}

async function* readPortions(
  place: Place,
  connection: SqliteConnection,
  request: Request,
  size: number,
): AsyncGenerator<unknown[][], void, void> {
  let rows: unknown[][] = [];
  const cursor = await openAndTake(place, connection, request, size, rows);
  try {
    while (rows.length > 0) {
      yield rows;
      if (cursor.isEnded) return;
      await nextTurn();
      request.signal?.throwIfAborted();
      place.check();
      rows = [];
      cursor.take(size, rows);
    }
  } finally {
    cursor.close();
  }
}

/** Where a lock is in the way, it is at the first row. */
const openAndTake = (place: Place, connection: SqliteConnection, request: Request, size: number, rows: unknown[][]): Promise<Cursor> => {
  const attempt = (): Cursor => {
    const cursor = connection.openCursor(request);
    cursor.take(size, rows);
    return cursor;
  };
  return retryHeldWhileBusy(place, attempt, request.signal);
};
