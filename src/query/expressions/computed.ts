/** Computed columns of a query: what `annotate`, `aggregate` and `select` were given, as expressions. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { holdsAggregate } from "../../ast/aggregate-where.ts";
import type { AggregateNode, ExpressionNode } from "../../ast/expression.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { nodeType } from "../../ast/node-type.ts";
import type { AggregateName } from "../../ast/operator.ts";
import { collectionSource, joinedSource } from "../../ast/source.ts";
import type { Source } from "../../ast/source.ts";
import type { Relation, Table, TableColumn } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { AggregateCall, aggregateNode as makeAggregate, summable } from "./aggregate.ts";
import type { ComputedColumn } from "../draft.ts";
import { holdsWindow } from "./windowed.ts";
import type { LookupScope } from "../lookups/lookup-scope.ts";

/** Whether a name may stand beside the model's own columns in a row. */
const assertName = (scope: LookupScope, name: string, use: string): void => {
  const taken = scope.table.byProperty.has(name) || scope.table.relationNames.includes(name);
  if (name !== "" && !name.includes("__") && !taken) return;
  const why = taken ? `${scope.table.modelName} has a column or relation of that name` : "names are not empty and contain no '__'";
  throw new ConfigurationError(`${use}: '${name}' cannot name a computed column: ${why}. Choose another name.`, {
    model: scope.table.modelName,
    property: name,
  });
};

/** The computed columns that an object of annotations makes. `grouped`: aggregates are of the rows of a group, not of relations' rows. */
export const computedColumns = (scope: LookupScope, given: unknown, use: string, grouped: boolean): ComputedColumn[] => {
  const names = typeof given === "object" && given !== null ? Object.keys(given) : [];
  if (names.length === 0) throw nothingComputed(scope, given, use);
  return names.map((name) => {
    if (use === "annotate()") assertName(scope, name, use);
    return computedColumn(scope, name, (given as Record<string, unknown>)[name], use, grouped);
  });
};

const nothingComputed = (scope: LookupScope, given: unknown, use: string): ConfigurationError => {
  const what = describe(given) === "an object" ? "an object without names" : describe(given);
  return new ConfigurationError(
    `${use} of ${scope.table.modelName} was given ${what}. Pass an object with a name for each thing to compute.`,
    {
      model: scope.table.modelName,
    },
  );
};

const computedColumn = (scope: LookupScope, name: string, given: unknown, use: string, grouped: boolean): ComputedColumn => {
  const call = AggregateCall.of(given);
  if (call !== null) {
    const expression = aggregateExpression(scope, call, use, grouped);
    return { name, expression, type: nodeType(expression), aggregate: grouped, windowed: false };
  }
  const expression = nodeOf(given);
  if (expression !== undefined) {
    const aggregate = holdsAggregate(expression);
    if (aggregate && !grouped && use === "annotate()") throw ungrouped(scope, name);
    return { name, expression, type: nodeType(expression), aggregate, windowed: holdsWindow(expression) };
  }
  throw new ConfigurationError(`${use}: '${name}' is ${describe(given)}; expected an expression, or an aggregate such as count("posts").`, {
    model: scope.table.modelName,
    property: name,
  });
};

const ungrouped = (scope: LookupScope, name: string): ConfigurationError =>
  new ConfigurationError(
    `annotate(): '${name}' aggregates rows of ${scope.table.modelName} itself. Use groupBy(…).annotate(…) for a value per group, or over(…) for a value per row.`,
    { model: scope.table.modelName, property: name },
  );

interface Call {
  readonly name: AggregateName;
  readonly path: string;
  readonly distinct: boolean;
}

const whole: ColumnType = { kind: "int" };
const float: ColumnType = { kind: "float" };

const aggregateNode = (call: Call, argument: ExpressionNode | null): AggregateNode => makeAggregate(call.name, argument, call.distinct);

const aggregateExpression = (scope: LookupScope, call: Call, use: string, grouped: boolean): ExpressionNode => {
  if (call.path === "*") {
    if (!grouped) throw notGrouped(scope, call, use);
    return aggregateNode(call, null);
  }
  const computed = scope.computed.get(call.path);
  if (computed !== undefined) return overComputed(scope, call, computed, use, grouped);
  const words = call.path.split(".");
  const expression = walk(scope, call, scope.table, scope.source, words, use);
  if (expression.node === "aggregate" && !grouped) throw notGrouped(scope, call, use);
  if (expression.node === "aggregate" || !grouped) return expression;
  return countable(call, overNested(scope, call, expression, use));
};

