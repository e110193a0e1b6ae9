/** A relation's own query that is joined: `with("posts", (posts) => posts.filter(…)).with(joined("posts"))`. It becomes a common table in the relation's place. */
import type { ExpressionNode, SelectStatement } from "../../ast/expression.ts";
import { ConfigurationError } from "../../base/errors.ts";
import type { Step } from "../draft.ts";
import type { Draft, RefinedTable } from "../draft.ts";
import { draftOf, innerSelect } from "../derived/inner-select.ts";
import type { InnerQuery } from "../derived/inner-select.ts";
import type { Relation, Table, TableColumn } from "../../schema/table.ts";
import { assertWithout, selectOf } from "../terminal.ts";

const nothing = (): Step => ({ parameters: [], apply: () => {} });

const refuse = (use: string, what: string, table: Table): never => {
  throw new ConfigurationError(
    `${use}: a refined relation is joined with its conditions, its columns and an order by columns of ${table.modelName} itself; this one has ${what}. ` +
      `Load it with a statement of its own: say ${use.replace("joined", "selectIn")}, or leave it out.`,
    { model: table.modelName },
  );
};

/** Throws for what a JOIN has no place for, rather than leaving it out. */
const assertJoinable = (draft: Draft, { target }: Relation, includes: InnerQuery["includes"], use: string): void => {
  const { table } = draft;
  if (draft.with.length > 0 || table.model !== target.model) refuse(use, "other rows", target);
  assertWithout(draft, `${use}: the query`, "group", "distinct", "lock", "lateral");
  if (draft.limit !== null || draft.offset !== null) refuse(use, "a limit or an offset for each parent", table);
  if (draft.projection !== null) refuse(use, "a select()", table);
  if (draft.annotations.size > 0) refuse(use, "computed columns", table);
  if (includes.length > 0) refuse(use, 'relations of its own (name them outside, as in with("posts.comments"))', table);
};

const ownColumn = (draft: Draft, expression: ExpressionNode, use: string): TableColumn => {
  const isOwn = expression.node === "column" && expression.source === draft.source;
  const column = isOwn ? draft.table.columns.find((each) => each === expression.column) : undefined;
  return column ?? refuse(use, "an order by something else", draft.table);
};

const wholeRows = (draft: Draft): SelectStatement => {
  const items = draft.table.columns.map((column) => ({
    expression: { node: "column" as const, source: draft.source, column },
    alias: null,
    type: column.type,
  }));
  return selectOf(draft, items, []);
};

/** The query as a table to be joined. Throws `ConfigurationError` for what a JOIN has no place for. */
export const refinedTable = (relation: Relation, query: InnerQuery): RefinedTable => {
  const use = `joined("${relation.name}")`;
  const shape = query.shape.childFor("joined", nothing);
  const { draft } = draftOf(query.root, shape);
  assertJoinable(draft, relation, query.includes, use);
  const { table } = draft;
  const name = table.name.endsWith("_rows") ? table.name : `${table.name}_rows`;
  return {
    target: { ...table, name, softDelete: null },
    select: innerSelect({ ...query, shape }, wholeRows, use),
    orderBy:
      draft.orderBy?.map(({ expression, direction, nulls }) => ({ column: ownColumn(draft, expression, use), direction, nulls })) ?? null,
    only: draft.only,
    deferred: draft.deferred,
  };
};
