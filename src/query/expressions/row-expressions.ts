/** The row that callbacks get: a model's columns and relations as expressions, and the query's computed columns beside them. */
import { expression } from "../../ast/expression-builder.ts";
import { joinedSource } from "../../ast/source.ts";
import { columnsOf } from "../../schema/columns-of.ts";
import type { LookupScope } from "../lookups/lookup-scope.ts";

const rows = new WeakMap<LookupScope, object>();

export const rowOf = (scope: LookupScope): object => {
  const known = rows.get(scope);
  if (known !== undefined) return known;
  const row = makeRow(scope);
  rows.set(scope, row);
  return row;
};

const makeRow = (scope: LookupScope): object => {
  const columns = columnsOf(scope.own, scope.source) as object;
  if (scope.computed.size === 0 && scope.joined.length === 0) return columns;
  // The computed columns, and what is joined, lie in front of the model's own, whose proxy explains unknown names.
  const row = Object.create(columns) as object;
  for (const column of scope.computed.values()) {
    Object.defineProperty(row, column.name, { value: expression(column.expression, column.type, true) });
  }
  for (const relation of scope.joined) {
    Object.defineProperty(row, relation.name, { value: columnsOf(relation.target, joinedSource(scope.source, relation)) });
  }
  return row;
};
