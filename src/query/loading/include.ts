/**
 * The statement that fetches children of given parents, whatever their number:
 *
 *     SELECT …, "author_id" FROM "posts" WHERE "author_id" IN (the parents' keys)
 *
 * A child that holds its parent's key among its columns is fetched as it is; otherwise the key comes beside it.
 */
import type { ColumnNode, InNode, InRowsNode, OrderingNode, ParameterNode } from "../../ast/expression.ts";
import { joinedSource } from "../../ast/source.ts";
import type { ColumnRef, KeyPair, RelationRef, Source } from "../../ast/source.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import type { ResultShape } from "../../rows/shape.ts";
import type { Relation } from "../../schema/table.ts";
import { conjunction } from "../draft.ts";
import type { Draft, Step } from "../draft.ts";
import { isChosenFirst, refuseMany, selectJoined } from "./joined-rows.ts";
import { comparable } from "../lookups/lookup-scope.ts";
import { ResultColumns, rowResult } from "../results/row-result.ts";
import type { RowResult } from "../results/row-result.ts";
import { assertWithout, definiteOrder, identifying, orderOf } from "../terminal.ts";
import type { Finished, TerminalStep } from "../terminal.ts";
import { withKeys } from "../results/wrapped-row.ts";

/** The source that carries the parents' keys: the target itself, or the join table beside it. */
const carrierOf = (relation: Relation, root: Source): Source =>
  relation.through === null ? root : joinedSource(root, backOf(relation, relation.through));

const backs = new WeakMap<Relation, RelationRef>();
const backOf = (relation: Relation, through: NonNullable<RelationRef["through"]>): RelationRef => {
  const known = backs.get(relation);
  if (known !== undefined) return known;
  const keys = through.keys.map(([near, far]): KeyPair => [far, near]);
  const back: RelationRef = { name: `${relation.name}_link`, target: through.table, toMany: false, optional: false, keys, through: null };
  backs.set(relation, back);
  return back;
};

const listFor = (relation: Relation, far: ColumnRef): ParameterNode => ({
  node: "parameter",
  form: "list",
  type: comparable(far.type),
  value: undefined,
  name: `${relation.name}.${far.property}`,
});

/** What a child is made of. */
type ReadRows = (draft: Draft) => RowResult;

/** The last step of a child's query: keeps the children of given parents. Its values are one list per key column; a limit counts per parent. */
export class ChildrenOf implements StepMaker<Step> {
  readonly #relation: Relation;
  readonly #read: ReadRows;

  constructor(relation: Relation, read: ReadRows = rowResult) {
    this.#relation = relation;
    this.#read = read;
  }

  makeStep(): TerminalStep {
    const lists = this.#relation.keys.map(([, far]) => listFor(this.#relation, far));
    return { parameters: lists, apply: () => {}, finish: (draft) => this.#finish(draft, lists) };
  }

  #finish(draft: Draft, lists: readonly ParameterNode[]): Finished {
    const use = `with("${this.#relation.name}")`;
    assertWithout(draft, use, "group");
    const isLimited = draft.limit !== null || draft.offset !== null;
    if (isLimited) assertWithout(draft, `A limit in ${use}`, "lock");
    const carrier = carrierOf(this.#relation, draft.source);
    const operands = this.#relation.keys.map(([, column]): ColumnNode => ({ node: "column", source: carrier, column }));
    const isTheirs: InNode | InRowsNode =
      operands.length === 1
        ? { node: "in", operand: operands[0]!, list: lists[0]!, negated: false }
        : { node: "inRows", operands, lists, negated: false };
    const order = isLimited ? countingOrder(draft) : orderOf(draft);
    if (isLimited) refuseMany(draft, `does not go together with a limit in ${use}`);
    else if (isChosenFirst(draft, order, false)) refuseMany(draft, `does not go together with what the query in ${use} computes`);
    if (this.#relation.through !== null) refuseMany(draft, `does not go together with ${use}, whose rows come once for each parent`);
    const rows = keyed(this.#read(draft), operands);
    const select = selectJoined(draft, rows, order);
    if (!isLimited) return { statement: { ...select, where: conjunction([...draft.where, isTheirs]) }, form: rows.form };
    return { statement: { ...select, limitBy: isTheirs, limitByIndex: isIndexed(draft, operands, select.orderBy) }, form: rows.form };
  }
}

/** The order by which a limit counts. Rows that are made distinct are told apart by it, too. */
const countingOrder = (draft: Draft): readonly OrderingNode[] => {
  if (!draft.distinct) return definiteOrder(draft, "asc");
  return [...orderOf(draft), ...identifying(draft).map((expression): OrderingNode => ({ expression, direction: "asc", nulls: null }))];
};

/** Whether the model has an index on the keys and then on what the rows are ordered by, so that a limit can stop after each parent's first few. */
const isIndexed = ({ table, source, limit }: Draft, operands: readonly ColumnNode[], order: readonly OrderingNode[]): boolean => {
  const isOneWay = order.every(({ direction, nulls }) => direction === order[0]!.direction && nulls === null);
  if (limit === null || !isOneWay) return false;
  const wanted: ColumnRef[] = [];
  for (const node of [...operands, ...order.map(({ expression }) => expression)]) {
    if (node.node !== "column" || node.source !== source) return false;
    wanted.push(node.column);
  }
  const indexes = [table.primaryKey, ...[...table.uniques, ...table.indexes].map(({ columns }) => columns)];
  return indexes.some((columns) => wanted.every((column, index) => columns[index] === column));
};

const makers = new WeakMap<Relation, ChildrenOf>();
/** The step for whole children of a relation; the same one each time, so that its shape is found again. */
export const childrenOf = (relation: Relation): ChildrenOf => {
  const known = makers.get(relation);
  if (known !== undefined) return known;
  const made = new ChildrenOf(relation);
  makers.set(relation, made);
  return made;
};

/** Whether an instance holds these very columns under their own names. */
const holds = ({ items, form }: RowResult, columns: readonly ColumnNode[]): boolean =>
  form.object.prototype !== null &&
  columns.every(({ source, column }) =>
    form.object.properties.some(({ name, position }) => {
      const held = items[position]?.expression;
      return name === column.property && held?.node === "column" && held.source === source && held.column === column;
    }),
  );

const keyed = (rows: RowResult, operands: readonly ColumnNode[]): RowResult => {
  if (holds(rows, operands)) return rows;
  const keys = new ResultColumns();
  for (const operand of operands) keys.add(operand, operand.column.type);
  return withKeys(rows, keys.items);
};

/** Whether the children of a plan come wrapped: only instances come as they are, and they have a prototype. */
export const isWrapped = (shape: ResultShape): boolean => shape.form === "objects" && shape.object.prototype === null;
