/** The session's calls that insert or upsert many rows at once, all or none. */
import { ConfigurationError } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { interruptible } from "../../base/unless-aborted.ts";
import { signalOf } from "../../engine/call-limit.ts";
import { withOwnReason } from "../../engine/own-reason.ts";
import type { Runner } from "../../engine/run.ts";
import type { CallOptions } from "../../query/query.ts";
import { insertUniform, isOneStatement, uniformRows } from "./insert-rows.ts";
import type { Uniform } from "./insert-rows.ts";
import { prepareRows } from "./prepared-row.ts";
import type { Row } from "./prepared-row.ts";
import type { SessionScope } from "../session-scope.ts";
import { upsertPlan } from "./upsert-row.ts";
import { upsertRows } from "./upsert-rows.ts";
import { trackInserted, upserted } from "./write-now.ts";

/** The rows of an iterable, which may make them as it goes; anything else is the caller's to refuse. */
const collected = async (rows: unknown, signal: AbortSignal | undefined): Promise<unknown> => {
  if (Array.isArray(rows) || typeof rows !== "object" || rows === null) return rows;
  if (!(Symbol.asyncIterator in rows) && !(Symbol.iterator in rows)) return rows;
  const list: unknown[] = [];
  for await (const row of interruptible(rows as AsyncIterable<unknown>, signal)) list.push(row);
  return list;
};

/** `given` are instances, or a model with `values`. */
export const insertMany = async (scope: SessionScope, given: object, values: unknown, options: CallOptions): Promise<object[]> => {
  const signal = signalOf(options);
  const isModel = typeof given === "function";
  const list = await withOwnReason(collected(isModel ? values : given, signal), signal);
  const rows = isModel ? prepareRows(given, list, "insertAll()") : prepareRows(list as object, undefined, "insertAll()");
  const groups = uniformRows(rows);
  const insert = (runner: Runner, group: Uniform): MaybePromise<() => void> => insertUniform(runner, group, signal);
  // Inside a transaction it fails alone, which takes a savepoint.
  const alone = scope.current === null && groups.length === 1 && isOneStatement(scope.database, groups[0]!) ? groups[0]! : null;
  const settle = alone === null ? await insertAllOrNone(scope, groups, insert, signal) : [await insert(scope.target, alone)];
  trackInserted(scope.unit, rows, settle);
  return rows.map(({ instance }) => instance);
};

/** Groups leave together, with what begins and ends the transaction or the savepoint around them. */
const insertAllOrNone = async <R>(
  scope: SessionScope,
  groups: readonly Uniform[],
  insert: (runner: Runner, group: Uniform) => MaybePromise<R>,
  signal: AbortSignal | undefined,
): Promise<readonly R[]> => {
  if (groups.length === 0) return [];
  return scope.nested(
    (transaction) => transaction.commitWith(groups, (group) => insert(transaction, group)),
    signal === undefined ? {} : { signal },
  );
};

/** `given` are instances, or a model with `values`. */
export const upsertMany = async (
  scope: SessionScope,
  given: object,
  values: object | undefined,
  options: CallOptions,
): Promise<object[]> => {
  const rows = prepareRows(given, values, "upsertAll()");
  const [first] = rows;
  if (first === undefined) return [];
  const plan = upsertPlan(first.root.table, options);
  const upsert = (runner: Runner): Promise<readonly Readonly<Row>[]> => {
    if (rows.every((row) => row.root === first.root)) return upsertRows(runner, rows, plan);
    throw new ConfigurationError("upsertAll() takes instances of one model: its conflictTarget names that model's columns.");
  };
  const found = await scope.nested(upsert, plan.signal === undefined ? {} : { signal: plan.signal });
  return rows.map((row, index) => upserted(scope.unit, row, found[index]!));
};
