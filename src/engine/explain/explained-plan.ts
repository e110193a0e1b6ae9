/** How a database means to run a statement, as data: the same nodes for PostgreSQL's plans and SQLite's. */

export interface PlanNode {
  /** What the step does, in the database's words: `Seq Scan`, `Hash Join`; on SQLite `SCAN`, `SEARCH`, or the whole of its line. */
  readonly kind: string;
  /** The table it reads, with its schema on PostgreSQL, and the name it has in the statement. */
  readonly schema: string | null;
  readonly table: string | null;
  readonly alias: string | null;
  readonly index: string | null;
  /** What the index is asked for, and what rows are held against after they were read, in the database's words: with values of parameters on PostgreSQL. */
  readonly indexCondition: string | null;
  readonly filter: string | null;
  /** What the planner expects; `null` on SQLite, which does not say. */
  readonly estimated: { readonly rows: number; readonly width: number; readonly startupCost: number; readonly totalCost: number } | null;
  /** What happened, with `analyze`; `rows` and `removed`, which a filter threw away, per loop, times in milliseconds. */
  readonly actual: {
    readonly rows: number;
    readonly removed: number;
    readonly loops: number;
    readonly startupMs: number;
    readonly totalMs: number;
  } | null;
  /** Blocks of 8 kB, with `analyze`, of this step and those below. */
  readonly buffers: {
    readonly hit: number;
    readonly read: number;
    readonly written: number;
    readonly temporaryRead: number;
    readonly temporaryWritten: number;
  } | null;
  /** All that the database said of the step, by its own names; on SQLite `{ detail }`. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly children: readonly PlanNode[];
}

export interface ExplainedPlan {
  readonly database: "postgres" | "sqlite";
  /** The statement, without values. */
  readonly sql: string;
  /** The steps that no other stands above: one on PostgreSQL. */
  readonly nodes: readonly PlanNode[];
  /** Milliseconds, with `analyze`. */
  readonly planningMs: number | null;
  readonly executionMs: number | null;
  /** What could be better: `explainHints(plan)`. */
  readonly hints: readonly PlanHint[];
}

/** A plan before it was judged. */
export type UnjudgedPlan = Omit<ExplainedPlan, "hints">;

export interface PlanHint {
  /**
   * `missingIndex`: many rows are read for few. `largeScan`: a large table is read as a whole, without a condition that an index could serve.
   * `wrongEstimate`: the planner expected far more or fewer rows. `spill`: memory was too small, and files on disk were used. `sort`: rows are sorted that an
   * index could give in order.
   */
  readonly kind: "missingIndex" | "largeScan" | "wrongEstimate" | "spill" | "sort";
  /** A sentence without values of parameters. */
  readonly message: string;
  readonly table: string | null;
  /** A statement that helps, where there is one. */
  readonly sql: string | null;
}

/** A plan's nodes, those above before those below. */
export const eachNode = function* (nodes: readonly PlanNode[]): Generator<PlanNode, void, undefined> {
  for (const node of nodes) {
    yield node;
    yield* eachNode(node.children);
  }
};
