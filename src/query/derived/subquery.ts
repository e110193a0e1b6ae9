/** Queries inside expressions: `exists(query)`, and `subquery(query, column)` as a value or a list of values. */
import { ConfigurationError } from "../../base/errors.ts";
import { holdsAggregate } from "../../ast/aggregate-where.ts";
import { condition, expression } from "../../ast/expression-builder.ts";
import type { ExpressionNode, OrderingNode, SelectStatement } from "../../ast/expression.ts";
import type { LiteralNode } from "../../ast/leaf.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { nodeType } from "../../ast/node-type.ts";
import type { Condition, Expression, ExpressionOfKind, NumberExpression, Retyped, Subquery, ValueOf } from "../../ast/typed-expression.ts";
import type { KindOf, TypeOf } from "../../schema/columns/column.ts";
import type { Columns, Scope } from "../../schema/scope.ts";
import { describe } from "../../types/column-type.ts";
import type { Aggregate, CountExpression } from "../expressions/aggregate.ts";
import { AggregateCall, aggregateNode } from "../expressions/aggregate.ts";
import type { Draft, Step } from "../draft.ts";
import { innerSelect } from "./inner-select.ts";
import type { Rows } from "../loading/loaded.ts";
import type { ColumnAt, ColumnPath } from "../lookups/paths.ts";
import type { Query } from "../query.ts";
import { RefinableQuery } from "../refinable-query.ts";
import { withRow } from "../root.ts";
import { assertWithout, definiteOrder, orderOf, selectOf } from "../terminal.ts";

const queryOf = (value: unknown, use: string): RefinableQuery => {
  if (RefinableQuery.isQuery(value)) return value;
  throw new ConfigurationError(`${use} takes a query, as in ${use.slice(0, -1)}select(Post).filter(…)), not ${describe(value)}.`);
};

const one: LiteralNode = Object.freeze({ node: "literal", value: 1 });
const nothing: Step = { parameters: [], apply: () => {} };

const isCut = (draft: Draft): boolean => draft.limit !== null || draft.offset !== null;

const anyRow = (draft: Draft): SelectStatement => {
  const columns = draft.distinct && draft.projection !== null ? draft.projection : [];
  const items = columns.map(({ expression: column, type }) => ({ expression: column, alias: null, type }));
  const order = isCut(draft) ? orderOf(draft) : [];
  return selectOf(draft, items.length > 0 ? items : [{ expression: one, alias: null, type: null }], order);
};

/**
 * Whether a query has a row. Inside a callback the query may name the columns of the row outside.
 *
 *     where((user) => exists(select(Post).where((post) => post.authorId.eq(user.id))))
 *     // WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")
 */
export const exists = (query: Rows<unknown>): Condition => {
  const { state } = queryOf(query, "exists()");
  const shape = state.shape.childFor("exists", () => nothing);
  return condition({ node: "existsIn", select: innerSelect({ ...state, shape }, anyRow, "exists()"), negated: false });
};

interface Wanted {
  readonly node: ExpressionNode;
  /** Whether it is one value of all rows. */
  readonly aggregate: boolean;
}

const columnOf = ({ state }: RefinableQuery, column: unknown): Wanted => {
  const { scope } = state;
  if (typeof column === "string") {
    const { expression: node, aggregate } = scope.column(column, "subquery()");
    return { node, aggregate };
  }
  if (typeof column !== "function")
    throw new ConfigurationError(
      `subquery() takes a column, as in subquery(query, "id") or subquery(query, (row) => row.id), not ${describe(column)}.`,
    );
  const given = withRow(scope, column as (row: unknown) => unknown);
  const call = AggregateCall.of(given);
  if (call !== null && call.path !== "*") {
    throw new ConfigurationError(
      `subquery(): ${call.name}("${call.path}") names no row. Write ${call.name}(row.${call.path}) with the row that the callback gets.`,
      { model: scope.table.modelName },
    );
  }
  const node = call === null ? nodeOf(given) : aggregateNode(call.name, null, call.distinct);
  if (node === undefined)
    throw new ConfigurationError(`The callback of subquery() returns an expression such as row.id; it returned ${describe(given)}.`);
  return { node, aggregate: holdsAggregate(node) };
};

/** Without an order of its own the first row is the one with the least key, as for `first()`. */
const firstOrder = (draft: Draft): readonly OrderingNode[] =>
  draft.distinct || draft.groupBy !== null ? (draft.orderBy ?? []) : definiteOrder(draft, "asc");

const oneColumn =
  ({ node, aggregate }: Wanted) =>
  (draft: Draft): SelectStatement => {
    const items = [{ expression: node, alias: null, type: nodeType(node) }];
    if (aggregate && draft.groupBy === null) {
      assertWithout(draft, "An aggregate in subquery()", "limit", "distinct");
      return selectOf(draft, items, []);
    }
    const select = selectOf(draft, items, isCut(draft) ? orderOf(draft) : firstOrder(draft));
    return isCut(draft) ? select : { ...select, limit: one };
  };

/** A column's value, NULL where there is no row. */
type ValueAt<S, P> = ExpressionOfKind<TypeOf<ColumnAt<S, P>> | null, KindOf<ColumnAt<S, P>>> & Subquery<TypeOf<ColumnAt<S, P>>>;
type ValueGiven<X> = X extends CountExpression | Aggregate<"count", never>
  ? NumberExpression<number> & Subquery<number>
  : Retyped<X, ValueOf<X> | null> & Subquery<ValueOf<X>>;

/**
 * A query as an expression: the value of one column in its first row, NULL where it has none; for `in()` the values of all of its rows.
 * The query may name the columns of the row outside; a callback may give an aggregate of its rows.
 *
 *     where((post) => post.authorId.in(subquery(select(User).filter({ vip: true }), "id")))
 *     annotate((user) => ({ best: subquery(select(Post).where((post) => post.authorId.eq(user.id)), (post) => max(post.views)) }))
 */
export function subquery<E, Row, const P extends ColumnPath<E>>(query: Query<E, Row>, column: P): ValueAt<Scope<E>, P>;
export function subquery<E, Row, X extends Expression<unknown> | Aggregate<"count", never>>(
  query: Query<E, Row>,
  column: (row: Columns<E>) => X,
): ValueGiven<X>;
export function subquery(query: unknown, column: unknown): unknown {
  const given = queryOf(query, "subquery()");
  const wanted = columnOf(given, column);
  const { state } = given.asking("subquery", wanted.node);
  // The shape keeps the column of the first query that came here; the values are this one's.
  const select = innerSelect(state, oneColumn(wantedOf(state.shape.step!, wanted)), "subquery()");
  const type = nodeType(wanted.node);
  const isCount = wanted.node.node === "aggregate" && wanted.node.name === "count" && select.groupBy.length === 0;
  return expression({ node: "subquery", select, type }, type, !isCount);
}

const wantedBy = new WeakMap<Step, Wanted>();
const wantedOf = (step: Step, wanted: Wanted): Wanted => {
  let kept = wantedBy.get(step);
  if (kept === undefined) wantedBy.set(step, (kept = wanted));
  return kept;
};
