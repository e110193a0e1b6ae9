/** Where every query about a model starts: its names and the root of its shapes. Made once per model. */
import { ConfigurationError } from "../base/errors.ts";
import { Shape } from "../engine/shape.ts";
import type { AnyModel } from "../schema/entity.ts";
import { tableOf } from "../schema/registry.ts";
import type { Table } from "../schema/table.ts";
import type { Step } from "./draft.ts";
import { LookupScope } from "./lookup-scope.ts";
import { ordering } from "./ordering.ts";
import type { OrderMaker } from "./ordering.ts";

export class Root {
  readonly table: Table;
  readonly scope: LookupScope;
  readonly shape = new Shape<Step>();
  readonly #orders = new Map<string, OrderMaker>();

  constructor(table: Table) {
    this.table = table;
    this.scope = new LookupScope(table);
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

const roots = new WeakMap<object, Root>();

/** The root of a model. Throws `ConfigurationError` for a model with a mistake in it, and for anything that is no model. */
export const rootOf = (model: AnyModel): Root => {
  const known = roots.get(model);
  if (known !== undefined) return known;
  if (typeof model !== "function") throw new ConfigurationError("query() takes a model: a class made by extends Model(…).");
  const root = new Root(tableOf(model));
  roots.set(model, root);
  return root;
};
