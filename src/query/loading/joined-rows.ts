/**
 * A SELECT of whole rows with their joined relations. A relation to many repeats the row for each child; what is about rows (limits, offsets,
 * windows) chooses them in a table of its own first:
 *
 *     WITH "users_rows" (…) AS (SELECT … FROM "users" ORDER BY "name" LIMIT 2)
 *     SELECT … FROM "users_rows" LEFT JOIN "posts" ON "posts"."author_id" = "users_rows"."id" ORDER BY "users_rows"."name", "users_rows"."id", "posts"."id"
 */
import type { ColumnNode, CommonTable, ExpressionNode, OrderingNode, SelectStatement, WindowNode } from "../../ast/expression.ts";
import type { LiteralNode } from "../../ast/leaf.ts";
import { rootSource } from "../../ast/source.ts";
import type { Source } from "../../ast/source.ts";
import { ConfigurationError } from "../../base/errors.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { derivedRows, partItems } from "../derived/derived-rows.ts";
import { conjunction, newDraft } from "../draft.ts";
import type { Draft, IncludeDraft } from "../draft.ts";
import { rowResult } from "../results/row-result.ts";
import type { RowResult } from "../results/row-result.ts";
import { assertWithout, selectOf } from "../terminal.ts";
import type { Finished } from "../terminal.ts";
import { holdsWindow } from "../expressions/windowed.ts";

const int: ColumnType = Object.freeze({ kind: "int" });

/** What a verb adds to the draft. */
interface Besides {
  readonly where?: readonly ExpressionNode[];
  /** Where the query has no limit of its own. */
  readonly limit?: LiteralNode | null;
}

/** The relations to many that are joined, by their paths. */
const manyOf = (includes: readonly IncludeDraft[], way = ""): string[] =>
  includes.flatMap(({ relation, strategy, children }) => {
    if (strategy !== "joined") return [];
    const path = `${way}${relation.name}`;
    return [...(relation.toMany ? [path] : []), ...manyOf(children, `${path}.`)];
  });

/** Refuses a relation to many that is joined where the rows cannot be one statement with it. `why` says what does not go together, and what to do. */
export const refuseMany = (draft: Draft, why: string): void => {
  const [path] = manyOf(draft.includes);
  if (path === undefined) return;
  const { modelName } = draft.table;
  throw new ConfigurationError(`joined("${path}") of ${modelName} ${why}. Load it with selectIn("${path}").`, { model: modelName });
};

/** The order, and then by the key of `source` as far as it is not in it. */
const thenByKey = (order: readonly OrderingNode[], source: Source): OrderingNode[] => {
  const isNamed = (column: TableColumn): boolean =>
    order.some(({ expression }) => expression.node === "column" && expression.source === source && expression.column === column);
  const rest = (source.table as Table).primaryKey.filter((column) => !isNamed(column));
  return [
    ...order,
    ...rest.map((column): OrderingNode => ({ expression: { node: "column", source, column }, direction: "asc", nulls: null })),
  ];
};

/** A SELECT of `rows` with what their joined relations need. Children come in their order, then by key; rows stay together by theirs. */
export const selectJoined = (draft: Draft, { items, joins }: RowResult, order: readonly OrderingNode[]): SelectStatement => {
  const known = joins.with.length === 0 ? draft : { ...draft, with: [...draft.with, ...joins.with] };
  const [many] = joins.many;
  if (many === undefined) return selectOf(known, items, order);
  assertJoinable(draft);
  // Rows with a key are distinct by themselves, and so they are with their children.
  return selectOf({ ...known, distinct: false }, items, [...thenByKey(order, draft.source), ...thenByKey(many.orderBy, many.source)]);
};

