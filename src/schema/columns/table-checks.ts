/** Conditions on every row of a table: `.check(…)` of its columns, and the model's option `checks`. */
import { sqlNodeOf } from "../../ast/sql-tag.ts";
import type { ColumnDefinition } from "./column.ts";
import { modelError } from "./declared-columns.ts";
import type { DeclaredOptions } from "../model-definition.ts";
import { constraintName, snakeCase } from "../naming.ts";
import type { TableCheck, TableColumn } from "../table.ts";

/** Columns' conditions first. Throws when two have one name. */
export const tableChecks = (
  model: string,
  table: string,
  byProperty: ReadonlyMap<string, TableColumn>,
  definitions: ReadonlyMap<string, ColumnDefinition>,
  options: DeclaredOptions,
): readonly TableCheck[] => {
  const found = new Map<string, TableCheck>();
  const add = (called: string, given: unknown): void => {
    const name = constraintName(table, [called], "check");
    const condition = sqlNodeOf(given);
    if (condition === undefined)
      throw modelError(model, `has a check '${called}' that is no SQL. Write it as checks: { ${called}: sql\`…\` }.`);
    if (found.has(name)) throw modelError(model, `has two checks called '${name}'. Give one of them another name in the option 'checks'.`);
    found.set(name, Object.freeze({ name, condition }));
  };
  for (const [property, { check }] of definitions) {
    if (check !== undefined) add(byProperty.get(property)!.name, check.given);
  }
  const { checks = {} } = options;
  if (typeof checks !== "object" || checks === null || Array.isArray(checks))
    throw modelError(model, "has an option 'checks' that is no object. Write checks: { inOrder: sql`starts <= ends` }.");
  for (const [name, given] of Object.entries(checks)) add(snakeCase(name), given);
  return Object.freeze([...found.values()]);
};
