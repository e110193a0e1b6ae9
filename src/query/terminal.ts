/** The last step of a query: what its verb (`all`, `count`, `values`, …) makes of everything before it. */
import { ConfigurationError } from "../base/errors.ts";
import type { ExpressionNode, OrderingNode, SelectItem, SelectStatement } from "../ast/expression.ts";
import { fingerprint } from "../ast/fingerprint.ts";
import type { Statement } from "../ast/statement.ts";
import { makePlan } from "../engine/plans/plan.ts";
import type { Plan } from "../engine/plans/plan.ts";
import type { Runner } from "../engine/run.ts";
import type { Shape, StepMaker } from "../engine/plans/shape.ts";
import type { ResultForm } from "../rows/shape.ts";
import type { Draft, Step } from "./draft.ts";
import { conjunction } from "./draft.ts";
import { draftOf } from "./derived/inner-select.ts";
import { reversed } from "./expressions/ordering.ts";
import type { Root } from "./root.ts";

export interface Finished {
  readonly statement: Statement;
  readonly form: ResultForm;
}

export interface TerminalStep extends Step {
  finish(draft: Draft): Finished;
}

/** Makes a terminal step without parameters of its own. */
export class Terminal implements StepMaker<Step> {
  readonly #finish: TerminalStep["finish"];

  constructor(finish: TerminalStep["finish"]) {
    this.#finish = finish;
  }

  makeStep(): TerminalStep {
    return { parameters: [], apply: () => {}, finish: this.#finish };
  }
}

/** The plan of a shape that ends with a terminal: the one it keeps, or a new one. */
export const planOf = (root: Root, shape: Shape<Step>, dialect: Runner["dialect"]): Plan => {
  const known = shape.planFor(dialect);
  if (known !== null) return known;
  const { draft, parameters } = draftOf(root, shape);
  const { statement, form } = (shape.step as TerminalStep).finish(draft);
  return shape.keepPlan(dialect, makePlan(dialect, statement, parameters, form));
};

/** The order of a query that says none: the model's own. */
export const orderOf = (draft: Draft): readonly OrderingNode[] => {
  if (draft.orderBy !== null) return draft.orderBy;
  // Aggregates of all rows are one row.
  if (draft.projection?.some(({ aggregate }) => aggregate) === true) return [];
  return draft.groupBy === null ? modelOrder(draft) : [];
};

const modelOrder = (draft: Draft): readonly OrderingNode[] =>
  draft.table.orderBy.map(({ column, direction }) => ({
    expression: { node: "column", source: draft.source, column },
    direction,
    nulls: null,
  }));

/** What tells the results of a query apart. */
export const identifying = (draft: Draft): readonly ExpressionNode[] => {
  if (draft.groupBy !== null) return draft.groupBy.map(({ column }) => column.expression);
  if ((draft.distinct || draft.table.primaryKey.length === 0) && draft.projection !== null)
    return draft.projection.map(({ expression }) => expression);
  return draft.table.primaryKey.map((column) => ({ node: "column", source: draft.source, column }));
};

/** The order of `first` and `last`: the query's, or by what tells its results apart, so that the answer is the same each time. */
export const definiteOrder = (draft: Draft, direction: "asc" | "desc"): readonly OrderingNode[] => {
  const order = orderOf(draft);
  if (order.length > 0) return direction === "asc" ? order : order.map(reversed);
  return identifying(draft).map((expression) => ({ expression, direction, nulls: null }));
};

/** Rows that are made distinct can only be ordered by what they hold: by then there is nothing else of them. The model's own order gives way. */
const orderAmong = (draft: Draft, items: readonly SelectItem[], orderBy: readonly OrderingNode[]): readonly OrderingNode[] => {
  if (!draft.distinct) return orderBy;
  const held = new Set(items.map(({ expression }) => fingerprint(expression)));
  const possible = orderBy.filter(({ expression }) => held.has(fingerprint(expression)));
  if (possible.length === orderBy.length || draft.orderBy === null) return possible;
  throw new ConfigurationError(
    `distinct() results of ${draft.table.modelName} are ordered by something that they do not hold. Order by what is fetched, or fetch it too.`,
    { model: draft.table.modelName },
  );
};

/** A SELECT of `items` under everything that the query says. */
export const selectOf = (draft: Draft, items: readonly SelectItem[], orderBy: readonly OrderingNode[]): SelectStatement => ({
  statement: "select",
  source: draft.source,
  ...(draft.with.length === 0 ? {} : { with: draft.with }),
  ...(draft.laterals.length === 0 ? {} : { laterals: draft.laterals }),
  items,
  distinct: draft.distinct,
  where: conjunction(draft.where),
  groupBy: draft.groupBy === null ? [] : draft.groupBy.map(({ column }) => column.expression),
  having: conjunction(draft.having),
  orderBy: orderAmong(draft, items, orderBy),
  limit: draft.limit,
  offset: draft.offset,
  deleted: draft.deleted,
  lock: draft.lock,
  limitBy: null,
  limitByIndex: false,
  wrap: null,
});

/** Refuses what `verb` cannot take into account, rather than ignoring it. */
export const assertWithout = (
  draft: Draft,
  verb: string,
  ...parts: readonly ("limit" | "group" | "distinct" | "lock" | "lateral")[]
): void => {
  const present = {
    limit: draft.limit !== null || draft.offset !== null,
    group: draft.groupBy !== null,
    distinct: draft.distinct,
    lock: draft.lock !== null,
    lateral: draft.laterals.length > 0,
  };
  const names = { limit: "limit() or offset()", group: "groupBy()", distinct: "distinct()", lock: "forUpdate()", lateral: "joinLateral()" };
  const part = parts.find((candidate) => present[candidate]);
  if (part === undefined) return;
  throw new ConfigurationError(`${verb} of ${draft.table.modelName} does not go together with ${names[part]}. Take it out of the query.`, {
    model: draft.table.modelName,
  });
};
