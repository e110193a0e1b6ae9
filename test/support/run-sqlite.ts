/** Runs compiled statements on a real SQLite, without the engine: what the driver would bind, and rows as they are stored. */
import { DatabaseSync } from "node:sqlite";
import type { BoundValue } from "../../src/base/bound-value.ts";
import type { Statement } from "../../src/ast/statement.ts";
import type { Binding } from "../../src/dialect/dialect.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import { defineFunctions } from "../../src/driver/sqlite/functions.ts";
import { toStoredValues } from "../../src/driver/sqlite/values.ts";

const valueOf = (binding: Binding): BoundValue => {
  if (binding.parameter === null) return binding.constant;
  const { value } = binding.parameter;
  // A sample value has the parameter's own type, and an encoder that is null takes it as it is.
  return value === null || binding.encode === null ? (value as BoundValue) : binding.encode(value as never);
};

export const openMemory = (script = ""): DatabaseSync => {
  const database = new DatabaseSync(":memory:");
  const define = (name: string, _arity: number, body: (...values: never[]) => unknown): void =>
    database.function(name, { deterministic: true }, body as unknown as (...values: unknown[]) => null);
  defineFunctions({ define } as unknown as Parameters<typeof defineFunctions>[0]);
  database.exec(script);
  return database;
};

/** The rows, values by position; integers beyond 2^53 only where `bigints`. */
export const runOn = (database: DatabaseSync, statement: Statement, bigints = false): unknown[][] => {
  const { sql, bindings } = sqlite.compile(statement);
  const prepared = database.prepare(sql);
  prepared.setReturnArrays(true);
  prepared.setReadBigInts(bigints);
  return prepared.all(...toStoredValues(bindings.map(valueOf), sql)) as unknown as unknown[][];
};

/** What SQLite says about how it would run the statement. */
export const planOn = (database: DatabaseSync, statement: Statement): string => {
  const { sql, bindings } = sqlite.compile(statement);
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...toStoredValues(bindings.map(valueOf), sql));
  return rows.map((row) => String(row["detail"])).join("\n");
};
