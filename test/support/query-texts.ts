/** Queries about models as text, for both databases, without a database. */
import assert from "node:assert/strict";
import type { Dialect } from "../../src/dialect/dialect.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import type { Driver } from "../../src/driver/driver.ts";
import { Database } from "../../src/engine/database.ts";
import { bind } from "../../src/engine/plans/plan.ts";
import type { Plan } from "../../src/engine/plans/plan.ts";
import type { Rows } from "../../src/engine/run.ts";
import { QueryBuilder } from "../../src/query/query-builder.ts";
import type { CompiledQuery, Query } from "../../src/query/query.ts";
import { rootOf } from "../../src/query/root.ts";
import type { AnyEntity, ModelOf } from "../../src/schema/entity.ts";

type Answers = readonly (readonly (readonly unknown[])[])[];

/** A database that remembers what it was asked. Its first answer is the first of `answers`, and so on; the last is given to all that follow. */
export class Listener extends Database {
  readonly asked: CompiledQuery[] = [];
  readonly #answers: Answers;

  constructor(dialect: Dialect, answers: Answers = []) {
    // Nothing gets as far as the driver.
    super(dialect, {} as Driver);
    this.#answers = answers;
  }

  override run(plan: Plan, values: readonly unknown[]): Rows {
    const rows = this.#answers[this.asked.length] ?? this.#answers.at(-1) ?? [];
    this.asked.push({ sql: plan.sql, params: bind(plan, values) });
    return { rows, count: 0, columns: [] };
  }

  query<E extends AnyEntity>(model: ModelOf<E>): Query<E, E> {
    return QueryBuilder.about(rootOf(model), this) as unknown as Query<E, E>;
  }
}

export const queryOn = <E extends AnyEntity>(model: ModelOf<E>, dialect: Dialect = sqlite): Query<E, E> =>
  new Listener(dialect).query(model);

export interface Texts {
  readonly sqlite: string;
  readonly postgres: string;
}

/** The text of a query on both databases. The list of a model's columns, which every query of whole rows has, is written `*`. */
export const expectQuery = <E extends AnyEntity, X>(
  model: ModelOf<E>,
  build: (query: Query<E, E>) => { toSQL(): CompiledQuery } | Query<E, X>,
  expected: Texts & { readonly params?: readonly unknown[] },
): void => {
  const [onSqlite, onPostgres] = [sqlite, postgres].map((dialect) => build(queryOn(model, dialect)).toSQL());
  const texts = { sqlite: shortened(onSqlite!.sql), postgres: shortened(onPostgres!.sql) };
  assert.deepEqual(texts, { sqlite: expected.sqlite, postgres: expected.postgres });
  if (expected.params !== undefined) assert.deepEqual(onSqlite!.params, expected.params);
};

/** The statements that a verb sends on both databases, which answers as a `Listener` does. */
export const expectSent = async <E extends AnyEntity>(
  model: ModelOf<E>,
  run: (query: Query<E, E>) => Promise<unknown>,
  expected: Texts & { readonly params?: readonly unknown[] },
  answers: Answers = [],
): Promise<void> => {
  const listeners = [new Listener(sqlite, answers), new Listener(postgres, answers)] as const;
  for (const listener of listeners) await run(listener.query(model)).catch(assertNoRows);
  const [onSqlite, onPostgres] = listeners.map((listener) => listener.asked.map(({ sql }) => shortened(sql)).join("; "));
  assert.deepEqual({ sqlite: onSqlite, postgres: onPostgres }, { sqlite: expected.sqlite, postgres: expected.postgres });
  if (expected.params === undefined) return;
  assert.deepEqual(
    listeners[0].asked.flatMap(({ params }) => params),
    expected.params,
  );
};

/** Without rows `one()` complains; a mistake in the query must not pass for that. */
const assertNoRows = (error: unknown): void => {
  if (!(error instanceof Error && error.name === "NoResultFound")) throw error;
};

/** Four columns and more in a row, all plain, are a whole row. */
export const shortened = (sql: string): string =>
  sql.replace(/(?<=^SELECT (?:DISTINCT )?)(?:(?:"\w+"\.)?"\w+", ){3,}(?:"\w+"\.)?"\w+"(?= FROM )/, "*");
