/** The rows of a statement in whatever form the caller likes best; nothing is decoded before it is asked for. */
import { BugError, ConfigurationError, MultipleResultsFound, NoResultFound } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { Lru } from "../../base/lru.ts";
import type { Dialect } from "../../dialect/dialect.ts";
import { makeReader } from "../../rows/reader.ts";
import type { ObjectShape, Reader, ResultColumn, ResultShape } from "../../rows/shape.ts";
import type { ColumnSet } from "../../rows/columns/column-set.ts";
import type { ModelOf } from "../../schema/entity.ts";
import { tableOf } from "../../schema/registry.ts";
import { loadArrow } from "./arrow-door.ts";
import type { ArrowTable } from "./arrow-door.ts";
import type { WantedColumn } from "./column-sink.ts";
import { columnsOfRows, wantedColumns } from "./columnar.ts";
import type { Plan } from "../plans/plan.ts";
import type { Rows } from "../run.ts";

type Undecoded = readonly (readonly unknown[])[];

/** What rows of the same columns share. */
interface Form {
  readonly columns: readonly string[];
  /** Where each of the columns is in a row. */
  readonly positions: readonly number[];
  readonly shape: ResultShape;
  /** `null` until rows are wanted as objects. */
  reader: Reader<unknown> | null;
  readonly wanted: readonly WantedColumn[];
  /** Database names of the tables read, for messages. */
  readonly tables: readonly string[];
}

const namesOf = (properties: ObjectShape["properties"]): Pick<Form, "columns" | "positions"> => ({
  columns: Object.freeze(properties.map(({ name }) => name)),
  positions: properties.map(({ position }) => position),
});

/** By the names of their columns: making code for the objects of one row would cost ten times the query (`npm run bench -- by-id`). */
const rawForms = new Lru<string, Form>(500);

const rawFormOf = (names: readonly string[]): Form => {
  let form = formsByNames.get(names);
  if (form === undefined) formsByNames.set(names, (form = rawFormNamed(names)));
  return form;
};

/** Drivers give the same array of names for the same statement, where they can. */
const formsByNames = new WeakMap<readonly string[], Form>();

const rawFormNamed = (names: readonly string[]): Form => {
  const key = names.join("\0");
  const known = rawForms.get(key);
  if (known !== undefined && known.columns.length === names.length) return known;
  const properties = names.map((name, position) => ({ name, position }));
  const columns = properties.map(() => ({ decode: null }));
  const shape: ResultShape = { form: "objects", columns, object: { properties, nested: [], prototype: null } };
  const wanted = properties.map(({ name, position }) => ({ name, position, format: null, decode: null }));
  const made: Form = { ...namesOf(properties), shape, reader: null, wanted, tables: [] };
  rawForms.set(key, made);
  return made;
};

const planForms = new WeakMap<Plan, Form>();

const formOfPlan = (plan: Plan, { properties }: ObjectShape): Form => {
  const known = planForms.get(plan);
  if (known !== undefined) return known;
  const { shape, reader, reads } = plan;
  const made: Form = { ...namesOf(properties), shape, reader, wanted: wantedColumns(plan), tables: reads };
  planForms.set(plan, made);
  return made;
};

export class Result<Row> implements Iterable<Row> {
  readonly #rows: Undecoded;
  readonly #form: Form;
  readonly #dialect: Dialect;
  #objects: Row[] | null = null;
  /** Rows returned; for a write without RETURNING, rows changed. */
  readonly rowCount: number;

  readonly #fields: Rows["fields"];

  private constructor(answer: Rows, form: Form, dialect: Dialect) {
    this.#rows = answer.rows;
    this.#fields = answer.fields;
    this.#form = form;
    this.#dialect = dialect;
    this.rowCount = answer.count;
  }

  /** Rows whose columns only the database knows: values come as the driver reads them. */
  static raw<Row>(answer: Rows, dialect: Dialect): Result<Row> {
    return new Result<Row>(answer, rawFormOf(answer.columns), dialect);
  }

  /** Rows of a statement about models. Its columns are those of the objects themselves, not of objects within. */
  static planned<Row>(answer: Rows, plan: Plan, dialect: Dialect): Result<Row> {
    const { shape } = plan;
    if (shape.form !== "objects") throw new BugError("a statement about models was executed for something else than objects.");
    return new Result<Row>(answer, formOfPlan(plan, shape.object), dialect);
  }

  /** The names of the columns, in order. */
  get columns(): readonly string[] {
    return this.#form.columns;
  }

