/** What the rows of a common table are: instances of a model with computed columns beside them, or plain rows. */
import { ConfigurationError } from "../../base/errors.ts";
import type { SelectItem } from "../../ast/expression.ts";
import type { Source } from "../../ast/source.ts";
import type { Table, TableColumn } from "../../schema/table.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { ComputedColumn, Draft } from "../draft.ts";
import { wantedColumns } from "../results/row-result.ts";

/** A computed column of the rows: the name users give it, and its name in the common table. */
interface Named {
  readonly name: string;
  readonly column: string;
  readonly type: ColumnType;
  /** Whether results hold it. */
  readonly shown: boolean;
}

export class DerivedRows {
  /** The common table, as a table of the same model, or of no model. */
  readonly table: Table;
  readonly isEntity: boolean;
  /** The model's columns among its own, in order. */
  readonly kept: readonly TableColumn[];
  /** The properties to fetch, `null` for all. */
  readonly only: Set<string> | null;
  readonly #named: readonly Named[];

  constructor(table: Table, isEntity: boolean, kept: readonly TableColumn[], only: Set<string> | null, named: readonly Named[]) {
    this.table = table;
    this.isEntity = isEntity;
    this.kept = kept;
    this.only = only;
    this.#named = named;
  }

  /** The names of all columns of the common table, in the order of its items. */
  get columns(): readonly string[] {
    return [...this.kept.map(({ name }) => name), ...this.#named.map(({ column }) => column)];
  }

  get named(): readonly Named[] {
    return this.#named;
  }

  /** With one computed column more. */
  with(name: string, column: string, type: ColumnType, shown: boolean): DerivedRows {
    const free = freeName(new Set(this.columns.map((each) => each.toLowerCase())), column, this.columns.length);
    return new DerivedRows(this.table, this.isEntity, this.kept, this.only, [...this.#named, { name, column: free, type, shown }]);
  }

  /** The computed columns as expressions over the common table. */
  computed(source: Source): ComputedColumn[] {
    return this.#named
      .filter(({ shown }) => shown)
      .map(({ name, column, type }) => ({
        name,
        expression: Object.freeze({ node: "column" as const, source, column: { name: column, property: name, type, nullable: true } }),
        type,
        aggregate: false,
        windowed: false,
      }));
  }
}

const longestBytes = 63;

/** `wanted` if it is short enough for every database and not taken; otherwise one made of its place. */
const freeName = (taken: Set<string>, wanted: string, place: number): string => {
  let name = Buffer.byteLength(wanted) > longestBytes || wanted === "" || wanted.includes("\0") ? `column_${place}` : wanted;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `column_${place}_${number}`;
  taken.add(name.toLowerCase());
  return name;
};

/** `posts_rows`, also where the rows are those of another such query. */
const rowsOf = ({ name }: Table): string => (name.endsWith("_rows") ? name : `${name}_rows`);

/** A table of rows that are no model's: every name of theirs is a computed column. */
const plainTable = (table: Table): Table => ({
  ...table,
  name: rowsOf(table),
  softDelete: null,
  columns: [],
  byProperty: new Map(),
  primaryKey: [],
  uniques: [],
  indexes: [],
  foreignKeys: [],
  relationNames: [],
  relation: () => undefined,
  orderBy: [],
  version: null,
});

const besides = ({ table, laterals }: Draft, use: string): ConfigurationError => {
  const name = laterals[0]!.source.relation!.name;
  return new ConfigurationError(
    `${use}: '${name}' is an object beside each row, which no table has. Say what you need of both with select((row) => ({ …: row.${name}.… })).`,
    { model: table.modelName, property: name },
  );
};

const computedOf = (draft: Draft, use: string): readonly ComputedColumn[] | null => {
  if (draft.projection !== null) return draft.projection;
  if (draft.groupBy === null && draft.laterals.length > 0) throw besides(draft, use);
  if (draft.groupBy === null) return null;
  const nested = draft.groupBy.find(({ words }) => words.length > 1);
  if (nested !== undefined) {
    throw new ConfigurationError(
      `${use}: groups by '${nested.words.join(".")}' are nested objects, which no table has. Give it a name with annotate((row) => ({ … })) first, and group by that.`,
      { model: draft.table.modelName },
    );
  }
  return [...draft.groupBy.map(({ column }) => column), ...draft.annotations.values()];
};

const typeOf = ({ name, type }: ComputedColumn, draft: Draft, use: string): ColumnType => {
  if (type !== null) return type;
  throw new ConfigurationError(
    `${use}: '${name}' is SQL of your own, whose type only the database knows. Put a function of known type around it, as in concat(sql\`…\`, ""), or compute it afterwards.`,
    { model: draft.table.modelName, property: name },
  );
};

/** The rows of a query as a source. */
export const derivedRows = (draft: Draft, use: string): DerivedRows => {
  const plain = computedOf(draft, use);
  const kept = plain === null ? wantedColumns(draft) : [];
  const computed = plain ?? [...draft.annotations.values()];
  const taken = new Set(kept.map(({ name }) => name.toLowerCase()));
  const named = computed.map((column, place) => ({
    name: column.name,
    column: freeName(taken, column.name, place + 1),
    type: typeOf(column, draft, use),
    shown: true,
  }));
  const isWhole = kept.length === draft.table.columns.length;
  const only = plain !== null || isWhole ? null : new Set(kept.map(({ property }) => property));
  const table = plain === null ? { ...draft.table, name: rowsOf(draft.table), softDelete: null } : plainTable(draft.table);
  return new DerivedRows(table, plain === null, kept, only, named);
};

const differs = (draft: Draft, use: string, what: string): ConfigurationError =>
  new ConfigurationError(
    `${use}: the queries do not give rows of one form: ${what}. Let all of them select the same names, with values of the same kind.`,
    {
      model: draft.table.modelName,
    },
  );

/** The items of a query in the order of the columns of `rows`; its computed columns are found by name. */
export const partItems = (rows: DerivedRows, draft: Draft, use: string): readonly SelectItem[] => {
  const own = derivedRows(draft, use);
  if (own.isEntity !== rows.isEntity) throw differs(draft, use, "some are of a model, others are not");
  if (own.kept.length !== rows.kept.length || own.kept.some((column, index) => column !== rows.kept[index]))
    throw differs(draft, use, `columns of ${draft.table.modelName} stand beside others`);
  if (own.named.length !== rows.named.length)
    throw differs(draft, use, `${rows.named.length} computed columns stand beside ${own.named.length}`);
  const computed = computedOf(draft, use) ?? [...draft.annotations.values()];
  const values = rows.named.map(({ name, type }): SelectItem => {
    const column = computed.find((each) => each.name === name);
    if (column === undefined) throw differs(draft, use, `'${name}' is missing in one`);
    if (column.type?.kind !== type.kind)
      throw differs(draft, use, `'${name}' is of kind ${type.kind} in one and ${column.type?.kind} in another`);
    // In the form of the first query's: a decimal with as many digits.
    return { expression: column.expression, alias: null, type };
  });
  return [
    ...rows.kept.map((column): SelectItem => ({
      expression: { node: "column", source: draft.source, column },
      alias: null,
      type: column.type,
    })),
    ...values,
  ];
};
