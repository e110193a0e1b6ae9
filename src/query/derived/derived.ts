/**
 * Queries whose rows come from other queries: `from(query)`, set operations, and trees walked along a relation. Each is a common table
 * (`WITH … AS (…)`), and a root like a model's: what follows is about its rows, and its plans are kept by the shapes that it is made of.
 */
import { ConfigurationError } from "../../base/errors.ts";
import type { CommonTable, CompoundPart, ExpressionNode, ParameterNode, SelectStatement } from "../../ast/expression.ts";
import type { SetOperator } from "../../ast/operator.ts";
import { joinedSource, rootSource } from "../../ast/source.ts";
import type { Source } from "../../ast/source.ts";
import { Shape } from "../../engine/plans/shape.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import type { Table } from "../../schema/table.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { ComputedColumn, Draft, Step } from "../draft.ts";
import { derivedRows, partItems } from "./derived-rows.ts";
import type { DerivedRows } from "./derived-rows.ts";
import { assertInner, draftOf, withValues } from "./inner-select.ts";
import type { InnerQuery } from "./inner-select.ts";
import { LookupScope } from "../lookups/lookup-scope.ts";
import { Root, unseen } from "../root.ts";
import { orderOf, selectOf } from "../terminal.ts";

/** A root and the values that its first step takes. */
export interface Derived {
  readonly root: Root;
  readonly values: readonly unknown[];
}

const known = new WeakMap<Shape<Step>, Root>();

const rootFor = (shape: Shape<Step>, make: () => Root): Root => {
  let root = known.get(shape);
  if (root === undefined) known.set(shape, (root = make()));
  return unseen(root);
};

interface Part {
  readonly select: SelectStatement;
  readonly parameters: readonly ParameterNode[];
}

const selectFor = (draft: Draft, items: SelectStatement["items"]): SelectStatement =>
  selectOf(draft, items, draft.limit === null && draft.offset === null ? [] : orderOf(draft));

/** The select of a part with parameters of its own, which stand in the places of the query's. */
const madePart = (query: InnerQuery, items: (draft: Draft) => SelectStatement["items"], use: string): Part => {
  const { draft, parameters } = draftOf(query.root, query.shape);
  assertInner(query, draft, use);
  // Values travel beside a plan: those in the nodes are samples.
  const embedded = withValues(selectFor(draft, items(draft)), parameters, []);
  return { select: embedded.statement, parameters: parameters.map((parameter) => embedded.parameter(parameter)) };
};

/** The root of a common table's rows. */
const rootOver = (rows: DerivedRows, common: CommonTable, parameters: readonly ParameterNode[]): Root => {
  const at = (source?: Source): Root => {
    const scope = new LookupScope(rows.table, new Map(), source);
    const computed = rows.computed(scope.source);
    const step: Step = { parameters, apply: (draft) => start(draft, rows, common, computed) };
    const named = new LookupScope(rows.table, new Map(computed.map((column) => [column.name, column])), scope.source);
    return new Root(rows.table, named, new Shape(null, step), () => at(rootSource(rows.table)));
  };
  return at();
};

const start = (draft: Draft, rows: DerivedRows, common: CommonTable, computed: readonly ComputedColumn[]): void => {
  draft.with.push(common);
  if (rows.isEntity) {
    for (const column of computed) draft.annotations.set(column.name, column);
    draft.only = rows.only;
  } else draft.projection = [...computed];
};

const common = (table: Table, columns: readonly string[], parts: readonly CompoundPart[], recursive: boolean): CommonTable =>
  Object.freeze({ table, columns, recursive, parts: Object.freeze(parts) });

// ------------------------------------------------------------ from(query)

const noStep: Step = { parameters: [], apply: () => {} };

/** The rows of a query as a source. */
export const derived = (query: InnerQuery): Derived => {
  const root = rootFor(
    query.shape.childFor("from", () => noStep),
    () => {
      const rows = derivedRows(draftOf(query.root, query.shape).draft, "from()");
      const { select, parameters } = madePart(query, (draft) => partItems(rows, draft, "from()"), "from()");
      return rootOver(rows, common(rows.table, rows.columns, [{ operator: null, select }], false), parameters);
    },
  );
  return { root, values: query.values };
};

// ------------------------------------------------------------ set operations

/** Leads from one part of a compound to the next. The same object for the same operator and shape. */
class PartMaker implements StepMaker<Step> {
  makeStep(): Step {
    return noStep;
  }
}
const makers = new WeakMap<Shape<Step>, Map<SetOperator, PartMaker>>();
const makerFor = (operator: SetOperator, shape: Shape<Step>): PartMaker => {
  let byOperator = makers.get(shape);
  if (byOperator === undefined) makers.set(shape, (byOperator = new Map()));
  let maker = byOperator.get(operator);
  if (maker === undefined) byOperator.set(operator, (maker = new PartMaker()));
  return maker;
};

