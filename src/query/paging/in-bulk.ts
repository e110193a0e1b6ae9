/** Many rows by their primary keys, in one statement: one list of values per key column. */
import { ConfigurationError } from "../../base/errors.ts";
import type { InNode, ParameterNode } from "../../ast/expression.ts";
import type { KeyPair } from "../../ast/source.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import type { Table } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { keyValues } from "./by-key.ts";
import type { Step } from "../draft.ts";
import { rowsOf } from "../loading/joined-rows.ts";
import { comparable } from "../lookups/lookup-scope.ts";
import { keyReader } from "../loading/row-key.ts";
import { assertWithout } from "../terminal.ts";
import type { TerminalStep } from "../terminal.ts";

/** The last step of the query. Its values are one list per column of the key. */
class ByKeys implements StepMaker<Step> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  makeStep(): TerminalStep {
    const lists = this.#table.primaryKey.map(({ type, property }): ParameterNode => ({
      node: "parameter",
      form: "list",
      type: comparable(type),
      value: undefined,
      name: property,
    }));
    return {
      parameters: lists,
      apply: () => {},
      finish: (draft) => {
        assertWithout(draft, "inBulk()", "limit", "group", "distinct", "lateral");
        if (draft.projection !== null)
          throw new ConfigurationError(`inBulk() of ${draft.table.modelName} gives whole objects, and does not go together with select().`);
        const tests = this.#table.primaryKey.map((column, index): InNode => ({
          node: "in",
          operand: { node: "column", source: draft.source, column },
          list: lists[index]!,
          negated: false,
        }));
        return rowsOf(draft, [], { where: tests });
      },
    };
  }
}

const makers = new WeakMap<Table, ByKeys>();
export const byKeysOf = (table: Table): StepMaker<Step> => {
  const known = makers.get(table) ?? new ByKeys(table);
  makers.set(table, known);
  return known;
};

/** The distinct keys that were asked for. */
export class AskedKeys {
  /** Their values, one list per column. */
  readonly lists: readonly (readonly unknown[])[];
  readonly #asked: readonly (readonly [id: unknown, key: unknown])[];
  readonly #keyOf: (row: Readonly<Record<string, unknown>>) => unknown;

  /** Throws `ConfigurationError` for something that is no list of keys. */
  constructor(table: Table, ids: unknown) {
    const list = typeof ids === "object" && ids !== null && Symbol.iterator in ids ? [...(ids as Iterable<unknown>)] : null;
    if (list === null)
      throw new ConfigurationError(`inBulk() of ${table.modelName} takes an array of primary keys, not ${describe(ids)}.`, {
        model: table.modelName,
      });
    const names = table.primaryKey.map(({ property }) => property);
    const pairs = table.primaryKey.map((column): KeyPair => [column, column]);
    this.#keyOf = keyReader(pairs, names);
    const values = new Map<unknown, readonly unknown[]>();
    this.#asked = list.map((id) => {
      const parts = keyValues(table, id);
      const key = this.#keyOf(Object.fromEntries(names.map((name, index) => [name, parts[index]])));
      if (!values.has(key)) values.set(key, parts);
      return [id, key] as const;
    });
    this.lists = names.map((_, index) => Array.from(values.values(), (parts) => parts[index]));
  }

  get isEmpty(): boolean {
    return this.#asked.length === 0;
  }

  /** The rows by the keys as they were given, in their order. Rows that mix the parts of two keys are nobody's. */
  matched(rows: readonly unknown[]): Map<unknown, unknown> {
    const found = new Map(rows.map((row) => [this.#keyOf(row as Record<string, unknown>), row]));
    return new Map(this.#asked.filter(([, key]) => found.has(key)).map(([id, key]) => [id, found.get(key)]));
  }
}
