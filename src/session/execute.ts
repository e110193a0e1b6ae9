/** Running whatever `execute` takes: a statement made by `select()`, or SQL made by the `sql` tag. */
import type { Sql } from "../ast/sql-tag.ts";
import { runSql } from "../engine/raw.ts";
import type { RawOptions, Sender } from "../engine/raw.ts";
import { Result } from "../engine/results/result.ts";
import type { Runner } from "../engine/run.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import { afterFlush } from "./session-scope.ts";
import type { SessionScope } from "./session-scope.ts";
import { startedSignal } from "./started-signal.ts";

export const executeOn = async (target: Runner & Sender, statement: unknown, options: RawOptions): Promise<Result<unknown>> => {
  const query = QueryBuilder.of(statement);
  // `runSql` says so when it is neither.
  if (query === null) return runSql(target, statement as Sql<unknown>, options);
  const { plan, answer } = await query.on(target).execute(options);
  return Result.planned(answer, plan, target.dialect);
};

/** What comes before SQL of the user's own, of which nobody knows what it reads and changes: what is in hand is written. Returns the options with their time running. */
export const beforeText = async (scope: SessionScope, options: RawOptions): Promise<RawOptions> => {
  const signal = startedSignal(options);
  await afterFlush(scope, () => {}, signal);
  scope.unit.isTainted = scope.unit.isRecording;
  return { bigints: options.bigints, signal };
};
