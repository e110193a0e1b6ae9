/** A plan: a statement compiled for one dialect, with everything needed to run it again with other values. */
import type { BoundValue } from "../../base/bound-value.ts";
import { BugError, ValidationError } from "../../base/errors.ts";
import type { ParameterNode, SelectStatement } from "../../ast/expression.ts";
import type { Statement } from "../../ast/statement.ts";
import type { Binding, Dialect } from "../../dialect/dialect.ts";
import { WireReaders } from "../results/object-sink.ts";
import { resultTypes } from "./result-types.ts";
import type { ResultType } from "./result-types.ts";
import type { RepeatedInsert, Sink } from "../../driver/driver.ts";
import { makeLazyRows } from "../../rows/lazy-row.ts";
import { makeReader } from "../../rows/reader.ts";
import type { Reader, ResultForm, ResultShape } from "../../rows/shape.ts";
import { problemWith } from "../../types/check.ts";
import type { Table } from "../../schema/table.ts";
import { changeOf } from "../table-changes.ts";
import type { TableChange } from "../table-changes.ts";
import { rememberWriter } from "../violation.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import type { Codec, ColumnType } from "../../types/column-type.ts";

/** What fills one placeholder: `slot` is an index into the caller's values, -1 for a constant. */
interface Placeholder {
  readonly slot: number;
  readonly constant: BoundValue;
  /** `null` for values that have been checked and travel as they are. */
  readonly encode: ((value: unknown) => BoundValue) | null;
}

export interface Plan {
  readonly sql: string;
  readonly placeholders: readonly Placeholder[];
  /** How to read the rows; the shape behind it serves lazy rows. */
  readonly reader: Reader<unknown>;
  /**
   * How to read them straight from the wire, where a driver offers that; `null` for a statement without rows, and where they are wanted undecoded.
   * `takesBatches`: also those of a stream, all by one sink.
   */
  readonly wire: { newSink(): Sink; readonly takesBatches?: true } | null;
  /** The rows as objects that decode a value when it is first read. */
  readonly lazy: (rows: readonly (readonly unknown[])[]) => unknown[];
  readonly shape: ResultShape;
  /** What the columns of the result hold, by position. */
  readonly results: readonly ResultType[];
  /** Database names of the tables read and written. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Whether it may change something: it writes, or holds SQL of the caller's own, which may call anything. */
  readonly mayWrite: boolean;
  /** Whether it changes nothing for certain and locks nothing, so that a copy of the database may answer it. */
  readonly readsOnly: boolean;
  /** What it changes, cascades of foreign keys included. */
  readonly change: TableChange;
  /** Whether it locks the rows that it reads, so that it has to reach them. */
  readonly locks: boolean;
  /** Whether integers must be read as `bigint`. */
  readonly bigints: boolean;
  /** Whether the answer is the generated key of an inserted row, asked of the driver. */
  readonly returnsKey: boolean;
  /** How it inserts a row for each of many lists of values, which `bind` then takes; `null` for a statement that is run once. */
  readonly repeats: RepeatedInsert | null;
  /** Whether the number of rows is open. */
  readonly batched: boolean;
  /** Whether it reads one row at most. */
  readonly atMostOne: boolean;
}

const hasBigint = (type: ColumnType | null): boolean => type?.kind === "bigint";

/**
 * Compiles `statement`. `parameters` are its parameter nodes in the order of the values that callers will pass to `bind`.
 * `form` says what its rows become.
 */
export const makePlan = (dialect: Dialect, statement: Statement, parameters: readonly ParameterNode[], form: ResultForm): Plan => {
  const compiled = dialect.compile(statement);
  const results = resultTypes(statement);
  const columns = results.map(({ type }) => ({ decode: type === null ? null : dialect.codec(type).decode }));
  const shape: ResultShape = { ...form, columns };
  const reader = makeReader(shape);
  const writer = writerOf(statement);
  if (writer !== null) rememberWriter(compiled.writes, writer);
  // A computed column's parameters come again with every expression that names the column: those of the step that computed it, the first, are the query's own.
  const slots = new Map<ParameterNode, number>();
  for (const [index, parameter] of parameters.entries()) if (!slots.has(parameter)) slots.set(parameter, index);
  const mayWrite = compiled.writes.length > 0 || compiled.holdsRaw === true;
  return {
    sql: compiled.sql,
    placeholders: compiled.bindings.map((binding) => placeholderOf(binding, slots, dialect)),
    reader,
    wire: columns.length === 0 ? null : new WireReaders(shape, reader, compiled.reads),
    lazy: lazily(shape),
    shape,
    results,
    reads: compiled.reads,
    writes: compiled.writes,
    mayWrite,
    readsOnly: !mayWrite && compiled.locks !== true && statement.statement === "select",
    change: changeOf(statement, compiled.writes),
    locks: statement.statement === "select" && statement.lock !== null,
    bigints: results.some(({ type }) => hasBigint(type)),
    returnsKey: compiled.returnsKey === true,
    repeats: compiled.repeats === undefined ? null : { ...compiled.repeats, width: compiled.bindings.length },
    batched: statement.statement === "select" && (statement.limit === null || statement.limitBy !== null) && statement.wrap === null,
    atMostOne: statement.statement === "select" && isOneRow(statement),
  };
};

