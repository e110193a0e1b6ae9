/** One row by its primary key: the shortest way from a model to an instance. */
import { ConfigurationError } from "../../base/errors.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { readAll, readFirst } from "../../engine/run.ts";
import type { Runner } from "../../engine/run.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import type { Table } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import { conjunction } from "../draft.ts";
import type { Step } from "../draft.ts";
import { comparable } from "../lookups/lookup-scope.ts";
import type { Root } from "../root.ts";
import { rowResult } from "../results/row-result.ts";
import { planOf, selectOf } from "../terminal.ts";
import type { TerminalStep } from "../terminal.ts";

/** The last step of a query for one row by primary key; its values are the key's columns in order. */
class ByKey implements StepMaker<Step> {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  makeStep(): TerminalStep {
    const parameters = this.#table.primaryKey.map(({ type, property }): ParameterNode => ({
      node: "parameter",
      form: "one",
      type: comparable(type),
      value: undefined,
      name: property,
    }));
    return {
      parameters,
      apply: () => {},
      finish: (draft) => {
        const tests = this.#table.primaryKey.map((column, index): ExpressionNode => {
          const left: ExpressionNode = { node: "column", source: draft.source, column };
          return { node: "comparison", operator: "=", left, right: parameters[index]! };
        });
        const { items, form } = rowResult(draft);
        const limit = { node: "literal", value: 1 } as const;
        return { statement: { ...selectOf(draft, items, []), where: conjunction(tests), limit }, form };
      },
    };
  }
}

const makers = new WeakMap<Table, ByKey>();
const makerOf = (table: Table): ByKey => {
  const known = makers.get(table) ?? new ByKey(table);
  makers.set(table, known);
  return known;
};

/** The values of a primary key in column order. Throws `ConfigurationError` when they are not all there. */
export const keyValues = (table: Table, key: unknown): unknown[] => {
  const { primaryKey, modelName } = table;
  if (primaryKey.length === 1 && (typeof key !== "object" || key === null || key instanceof Date || key instanceof Uint8Array)) {
    if (key !== null && key !== undefined) return [key];
    throw new ConfigurationError(
      `${modelName} was asked for by ${describe(key)}; its primary key '${primaryKey[0]!.property}' is never that.`,
      {
        model: modelName,
      },
    );
  }
  const names = primaryKey.map((column) => column.property);
  const given = typeof key === "object" && key !== null ? Object.keys(key) : [];
  const present = names.filter((name) => given.includes(name) && ((key as Record<string, unknown>)[name] ?? null) !== null);
  if (given.length !== names.length || present.length !== names.length) {
    throw new ConfigurationError(
      `The primary key of ${modelName} is ${names.length === 1 ? "one value" : "several columns"}: pass { ${names.join(", ")} }, each with a value.`,
      { model: modelName, properties: names },
    );
  }
  return names.map((name) => (key as Record<string, unknown>)[name]);
};

/** The row with this key, or `null`. Soft-deleted rows are not found. */
export const findByKey = (runner: Runner, root: Root, key: unknown, signal?: AbortSignal): MaybePromise<unknown> => {
  const shape = root.shape.child(makerOf(root.table));
  const plan = planOf(root, shape, runner.dialect);
  const answer = runner.run(plan, keyValues(root.table, key), signal);
  return whenDone(answer, (rows) => {
    if (runner.adopt === undefined) return readFirst(plan, rows);
    const [found] = readAll(plan, rows, runner);
    return found ?? null;
  });
};
