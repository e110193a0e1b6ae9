/** A SELECT as frozen data. Sources that expressions mention are joined by the compiler; nothing here names an alias. */
import type { ColumnType } from "../types/column-type.ts";
import type { ExpressionNode, InNode, LiteralNode, OrderingNode, ParameterNode } from "./expression.ts";
import type { Source } from "./source.ts";

/** One column of the result. Names of results do not matter (rows are read by position), except where `alias` is given for other clauses or for people. */
export interface SelectItem {
  readonly expression: ExpressionNode;
  readonly alias: string | null;
  /** How to read it; `null` where only the database knows. */
  readonly type: ColumnType | null;
}

export interface LockClause {
  readonly strength: "update";
  readonly wait: "wait" | "skipLocked" | "noWait";
}

/** Which rows of a soft-deletable table count: live ones, all, or only deleted ones. Applies to the root; other sources see live rows unless it is `all`. */
export type DeletedRows = "exclude" | "include" | "only";

export interface SelectStatement {
  readonly statement: "select";
  readonly source: Source;
  readonly items: readonly SelectItem[];
  readonly distinct: boolean;
  readonly where: ExpressionNode | null;
  readonly groupBy: readonly ExpressionNode[];
  readonly having: ExpressionNode | null;
  readonly orderBy: readonly OrderingNode[];
  /** A literal where the number is part of the question: SQLite compiles a statement again for each new value of a bound limit. */
  readonly limit: ParameterNode | LiteralNode | null;
  readonly offset: ParameterNode | null;
  /**
   * More conditions, for whose every element limit and offset count anew, as for each parent's children: `author_id IN (1, 2)` with limit 3 gives
   * three rows of each author. Nothing is grouped or locked then.
   */
  readonly limitBy: readonly InNode[];
  /** Whether an index holds the rows of each element in this very order, so that its first few are read without the others. */
  readonly limitByIndex: boolean;
  readonly deleted: DeletedRows;
  readonly lock: LockClause | null;
  /** Wraps the whole: `count` is `SELECT count(*) FROM (…)`; `exists` is `SELECT EXISTS (…)`. */
  readonly wrap: "count" | "exists" | null;
}
