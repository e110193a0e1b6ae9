/** Where every query about a model starts: its names and the root of its shapes. Made once per model. */
import { ConfigurationError } from "../base/errors.ts";
import type { ParameterNode } from "../ast/expression.ts";
import { rootSource } from "../ast/source.ts";
import { parametersOf } from "../ast/walk.ts";
import { Shape } from "../engine/plans/shape.ts";
import type { AnyModel } from "../schema/entity.ts";
import { tableOf } from "../schema/registry.ts";
import type { Table } from "../schema/table.ts";
import type { Step } from "./draft.ts";
import { LookupScope } from "./lookups/lookup-scope.ts";
import { ordering } from "./expressions/ordering.ts";
import type { OrderMaker } from "./expressions/ordering.ts";
import { rowOf } from "./expressions/row-expressions.ts";

export class Root {
  readonly table: Table;
  readonly scope: LookupScope;
  readonly shape: Shape<Step>;
  readonly #orders = new Map<string, OrderMaker>();
  readonly #again: () => Root;
  #inner: Root | null = null;
  /** The state that every query of it begins with, for whoever makes queries. */
  start: object | null = null;

  /** `again` makes the root of the same rows with a source of its own. */
  constructor(table: Table, scope = new LookupScope(table), shape = new Shape<Step>(), again: () => Root = () => secondRoot(table)) {
    this.table = table;
    this.scope = scope;
    this.shape = shape;
    this.#again = again;
  }

  /** The same model seen a second time in one statement: other rows, so another source. */
  get inner(): Root {
    return (this.#inner ??= this.#again());
  }

  /** What `orderBy(key)` adds, for keys of the model itself. */
  order(key: string): OrderMaker {
    const known = this.#orders.get(key);
    if (known !== undefined) return known;
    const made = ordering(this.scope, key);
    this.#orders.set(key, made);
    return made;
  }
}

const secondRoot = (table: Table): Root => new Root(table, new LookupScope(table, new Map(), rootSource(table)));

const roots = new WeakMap<object, Root>();

/** The names of the rows that callbacks being run were given: `where((user) => …)` has `user` in sight. */
const inSight: LookupScope[] = [];
const isInSight = ({ source }: LookupScope): boolean => inSight.some((scope) => scope.source === source);

const computedBy = new WeakMap<LookupScope, ReadonlySet<ParameterNode>>();
const parametersBy = (scope: LookupScope): ReadonlySet<ParameterNode> => {
  let known = computedBy.get(scope);
  if (known === undefined) {
    known = new Set([...scope.computed.values()].flatMap((column) => parametersOf(column.expression)));
    computedBy.set(scope, known);
  }
  return known;
};

/**
 * Whether a parameter is part of a column that the query outside computes, which an inner query names:
 * its value is that query's to give, whenever it runs.
 */
export const isOutside = (parameter: ParameterNode): boolean => inSight.some((scope) => parametersBy(scope).has(parameter));

/**
 * Calls back with a row. A query about the same model that the callback starts is about other rows than this one:
 * `where((user) => exists(select(User).where((other) => other.bossId.eq(user.id))))`.
 */
export const withRow = <T>(scope: LookupScope, callback: (row: object) => T): T => {
  if (isInSight(scope)) {
    throw new ConfigurationError(
      `A query of ${scope.table.modelName} is refined inside a callback that was given a row of the same query, so the two rows cannot be told apart. ` +
        `Start the inner query inside the callback, as in (row) => exists(select(${scope.table.modelName}).where((other) => …)).`,
      { model: scope.table.modelName },
    );
  }
  inSight.push(scope);
  try {
    return callback(rowOf(scope));
  } finally {
    inSight.pop();
  }
};

/** The root, or one of the same rows that no callback was given. */
export const unseen = (root: Root): Root => (isInSight(root.scope) ? unseen(root.inner) : root);

/** The root of a model. Throws `ConfigurationError` for a model with a mistake in it, and for anything that is no model. */
export const rootOf = (model: AnyModel): Root => {
  const known = roots.get(model);
  if (known !== undefined) return inSight.length === 0 ? known : unseen(known);
  if (typeof model !== "function") throw new ConfigurationError("query() takes a model: a class made by extends Model(…).");
  const root = new Root(tableOf(model));
  roots.set(model, root);
  return root;
};