/** The rows of several queries, joined by one operator. */
export const compound = (operator: SetOperator, first: InnerQuery, others: readonly InnerQuery[]): Derived => {
  const use = `${operator}()`;
  const queries = [first, ...others];
  const shape = others.reduce((at, other) => at.child(makerFor(operator, other.shape)), first.shape);
  const root = rootFor(shape, () => {
    const rows = derivedRows(draftOf(first.root, first.shape).draft, use);
    const parts = queries.map((query) => madePart(query, (draft) => partItems(rows, draft, use), use));
    const joined = parts.map(({ select }, index): CompoundPart => ({ operator: index === 0 ? null : operator, select }));
    return rootOver(
      rows,
      common(rows.table, rows.columns, joined, false),
      parts.flatMap(({ parameters }) => parameters),
    );
  });
  return { root, values: queries.flatMap(({ values }) => values) };
};

// ------------------------------------------------------------ trees

export interface Walk {
  readonly relation: string;
  /** The name of a column that says how many steps away from the first rows a row is. */
  readonly depth: string | null;
  readonly maxDepth: number | null;
}

const int: ColumnType = { kind: "int" };
const depthColumn = "depth";

const selfRelation = (table: Table, name: string) => {
  const relation = table.relationNames.includes(name) ? table.relation(name) : undefined;
  if (relation !== undefined && relation.target.model === table.model && relation.through === null) return relation;
  const why =
    relation === undefined
      ? "has no such relation"
      : relation.through === null
        ? "does not lead back to the same model"
        : "goes through a join table";
  throw new ConfigurationError(
    `recursive(): '${name}' of ${table.modelName} ${relation === undefined ? "is unknown: the model " : ""}${why}. Name a relation by which rows of ${table.modelName} lead to others, such as parent or children.`,
    { model: table.modelName, property: name },
  );
};

/** The rows of a query, and all that are reached from them along a relation to the same model. */
export const recursive = (query: InnerQuery & { readonly seesDeleted: boolean }, walk: Walk): Derived => {
  const { root: of } = query;
  const relation = selfRelation(of.table, walk.relation);
  const key = `recursive ${JSON.stringify([walk.relation, walk.depth, walk.maxDepth === null])}`;
  const root = rootFor(
    query.shape.childFor(key, () => noStep),
    () => {
      const counted = walk.maxDepth !== null;
      const rows = derivedRows(draftOf(of, query.shape).draft, "recursive()");
      if (!rows.isEntity || rows.only !== null || rows.columns.length !== of.table.columns.length) throw notWhole(of.table);
      const depth = counted ? { name: walk.depth ?? "", column: depthColumn } : null;
      const withDepth = depth === null ? rows : rows.with(depth.name, depth.column, int, walk.depth !== null);
      const zero = { expression: { node: "literal", value: 0 } as const, alias: null, type: int };
      const base = madePart(query, (draft) => [...partItems(rows, draft, "recursive()"), ...(counted ? [zero] : [])], "recursive()");
      const maxDepth: ParameterNode = { node: "parameter", form: "one", type: int, value: undefined, name: "maxDepth" };
      const table = withDepth.table;
      const source = rootSource(table);
      // Rows without a partner lead nowhere, so the join keeps none of them.
      const next = joinedSource(source, { ...relation, optional: false, toMany: false });
      const soFar: ExpressionNode = {
        node: "column",
        source,
        column: { name: depthColumn, property: depthColumn, type: int, nullable: false },
      };
      const oneMore: ExpressionNode = { node: "arithmetic", operator: "+", left: soFar, right: { node: "literal", value: 1 }, type: int };
      const conditions: ExpressionNode[] = [];
      if (of.table.softDelete !== null)
        conditions.push({ node: "isNull", operand: { node: "column", source: next, column: of.table.primaryKey[0]! }, negated: true });
      if (counted) conditions.push({ node: "comparison", operator: "<", left: soFar, right: maxDepth });
      const step: SelectStatement = {
        statement: "select",
        source,
        items: [
          ...of.table.columns.map((column) => ({
            expression: { node: "column" as const, source: next, column },
            alias: null,
            type: column.type,
          })),
          ...(counted ? [{ expression: oneMore, alias: null, type: int }] : []),
        ],
        distinct: false,
        where: conditions.length === 0 ? null : { node: "logical", operator: "and", operands: conditions },
        groupBy: [],
        having: null,
        orderBy: [],
        limit: null,
        offset: null,
        limitBy: null,
        limitByIndex: false,
        deleted: query.seesDeleted ? "include" : "exclude",
        lock: null,
        wrap: null,
      };
      const parts: CompoundPart[] = [
        { operator: null, select: base.select },
        { operator: "union", select: step },
      ];
      return rootOver(withDepth, common(table, withDepth.columns, parts, true), [...base.parameters, ...(counted ? [maxDepth] : [])]);
    },
  );
  return { root, values: walk.maxDepth === null ? query.values : [...query.values, walk.maxDepth] };
};

const notWhole = (table: Table): ConfigurationError =>
  new ConfigurationError(
    `recursive() starts from whole rows of ${table.modelName}. Take select(), annotate(), groupBy(), only() and defer() out of the query, and use them on the result.`,
    { model: table.modelName },
  );
