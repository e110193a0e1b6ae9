/** Several statements in one round trip, all or nothing; one after the other in a transaction where a round trip costs nothing. */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Sql } from "../ast/sql-tag.ts";
import type { Request } from "../driver/driver.ts";
import { ownReason } from "./call-limit.ts";
import type { Database } from "./database.ts";
import { sentTogether } from "./watching/interceptor.ts";
import type { Plan } from "./plans/plan.ts";
import { requestOfSql } from "./raw.ts";
import { requestOf } from "./run.ts";
import type { Rows } from "./run.ts";
import { declaredChange } from "./table-changes.ts";
import type { Transaction } from "./transactions/transaction.ts";
import { inModelWords } from "./violation.ts";

/** A statement of a batch: a plan with its values, or a piece made by the `sql` tag. */
export type BatchItem = { readonly plan: Plan; readonly values: readonly unknown[] } | { readonly piece: Sql<unknown> };

/** Whether it changes something, or may: text of the user's own does unless it plainly only reads. */
export const mayWrite = (item: BatchItem): boolean => ("piece" in item ? true : item.plan.mayWrite);

/** One of several statements that leave together in a transaction. */
export const sendInTransaction = (transaction: Transaction, item: BatchItem, signal: AbortSignal | undefined): MaybePromise<Rows> =>
  "piece" in item
    ? transaction.send(requestOfSql(transaction.dialect, item.piece, { signal }))
    : transaction.run(item.plan, item.values, signal);

/** The answers in the order of the items. The first error is thrown, and nothing is kept then. */
export const sendBatch = async (database: Database, items: readonly BatchItem[], signal?: AbortSignal): Promise<readonly Rows[]> => {
  const { driver, dialect } = database;
  const requests = items.map((item) =>
    "piece" in item
      ? requestOfSql(dialect, item.piece, { signal })
      : requestOf(item.plan, item.values, signal, driver.batch !== undefined && driver.readsInto === true),
  );
  if (requests.length === 0) return [];
  signal?.throwIfAborted();
  database.assertOutside(requests.some((request) => request.writes));
  const tables = items.map((item) => ("piece" in item ? undefined : item.plan.writes));
  if (driver.batch === undefined) return sendInOrder(database, requests, tables, signal);
  for (const _ of requests) database.countStatement();
  try {
    return await sentTogether(driver, requests, database);
  } catch (error) {
    throw ownReason(inModelWords(error, []), signal);
  } finally {
    for (const [index, { writes }] of requests.entries()) database.changes.tell(declaredChange(tables[index], writes));
  }
};

/** `tables`: what each request changes, where that is known. */
const sendInOrder = (
  database: Database,
  requests: readonly Request[],
  tables: readonly (readonly string[] | undefined)[],
  signal: AbortSignal | undefined,
): Promise<readonly Rows[]> =>
  database.runInTransaction(
    async (transaction) => {
      const answers: Rows[] = [];
      for (const [index, request] of requests.entries()) answers.push(await transaction.send(request, tables[index]));
      return answers;
    },
    { readOnly: !requests.some((request) => request.writes), signal },
  );
