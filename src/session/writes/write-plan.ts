/** Writes of single rows, by plans that are kept in the model's trie of shapes like those of queries. */
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import type { Statement } from "../../ast/statement.ts";
import type { Source } from "../../ast/source.ts";
import { readAll } from "../../engine/run.ts";
import type { Rows, Runner } from "../../engine/run.ts";
import { conjunction } from "../../query/draft.ts";
import type { Root } from "../../query/root.ts";
import { ResultColumns } from "../../query/results/row-result.ts";
import { planOf } from "../../query/terminal.ts";
import type { TerminalStep } from "../../query/terminal.ts";
import type { Table, TableColumn } from "../../schema/table.ts";

/** What a write did: how many rows, and what `RETURNING` gave for each, decoded. */
export interface Written {
  readonly count: number;
  readonly rows: readonly (readonly unknown[])[];
  /** Of many rows those, from 0, that a trigger kept out, where the database tells. */
  readonly keptOut: Rows["keptOut"];
}

/** A write without its values. `statement` gets the source and the columns to return. */
export interface WritePlan {
  readonly parameters: readonly ParameterNode[];
  readonly returning: readonly TableColumn[];
  /** Whether each returned row begins with its place among the given ones, from 1. */
  readonly places?: true;
  readonly statement: (source: Source, returning: ResultColumns["items"]) => Statement;
}

export const parameterFor = (column: TableColumn): ParameterNode => ({
  node: "parameter",
  form: "one",
  type: column.type,
  value: undefined,
  name: column.property,
});

/** The values of a column for many rows. */
export const listFor = (table: Table, column: TableColumn): ParameterNode => ({
  ...parameterFor(column),
  form: "column",
  isChecked: true,
  column: { table, column },
});

/** `"id" = ?` for every column of the primary key, with the parameters in order. */
export const keyTest = (table: Table, source: Source): { readonly node: ExpressionNode; readonly parameters: readonly ParameterNode[] } => {
  const parameters = table.primaryKey.map(parameterFor);
  const tests = table.primaryKey.map((column, index): ExpressionNode => {
    const left: ExpressionNode = { node: "column", source, column };
    return { node: "comparison", operator: "=", left, right: parameters[index]! };
  });
  return { node: conjunction(tests)!, parameters };
};

const stepOf = ({ parameters, returning, places, statement }: WritePlan): TerminalStep => ({
  parameters,
  apply: () => {},
  finish: (draft) => {
    const result = new ResultColumns();
    if (places === true) result.add({ node: "given", list: null }, { kind: "int" });
    for (const column of returning) result.addColumn(draft.source, column);
    return { statement: statement(draft.source, result.items), form: { form: "tuples" } };
  },
});

/** Runs the write; `makePlan` is called only when the shape is new. */
export const runWrite = (
  runner: Runner,
  root: Root,
  key: string,
  makePlan: () => WritePlan,
  values: readonly unknown[],
  signal?: AbortSignal,
): MaybePromise<Written> => {
  const shape = root.shape.childFor(key, () => stepOf(makePlan()));
  const plan = planOf(root, shape, runner.dialect);
  return whenDone(runner.run(plan, values, signal), (answer) => ({
    count: answer.count,
    rows: plan.shape.columns.length === 0 ? [] : (readAll(plan, answer) as unknown[][]),
    keptOut: answer.keptOut,
  }));
};
