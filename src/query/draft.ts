/** A statement in the making: what the steps of a shape add up to. Only cold code touches it; a warm query has its plan. */
import type { CommonTable, ExpressionNode, LateralJoin, OrderingNode, ParameterNode, SelectStatement } from "../ast/expression.ts";
import type { DeletedRows, LockClause } from "../ast/select.ts";
import type { Source } from "../ast/source.ts";
import type { Relation, Table, TableColumn } from "../schema/table.ts";
import type { ColumnType } from "../types/column-type.ts";

/** A computed column: `annotate`, `select` and `groupBy` make them. */
export interface ComputedColumn {
  readonly name: string;
  readonly expression: ExpressionNode;
  readonly type: ColumnType | null;
  /** Whether it is an aggregate of grouped rows, which only HAVING may test. */
  readonly aggregate: boolean;
  /** Whether a window is part of it: no condition of the same query may test it. */
  readonly windowed: boolean;
}

/** What rows are grouped by. `words` lead to the value in a group: to-one relations, then the name of a column or computed column. */
export interface Group {
  readonly words: readonly string[];
  readonly column: ComputedColumn;
}

/** A query of the user's own for a relation, as a table to be joined. */
export interface RefinedTable {
  /** The common table, as a table of the same model with all of its columns. */
  readonly target: Table;
  readonly select: SelectStatement;
  /** `null` for the model's own order. */
  readonly orderBy:
    | readonly { readonly column: TableColumn; readonly direction: "asc" | "desc"; readonly nulls: OrderingNode["nulls"] }[]
    | null;
  /** The properties to fetch; `null` for all. */
  readonly only: ReadonlySet<string> | null;
  readonly deferred: ReadonlySet<string>;
}

/** A relation to load with the rows. `joined` ones are in the statement, with their children; `selectIn` ones follow in statements of their own. */
export interface IncludeDraft {
  readonly relation: Relation;
  readonly strategy: "joined" | "selectIn" | "none";
  readonly children: readonly IncludeDraft[];
  /** What is joined in place of the relation's table. */
  readonly refined: RefinedTable | null;
}

export interface Draft {
  readonly table: Table;
  readonly source: Source;
  /** Common tables that the query reads. */
  readonly with: CommonTable[];
  /** What stands beside each row. */
  readonly laterals: LateralJoin[];
  readonly where: ExpressionNode[];
  readonly having: ExpressionNode[];
  /** `null` until the query orders by itself: then the model's own order holds. */
  orderBy: OrderingNode[] | null;
  limit: ParameterNode | null;
  offset: ParameterNode | null;
  distinct: boolean;
  deleted: DeletedRows;
  lock: LockClause | null;
  readonly annotations: Map<string, ComputedColumn>;
  readonly includes: IncludeDraft[];
  /** The properties to fetch; `null` for all. */
  only: Set<string> | null;
  readonly deferred: Set<string>;
  /** Expressions that replace the row (`select`). */
  projection: ComputedColumn[] | null;
  groupBy: readonly Group[] | null;
}

/** One method's addition to a query. `parameters` are those of its nodes, in the order in which the query keeps their values. */
export interface Step {
  readonly parameters: readonly ParameterNode[];
  apply(draft: Draft): void;
}

export const newDraft = (table: Table, source: Source): Draft => ({
  table,
  source,
  with: [],
  laterals: [],
  where: [],
  having: [],
  orderBy: null,
  limit: null,
  offset: null,
  distinct: false,
  deleted: "exclude",
  lock: null,
  annotations: new Map(),
  includes: [],
  only: null,
  deferred: new Set(),
  projection: null,
  groupBy: null,
});

/** All conditions at once, or `null` when there is none. */
export const conjunction = (conditions: readonly ExpressionNode[]): ExpressionNode | null => {
  if (conditions.length === 0) return null;
  return conditions.length === 1 ? conditions[0]! : { node: "logical", operator: "and", operands: conditions };
};
