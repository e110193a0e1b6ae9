/**
 * A query whose rows become rows of a model: which of its expressions go into which columns.
 *
 *     INSERT INTO "archive" ("title", "kept_at") SELECT "title", now() FROM "posts" WHERE …
 */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { ParameterNode, SelectItem, SelectStatement } from "../../ast/expression.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { derivedRows, partItems } from "./derived-rows.ts";
import type { Draft, Step } from "../draft.ts";
import { innerSelect } from "./inner-select.ts";
import { RefinableQuery } from "../refinable-query.ts";
import { orderOf, selectOf } from "../terminal.ts";

/** The columns that are written, and the select that gives their values in this order. */
export interface InsertedSelect {
  readonly columns: readonly TableColumn[];
  readonly select: SelectStatement;
  /** Whether the query is known to have no rows. */
  readonly isNothing: boolean;
}

const use = "insertFrom()";

const mistake = (table: Table, property: string, message: string): ConfigurationError =>
  new ConfigurationError(`${use}: ${message}`, { model: table.modelName, property });

/** Whole numbers fit where larger or floating ones go; everything else goes where its own kind does. */
const fits = (given: ColumnType, wanted: ColumnType): boolean => {
  if (given.kind === "array" && wanted.kind === "array") return fits(given.element ?? given, wanted.element ?? wanted);
  return given.kind === wanted.kind || (given.kind === "int" && (wanted.kind === "bigint" || wanted.kind === "float"));
};

const columnFor = (table: Table, name: string, type: ColumnType): TableColumn => {
  const column = table.byProperty.get(name);
  if (column === undefined)
    throw mistake(table, name, `${table.modelName} has no column '${name}'.${didYouMean(name, table.byProperty.keys())}`);
  if (column.computed !== null)
    throw mistake(table, name, `${table.modelName}.${name} is computed by the database. Leave it out of the query.`);
  if (fits(type, column.type)) return column;
  throw mistake(
    table,
    name,
    `'${name}' of the query is of kind ${type.kind}, and ${table.modelName}.${name} of kind ${column.type.kind}. Convert it in select(…).`,
  );
};

/** What a column gets in every row when the query says nothing of it; `null` leaves it to the database. */
const fillerFor = (table: Table, column: TableColumn, { distinct }: Draft): SelectItem | null => {
  const { default: filler, property, type } = column;
  if (filler === null) {
    if (column.nullable || column.generated || column.computed !== null) return null;
    throw mistake(
      table,
      property,
      `the query gives nothing for ${table.modelName}.${property}, which has no default. Name it in select().`,
    );
  }
  if (filler.from === "function") {
    throw mistake(
      table,
      property,
      `the default of ${table.modelName}.${property} is a function, which the database cannot call for each row. Name the column in select(), as in ${property}: sql\`…\`, or give it a default of SQL.`,
    );
  }
  if (filler.from === "sql" && distinct) {
    throw mistake(
      table,
      property,
      `the default of ${table.modelName}.${property} would be a part of what distinct() compares. Insert from(query).select(…).`,
    );
  }
  const value: ParameterNode | null =
    filler.from === "value" ? { node: "parameter", form: "one", type, value: filler.value, name: property } : null;
  return { expression: value ?? (filler as { readonly expression: SelectItem["expression"] }).expression, alias: null, type };
};

interface Filled {
  readonly columns: readonly TableColumn[];
  readonly items: readonly SelectItem[];
}

/** One for each table: a query that goes into several is several shapes. */
class IntoTable implements StepMaker<Step> {
  makeStep(): Step {
    return { parameters: [], apply: () => {} };
  }
}
const makers = new WeakMap<Table, IntoTable>();
const makerFor = (table: Table): IntoTable => {
  let maker = makers.get(table);
  if (maker === undefined) makers.set(table, (maker = new IntoTable()));
  return maker;
};

const filledBy = new WeakMap<Step, Filled>();

const selectInto = (table: Table, step: Step, draft: Draft): SelectStatement => {
  const rows = derivedRows(draft, use);
  if (rows.isEntity) {
    throw new ConfigurationError(
      `${use}: the query gives whole rows of ${draft.table.modelName}. Say what goes into which column with select((row) => ({ … })), or groupBy(…).`,
      { model: draft.table.modelName },
    );
  }
  const given = rows.named.map(({ name, type }) => columnFor(table, name, type));
  const rest = table.columns.filter((column) => !given.includes(column));
  const fillers = rest.flatMap((column) => {
    const item = fillerFor(table, column, draft);
    return item === null ? [] : [{ column, item }];
  });
  filledBy.set(step, { columns: [...given, ...fillers.map(({ column }) => column)], items: fillers.map(({ item }) => item) });
  const items = partItems(rows, draft, use).map((item, index): SelectItem => ({ ...item, type: given[index]!.type }));
  return selectOf(draft, items, orderOf(draft));
};

/** What `query` inserts into `table`. Throws `ConfigurationError` for a query whose rows do not fit. */
export const selectFor = (table: Table, query: unknown): InsertedSelect => {
  if (!RefinableQuery.isQuery(query))
    throw new ConfigurationError(
      `${use} takes a model and a query, as in insertFrom(Archive, select(Post).select(…)), not ${describe(query)}.`,
    );
  const { state } = query;
  const shape = state.shape.child(makerFor(table));
  const select = innerSelect({ ...state, shape }, (draft) => selectInto(table, shape.step!, draft), use);
  const { columns, items } = filledBy.get(shape.step!)!;
  return { columns, select: { ...select, items: [...select.items, ...items] }, isNothing: state.isNothing };
};