/** An aggregate of what `annotate()` computed for each row before the rows were grouped. */
const overComputed = (scope: LookupScope, call: Call, computed: ComputedColumn, use: string, grouped: boolean): ExpressionNode => {
  if (!grouped) throw notGrouped(scope, call, use);
  if (computed.aggregate) {
    throw new ConfigurationError(
      `${use}: '${call.path}' is an aggregate of groups already, and cannot be aggregated again in the same query.`,
      {
        model: scope.table.modelName,
        property: call.path,
      },
    );
  }
  if (computed.type !== null) assertSummable(scope, call, computed.name, computed.type, use);
  return aggregateNode(call, computed.expression);
};

/** The sum of no counts is 0 and not NULL. */
const countable = (call: Call, expression: ExpressionNode): ExpressionNode =>
  call.name === "count"
    ? { node: "function", name: "coalesce", arguments: [expression, { node: "literal", value: 0 }], type: whole }
    : expression;

const notGrouped = (scope: LookupScope, call: Call, use: string): ConfigurationError => {
  const written = call.path === "*" ? "count()" : `${call.name}("${call.path}")`;
  return new ConfigurationError(
    `${use}: ${written} aggregates rows of ${scope.table.modelName} itself, which needs groups. ` +
      `Use groupBy(…).annotate(…) for a value per group, aggregate(…) for one value of all rows, or name a to-many relation.`,
    { model: scope.table.modelName },
  );
};

/** Goes along the path: to-one relations are joined, the first to-many one becomes a subquery whose aggregate goes on from there. */
const walk = (scope: LookupScope, call: Call, table: Table, source: Source, words: readonly string[], use: string): ExpressionNode => {
  const [word, ...rest] = words as [string, ...string[]];
  const column = table.byProperty.get(word);
  if (column !== undefined && rest.length === 0) return aggregateNode(call, argumentOf(scope, call, source, column, use));
  const relation = table.relation(word);
  if (relation === undefined) {
    throw new ConfigurationError(
      `${use}: ${table.modelName} has no column or relation '${word}' (in '${call.path}').${didYouMean(word, [...table.byProperty.keys(), ...table.relationNames])}`,
      { model: scope.table.modelName, property: call.path },
    );
  }
  if (relation.toMany) return overCollection(scope, call, relation, source, rest, use);
  const target = joinedSource(source, relation);
  if (rest.length > 0) return walk(scope, call, relation.target, target, rest, use);
  const key = relation.target.primaryKey[0]!;
  return aggregateNode(call, { node: "column", source: target, column: key });
};

const argumentOf = (scope: LookupScope, call: Call, source: Source, column: TableColumn, use: string): ExpressionNode => {
  assertSummable(scope, call, column.property, column.type, use);
  return { node: "column", source, column };
};

const assertSummable = (scope: LookupScope, call: Call, name: string, { kind }: ColumnType, use: string): void => {
  if (call.name !== "sum" && call.name !== "avg") return;
  if (summable.includes(kind)) return;
  throw new ConfigurationError(`${use}: ${call.name}("${call.path}") needs numbers, and '${name}' is of kind ${kind}.`, {
    model: scope.table.modelName,
    property: call.path,
  });
};

const overCollection = (
  scope: LookupScope,
  call: Call,
  relation: Relation,
  source: Source,
  rest: readonly string[],
  use: string,
): ExpressionNode => {
  const inner = collectionSource(source, relation);
  const argument = rest.length === 0 ? aggregateNode(call, null) : walk(scope, call, relation.target, inner, rest, use);
  if (argument.node === "aggregate") return { node: "collectionAggregate", source: inner, aggregate: argument, where: null };
  const aggregate = overNested(scope, call, argument, use);
  return countable(call, { node: "collectionAggregate", source: inner, aggregate, where: null });
};

/** An aggregate of aggregates: counts and sums add up, extremes are the extreme of extremes. Means and distinct counts are not made of parts. */
const overNested = (scope: LookupScope, call: Call, argument: ExpressionNode, use: string): AggregateNode => {
  if (call.name === "avg" || call.distinct) {
    throw new ConfigurationError(
      `${use}: ${call.distinct ? "a distinct count" : "avg"} over '${call.path}' goes through two to-many relations, and cannot be put together from parts. Query the last model instead.`,
      { model: scope.table.modelName, property: call.path },
    );
  }
  const name = call.name === "count" ? "sum" : call.name;
  return { node: "aggregate", name, argument, distinct: false, filter: null, type: nodeType(argument) ?? float };
};