/** The table that a statement writes. Statements are made of the tables of models, of which they need to know less. */
const writerOf = (statement: Statement): Table | null => {
  if (statement.statement === "insert" || statement.statement === "insertSelect") return statement.table as Table;
  return statement.statement === "update" || statement.statement === "delete" ? (statement.source.table as Table) : null;
};

const isOneRow = ({ limit, wrap }: SelectStatement): boolean => wrap !== null || (limit?.node === "literal" && limit.value === 1);

/** The class of lazy rows is made when the first ones are asked for: most plans never need it. */
const lazily = (shape: ResultShape): Plan["lazy"] => {
  let read: Plan["lazy"] | null = null;
  return (rows) => (read ??= makeLazyRows<unknown>(shape))(rows);
};

const placeholderOf = (binding: Binding, slots: ReadonlyMap<ParameterNode, number>, dialect: Dialect): Placeholder => {
  if (binding.parameter === null) return { slot: -1, constant: binding.constant, encode: null };
  const slot = slots.get(binding.parameter);
  if (slot === undefined) throw new BugError("a statement was compiled with a parameter that its query does not know.");
  return { slot, constant: null, encode: encoderOf(binding.parameter, encodeOf(binding.parameter, binding.encode, dialect)) };
};

type Encode = Codec["encode"];

/** `null` as well for a codec that would only check again what the parameter's type has checked. */
const encodeOf = ({ form, type }: ParameterNode, encode: Encode, dialect: Dialect): Encode => {
  if (form !== "one" || type === null) return encode;
  const codec = dialect.codec(type);
  return codec.onlyChecks === true && codec.encode === encode ? null : encode;
};

/** Checks a value against the parameter's type, then puts it into the form that the dialect binds. */
const encoderOf = (parameter: ParameterNode, encode: Encode): Placeholder["encode"] => {
  const convert = (encode ?? ((value: BoundValue) => value)) as (value: unknown) => BoundValue;
  const { type, name } = parameter;
  const guarded = (value: unknown): BoundValue => {
    try {
      return convert(value);
    } catch (error) {
      throw error instanceof ValueProblem ? refused(name, error.message) : error;
    }
  };
  if (type === null) return guarded;
  const check = (value: unknown): void => {
    const problem = problemWith(type, value);
    if (problem !== null) throw refused(name, problem);
  };
  if (parameter.form === "one") {
    if (parameter.isChecked === true) return encode === null ? null : (value) => (value === null ? null : guarded(value));
    return (value) => {
      if (value === null) return null;
      check(value);
      return encode === null ? (value as BoundValue) : guarded(value);
    };
  }
  if (parameter.form === "pattern") {
    return (value) => {
      check(value);
      return guarded(value);
    };
  }
  if (parameter.form !== "list") return guarded;
  return (value) => {
    if (!Array.isArray(value)) throw refused(name, `expects an array, got ${describe(value)}`);
    for (let index = 0; index < value.length; index++) checkElement(value[index], name, check);
    return guarded(value);
  };
};

const checkElement = (element: unknown, name: string | undefined, check: (value: unknown) => void): void => {
  if (element === null || element === undefined) {
    throw refused(name, `expects an array without null and undefined: nothing equals them. Use '__isNull' beside it`);
  }
  check(element);
};

const refused = (name: string | undefined, problem: string): ValidationError =>
  new ValidationError(`${name === undefined ? "A value" : `'${name}'`} ${problem}.`, name === undefined ? {} : { property: name });

/**
 * The values in the order and form in which the plan's placeholders want them; for a plan that repeats, those of all its lists, one after the other.
 * Throws `ValidationError` for a value that does not fit.
 */
export const bind = (plan: Plan, values: readonly unknown[]): BoundValue[] => {
  const { placeholders } = plan;
  if (plan.repeats !== null) return bindLists(placeholders, values as readonly (readonly unknown[])[]);
  const bound: BoundValue[] = new Array(placeholders.length);
  for (let index = 0; index < placeholders.length; index++) {
    const { slot, encode, constant } = placeholders[index]!;
    if (slot < 0) bound[index] = constant;
    else bound[index] = encode === null ? (values[slot] as BoundValue) : encode(values[slot]);
  }
  return bound;
};

const bindLists = (placeholders: readonly Placeholder[], lists: readonly (readonly unknown[])[]): BoundValue[] => {
  const bound: BoundValue[] = new Array(lists.length * placeholders.length);
  let next = 0;
  for (const values of lists) {
    for (let index = 0; index < placeholders.length; index++) {
      const { slot, encode, constant } = placeholders[index]!;
      if (slot < 0) bound[next++] = constant;
      else bound[next++] = encode === null ? (values[slot] as BoundValue) : encode(values[slot]);
    }
  }
  return bound;
};
