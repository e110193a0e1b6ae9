/** Running whatever `execute` takes: a statement made by `select()`, or SQL made by the `sql` tag. */
import type { Sql } from "../ast/sql-tag.ts";
import { runSql } from "../engine/raw.ts";
import type { RawOptions, Sender } from "../engine/raw.ts";
import { Result } from "../engine/result.ts";
import type { Runner } from "../engine/run.ts";
import { QueryBuilder } from "../query/query-builder.ts";

export const executeOn = async (target: Runner & Sender, statement: unknown, options: RawOptions): Promise<Result<unknown>> => {
  const query = QueryBuilder.of(statement);
  // `runSql` says so when it is neither.
  if (query === null) return runSql(target, statement as Sql<unknown>, options);
  const { plan, answer } = await query.on(target).execute(options);
  return Result.planned(answer, plan, target.dialect);
};