  /** All rows as objects; `[]` when there is none. Throws when two columns have one name, since one of them would be lost. */
  all(): Row[] {
    return [...this.#made()];
  }

  #made(): readonly Row[] {
    if (this.#objects !== null) return this.#objects;
    const form = this.#form;
    if (form.reader === null) {
      this.#assertDistinctNames();
      form.reader = makeReader(form.shape);
    }
    // What the form's reader makes is what the caller of `execute` vouches for.
    return (this.#objects = form.reader.all(this.#rows) as Row[]);
  }

  /** The first row, or `null`. */
  first(): Row | null {
    return this.#made()[0] ?? null;
  }

  /** The only row. Throws `NoResultFound` or `MultipleResultsFound`. */
  one(): Row {
    const row = this.oneOrNull();
    if (row === null) throw new NoResultFound("one(): the statement returned no row. Use oneOrNull() or first() if there may be none.");
    return row;
  }

  /** The only row, or `null`. Throws `MultipleResultsFound`. */
  oneOrNull(): Row | null {
    if (this.#rows.length > 1) throw new MultipleResultsFound(`The statement returned ${this.#rows.length} rows, and one was expected.`);
    return this.first();
  }

  /** The first column of the first row; `null` when there is no row. */
  scalar(): unknown {
    const row = this.#rows[0];
    return row === undefined ? null : this.#value(row, this.#form.positions[0]!);
  }

  /** The same rows as arrays in column order: the fastest form. */
  tuples(): unknown[][] {
    const { positions, shape } = this.#form;
    const columns = positions.map((position) => shape.columns[position]!);
    const rows = this.#rows.map((row) => positions.map((position) => row[position]));
    return columns.every(({ decode }) => decode === null) ? rows : makeReader<unknown[]>({ form: "tuples", columns }).all(rows);
  }

  /**
   * The rows by columns, in typed arrays. Raw SQL says no types: they are the server's on PostgreSQL, and those of the values on SQLite.
   * Throws when two columns have one name, and for values of several kinds in one column.
   */
  toColumns(): ColumnSet<Row> {
    this.#assertDistinctNames();
    // The columns are those of the rows.
    return columnsOfRows(this.#form.wanted, this.#rows, this.#fields, this.#form.tables) as ColumnSet<Row>;
  }

  /** The same as a `Table` of apache-arrow. Throws `ConfigurationError` where that library is not installed. */
  async toArrow(): Promise<ArrowTable> {
    const { table } = await loadArrow();
    return table(this.toColumns());
  }

  /** The values of one column. Throws `ConfigurationError` for a name that the result does not have. */
  column<K extends keyof Row>(name: K): Row[K][] {
    const index = this.columns.indexOf(String(name));
    if (index < 0) throw this.#noColumn(String(name));
    return this.#rows.map((row) => this.#value(row, this.#form.positions[index]!) as Row[K]);
  }

  #value(row: readonly unknown[], position: number): unknown {
    const stored = row[position];
    // Each column's codec decodes what the database stores for it.
    const decode = this.#form.shape.columns[position]!.decode as ((stored: unknown) => unknown) | null;
    return decode === null || stored === null ? stored : decode(stored);
  }

  /** The rows as instances of a model, by the names of its columns in the database; other columns are left out. Throws when one is missing. */
  toModels<E>(model: ModelOf<E>): E[] {
    const table = tableOf(model);
    const positions = table.columns.map((column) => {
      const position = this.columns.indexOf(column.name);
      if (position < 0) throw this.#noColumn(column.name, table.modelName);
      return position;
    });
    const columns: ResultColumn[] = this.columns.map(() => ({ decode: null }));
    table.columns.forEach((column, index) => (columns[positions[index]!] = { decode: this.#dialect.codec(column.type).decode }));
    const properties = table.columns.map((column, index) => ({ name: column.property, position: positions[index]! }));
    const shape: ResultShape = { form: "objects", columns, object: { properties, nested: [], prototype: table.model.prototype } };
    return makeReader<E>(shape).all(this.#rows);
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.all()[Symbol.iterator]();
  }

  #assertDistinctNames(): void {
    const twice = this.columns.find((name, index) => this.columns.indexOf(name) !== index);
    if (twice === undefined) return;
    throw new ConfigurationError(
      `The result has two columns called '${twice}', and an object can hold one. Give them aliases, or read tuples().`,
      {
        column: twice,
      },
    );
  }

  #noColumn(name: string, model?: string): ConfigurationError {
    const use = model === undefined ? "" : `, which ${model} needs`;
    return new ConfigurationError(`The result has no column '${name}'${use}.${didYouMean(name, this.columns)}`, {
      column: name,
      ...(model === undefined ? {} : { model }),
    });
  }
}
