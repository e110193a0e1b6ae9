/** Explaining SQL of the caller's own; with `analyze` in a transaction that is always rolled back. */
import { ConfigurationError } from "../../base/errors.ts";
import type { Sql } from "../../ast/sql-tag.ts";
import type { Database } from "../database.ts";
import { requestOfSql, runText } from "../raw.ts";
import type { RawParameters, Sender } from "../raw.ts";
import type { CallLimit } from "../call-limit.ts";
import type { ExplainedPlan, UnjudgedPlan } from "./explained-plan.ts";
import { explainHints } from "./plan-hints.ts";
import { postgresPlan } from "./postgres-plan.ts";
import { sqlitePlan } from "./sqlite-plan.ts";

export interface ExplainTextOptions extends CallLimit {
  /** Run it and measure, on PostgreSQL. What it writes is rolled back; what a rollback leaves, as numbers taken from a sequence, stays. */
  readonly analyze?: boolean | undefined;
  /** With `analyze`: refuse what writes, instead of rolling it back. */
  readonly readOnly?: boolean | undefined;
}

/** The plan that a database answered with. */
export const explainedPlan = (database: "postgres" | "sqlite", sql: string, rows: readonly (readonly unknown[])[]): ExplainedPlan => {
  const plan: UnjudgedPlan = database === "sqlite" ? sqlitePlan(sql, rows) : postgresPlan(sql, rows[0]?.[0] ?? "[]");
  return { ...plan, hints: explainHints(plan) };
};

type Asked = (sender: Sender) => Promise<ExplainedPlan>;

const asked = (database: Database, statement: string | Sql<unknown>, parameters: RawParameters, options: ExplainTextOptions): Asked => {
  const { dialect } = database;
  const { analyze = false, readOnly: _, ...limit } = options;
  if (typeof statement !== "string") {
    const request = requestOfSql(dialect, statement, limit);
    const text = dialect.explain(request.text, { analyze, format: "json" });
    return async (sender) => explainedPlan(dialect.name, request.text, (await sender.send({ ...request, text })).rows);
  }
  const text = statement.trim().replace(/;\s*$/, "");
  if (text === "") throw new ConfigurationError("explain() takes a statement, and was given an empty text.");
  const explaining = dialect.explain(text, { analyze, format: "json" });
  return async (sender) => explainedPlan(dialect.name, text, (await runText(sender, explaining, parameters, limit)).tuples());
};

export const explainText = async (
  database: Database,
  statement: string | Sql<unknown>,
  parameters: RawParameters,
  options: ExplainTextOptions,
): Promise<ExplainedPlan> => {
  const ask = asked(database, statement, parameters, options);
  if (options.analyze !== true) return ask(database);
  const transaction = database.newTransaction({ readOnly: options.readOnly === true });
  try {
    return await ask(transaction);
  } finally {
    await transaction.rollback();
  }
};
