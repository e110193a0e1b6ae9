/**
 * Loading relations with one statement per relation, whatever the number of rows:
 *
 *     SELECT "posts"."author_id", … FROM "posts" WHERE "posts"."author_id" IN (the parents' keys)
 *
 * Each child row comes with the key that leads back to its parent, so neither side needs the key among its properties' columns twice.
 */
import type { ExpressionNode, ParameterNode } from "../ast/expression.ts";
import { joinedSource } from "../ast/source.ts";
import type { ColumnRef, KeyPair, RelationRef, Source } from "../ast/source.ts";
import type { ObjectShape, ResultForm } from "../rows/shape.ts";
import type { Relation } from "../schema/table.ts";
import { conjunction } from "./draft.ts";
import type { Draft, Step } from "./draft.ts";
import { comparable } from "./lookup-scope.ts";
import { ResultColumns, rowResult } from "./row-result.ts";
import type { RowResult } from "./row-result.ts";
import { orderOf, selectOf } from "./terminal.ts";
import type { TerminalStep } from "./terminal.ts";
import type { StepMaker } from "../engine/shape.ts";

/** A child as the statement gives it: its parent's key, and the row. */
export interface KeyedRow {
  readonly row: unknown;
  readonly [key: `key${number}`]: unknown;
}

/** The pairs that lead from the parent to whatever carries its key: the target itself, or the join table. */
const throughSource = (relation: Relation, root: Source): Source => {
  if (relation.through === null) return root;
  const back: RelationRef = backOf(relation, relation.through);
  return joinedSource(root, back);
};

const backs = new WeakMap<Relation, RelationRef>();
const backOf = (relation: Relation, through: NonNullable<RelationRef["through"]>): RelationRef => {
  const known = backs.get(relation);
  if (known !== undefined) return known;
  const keys = through.keys.map(([near, far]): KeyPair => [far, near]);
  const back: RelationRef = { name: `${relation.name}_link`, target: through.table, toMany: false, optional: false, keys, through: null };
  backs.set(relation, back);
  return back;
};

/** What a child is made of. */
type ReadRows = (draft: Draft) => RowResult;

/** The last step of a child's query: keeps the children of given parents, and reads each with its parent's key. Its values are one list per key column. */
export class ChildrenOf implements StepMaker<Step> {
  readonly #relation: Relation;
  readonly #read: ReadRows;

  constructor(relation: Relation, read: ReadRows = rowResult) {
    this.#relation = relation;
    this.#read = read;
  }

  makeStep(): TerminalStep {
    const relation = this.#relation;
    const lists = relation.keys.map(([, far]): ParameterNode => ({
      node: "parameter",
      form: "list",
      type: comparable(far.type),
      value: undefined,
      name: `${relation.name}.${far.property}`,
    }));
    return {
      parameters: lists,
      apply: () => {},
      finish: (draft) => {
        const carrier = throughSource(relation, draft.source);
        const rows = this.#read(draft);
        const keys = new ResultColumns();
        const tests = relation.keys.map(([, far], index): ExpressionNode => {
          const operand: ExpressionNode = { node: "column", source: carrier, column: far };
          keys.add(operand, far.type);
          return { node: "in", operand, list: lists[index]!, negated: false };
        });
        const where = conjunction([...draft.where, ...tests]);
        // Children are counted per parent, so the query's own limit is applied to each parent's rows in memory.
        const unlimited = { ...draft, limit: null, offset: null };
        return {
          statement: { ...selectOf(unlimited, [...keys.items, ...rows.items], orderOf(draft)), where },
          form: keyedForm(keys, rows.form),
        };
      },
    };
  }
}

const makers = new WeakMap<Relation, ChildrenOf>();
/** The step for whole children of a relation; the same one each time, so that its shape is found again. */
export const childrenOf = (relation: Relation): ChildrenOf => {
  const known = makers.get(relation);
  if (known !== undefined) return known;
  const made = new ChildrenOf(relation);
  makers.set(relation, made);
  return made;
};

const keyedForm = (keys: ResultColumns, rows: RowResult["form"]): ResultForm => {
  const offset = keys.items.length;
  return {
    form: "objects",
    object: {
      prototype: null,
      properties: keys.items.map((_, position) => ({ name: `key${position}`, position })),
      nested: [{ property: "row", presence: -1, shape: shifted(rows.object, offset) }],
    },
  };
};

const shifted = (shape: ObjectShape, offset: number): ObjectShape => ({
  prototype: shape.prototype,
  properties: shape.properties.map(({ name, position }) => ({ name, position: position < 0 ? position : position + offset })),
  nested: shape.nested.map((nested) => ({
    property: nested.property,
    presence: nested.presence < 0 ? nested.presence : nested.presence + offset,
    shape: shifted(nested.shape, offset),
  })),
});

type Row = Record<string, unknown>;

/** A key as something that equal keys share: an `int` key equals a `bigint` one of the same value; bytes and Dates are compared by content. */
const identity = (values: readonly unknown[]): unknown => {
  if (values.length > 1) return values.map((value) => `${String(identity([value])).length}:${String(identity([value]))}`).join("\u0000");
  const [value] = values;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : `bigint:${value}`;
  if (value instanceof Uint8Array) return `bytes:${value.join()}`;
  return value instanceof Date ? `date:${value.getTime()}` : value;
};

const keyOf = (parent: Row, columns: readonly ColumnRef[]): readonly unknown[] | null => {
  const values = columns.map((column) => parent[column.property]);
  return values.some((value) => value === null || value === undefined) ? null : values;
};

export interface Window {
  readonly limit: number | null;
  readonly offset: number;
}

/**
 * Sets `relation` on every parent from the children that `read` fetches. `read` gets one list of distinct values per key column, and is not
 * called when no parent has a key. `window` is the limit of each parent's children.
 */
export const fill = async (
  parents: readonly object[],
  relation: Relation,
  read: (keys: readonly (readonly unknown[])[]) => Promise<readonly unknown[]>,
  window: Window,
): Promise<void> => {
  const near = relation.keys.map(([column]) => column);
  const keyed = parents.map((parent) => keyOf(parent as Row, near));
  const distinct = new Map<unknown, readonly unknown[]>();
  for (const key of keyed) if (key !== null) distinct.set(identity(key), key);
  const lists = near.map((_, index) => [...new Set([...distinct.values()].map((key) => key[index]))]);
  const children = distinct.size === 0 ? [] : ((await read(lists)) as readonly KeyedRow[]);
  const groups = new Map<unknown, unknown[]>();
  for (const child of children) {
    const key = identity(near.map((_, index) => child[`key${index}`]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [child.row]);
    else group.push(child.row);
  }
  const end = window.limit === null ? undefined : window.offset + window.limit;
  parents.forEach((parent, index) => {
    const key = keyed[index]!;
    const group = key === null ? [] : (groups.get(identity(key)) ?? []);
    (parent as Row)[relation.name] = relation.toMany ? group.slice(window.offset, end) : (group[0] ?? null);
  });
};