const assertJoinable = (draft: Draft): void => {
  const [path, other] = manyOf(draft.includes);
  const { modelName, primaryKey } = draft.table;
  if (other !== undefined) {
    throw new ConfigurationError(
      `joined("${path}") and joined("${other}") of ${modelName} cannot be one statement: each repeats the rows around it. Load one of them with selectIn(…).`,
      { model: modelName },
    );
  }
  assertWithout(draft, `joined("${path}")`, "lateral");
  if (primaryKey.length === 0) refuseMany(draft, "needs a primary key, by which its rows are told apart");
};

/** Rows of the draft as objects. */
export const rowsOf = (draft: Draft, order: readonly OrderingNode[], { where = [], limit = null }: Besides = {}): Finished => {
  const change = { where: conjunction([...draft.where, ...where]), limit: draft.limit ?? limit };
  if (isChosenFirst(draft, order, change.limit !== null || draft.offset !== null)) return chosenRows(draft, order, change);
  const rows = rowResult(draft);
  return { statement: { ...selectJoined(draft, rows, order), ...change }, form: rows.form };
};

/** Whether the rows must be chosen before anything is joined to them. */
export const isChosenFirst = (draft: Draft, order: readonly OrderingNode[], isCut: boolean): boolean => {
  if (draft.includes.length === 0 || manyOf(draft.includes).length === 0 || draft.projection !== null || draft.groupBy !== null)
    return false;
  // What is computed would be computed for each child anew; and a window would see each row several times.
  return (
    isCut ||
    [...draft.annotations.values()].some(({ windowed }) => windowed) ||
    order.some(({ expression }) => expression.node !== "column")
  );
};

const chosenRows = (draft: Draft, order: readonly OrderingNode[], change: Pick<SelectStatement, "where" | "limit">): Finished => {
  assertJoinable(draft);
  if (draft.lock !== null) refuseMany(draft, "chooses its rows in a table of its own here, whose rows cannot be locked by forUpdate()");
  if (order.some(({ expression }) => holdsWindow(expression))) refuseMany(draft, "does not go together with an order by a window");
  const inner: Draft = { ...draft, includes: [], only: null, deferred: new Set(), distinct: false };
  const use = `joined("${manyOf(draft.includes)[0]}")`;
  const isOwn = order.every(({ expression }) => expression.node === "column" && expression.source === draft.source);
  const rows = isOwn ? derivedRows(inner, use) : derivedRows(inner, use).with("", "place", int, false);
  const isCut = change.limit !== null || draft.offset !== null;
  const items = [
    ...partItems(derivedRows(inner, use), inner, use),
    ...(isOwn ? [] : [{ expression: placeBy(order), alias: null, type: int }]),
  ];
  const select: SelectStatement = { ...selectOf(inner, items, isCut ? order : []), ...change };
  const common: CommonTable = { table: rows.table, columns: rows.columns, recursive: false, parts: [{ operator: null, select }] };
  const source = rootSource(rows.table);
  const chosen: Draft = {
    ...newDraft(rows.table, source),
    with: [common],
    annotations: new Map(rows.computed(source).map((column) => [column.name, column])),
    includes: draft.includes,
    only: draft.only,
    deferred: draft.deferred,
    deleted: draft.deleted === "include" ? "include" : "exclude",
  };
  const result = rowResult(chosen);
  return {
    statement: selectJoined(chosen, result, isOwn ? order.map((each) => onto(source, each)) : [placeIn(source, rows.columns.at(-1)!)]),
    form: result.form,
  };
};

/** The same order by the columns of the rows that were chosen. */
const onto = (source: Source, ordering: OrderingNode): OrderingNode => ({
  ...ordering,
  expression: { ...(ordering.expression as ColumnNode), source },
});

const placeBy = (orderBy: readonly OrderingNode[]): WindowNode => ({
  node: "window",
  function: { node: "windowFunction", name: "rowNumber", arguments: [], type: int },
  partitionBy: [],
  orderBy,
  frame: null,
});

const placeIn = (source: Source, name: string): OrderingNode => ({
  expression: { node: "column", source, column: { name, property: name, type: int, nullable: false } },
  direction: "asc",
  nulls: null,
});
