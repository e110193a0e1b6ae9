/**
 * Prepared queries: built once, run with other values and no building at all.
 *
 * The query is built with sample values, and again with one sample changed at a time: the places whose value changes belong to that parameter.
 * Both times it must be the same question, down to its place in the trie of shapes; then its plan is the plan for every value.
 */
import { ConfigurationError, MultipleResultsFound, NoResultFound, ValidationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { startedLimit } from "../engine/call-limit.ts";
import type { Runner } from "../engine/run.ts";
import type { AnyColumn, TypeOf } from "../schema/columns/column.ts";
import { definitionOf } from "../schema/columns/column-builder.ts";
import { describe } from "../types/column-type.ts";
import type { ColumnType } from "../types/column-type.ts";
import type { CallOptions, CompiledQuery, Query } from "./query.ts";
import { QueryBuilder } from "./query-builder.ts";
import { samplesOf } from "./samples.ts";

/** The parameters of a prepared query: names with the types of columns, and lists as `array(int())`. */
export interface Parameters {
  readonly [name: string]: AnyColumn;
}
/** The values that a prepared query is run with. */
export type ParameterValues<C extends Parameters> = { readonly [K in keyof C]: NonNullable<TypeOf<C[K]>> };

/** A query that was built once. Its verbs take the values of its parameters. */
export interface PreparedQuery<in V, out Row> {
  /** The same query on an engine or a session. */
  on(runner: Runner): PreparedQuery<V, Row>;
  /** Every row; `[]` when there is none. */
  all(values: V, options?: CallOptions): Promise<Row[]>;
  /** The first row, by primary key when the query has no order; `null` when there is none. */
  first(values: V, options?: CallOptions): Promise<Row | null>;
  /** The only row. Throws `NoResultFound` or `MultipleResultsFound`. */
  one(values: V, options?: CallOptions): Promise<Row>;
  /** The only row, or `null`. Throws `MultipleResultsFound`. */
  oneOrNull(values: V, options?: CallOptions): Promise<Row | null>;
  /** How many rows there are. */
  count(values: V, options?: CallOptions): Promise<number>;
  /** Whether there is a row. */
  exists(values: V, options?: CallOptions): Promise<boolean>;
  /** The statement that `all()` would send, and its values. */
  toSQL(values: V): CompiledQuery;
}

type Values = Readonly<Record<string, unknown>>;

/** A place among a query's values, and the parameter that fills it. */
interface Slot {
  readonly place: number;
  readonly name: string;
}

const typesOf = (parameters: unknown): Map<string, ColumnType> => {
  if (typeof parameters !== "object" || parameters === null)
    throw new ConfigurationError(
      `prepare() takes its parameters as an object of columns, such as { age: int() }, not ${describe(parameters)}.`,
    );
  return new Map(
    Object.entries(parameters).map(([name, column]) => {
      const definition = definitionOf(column);
      if (definition !== undefined) return [name, definition.type] as const;
      throw new ConfigurationError(
        `prepare(): the parameter '${name}' is ${describe(column)}. Give it the type of a column, as in ${name}: int().`,
      );
    }),
  );
};

const buildWith = (build: (values: never) => unknown, samples: Values): QueryBuilder => {
  const query = QueryBuilder.of(build(samples as never));
  if (query !== null) return query;
  throw new ConfigurationError("prepare() takes a function that returns a query without a verb: (values) => engine.query(User).filter(…).");
};

const isSame = (left: unknown, right: unknown): boolean =>
  Object.is(left, right) ||
  (Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((each, index) => isSame(each, right[index])));

const dependent = (name: string): ConfigurationError =>
  new ConfigurationError(
    `prepare(): what the query asks depends on the value of '${name}', or the value is calculated with before it is bound. ` +
      `Pass it on as it is, and let SQL calculate: where((row) => row.age.plus(1).gt(age)).`,
  );

/** Where the values of each parameter go. Throws `ConfigurationError` for one that is used nowhere, or not as it is. */
const slotsOf = (build: (values: never) => unknown, types: ReadonlyMap<string, ColumnType>): { query: QueryBuilder; slots: Slot[] } => {
  const samples = new Map(Array.from(types, ([name, type]) => [name, samplesOf(type)] as const));
  const first = Object.fromEntries(Array.from(samples, ([name, [sample]]) => [name, sample]));
  const query = buildWith(build, first);
  const { shape, values } = query.state;
  const slots: Slot[] = [];
  for (const [name, [before, after]] of samples) {
    const other = buildWith(build, { ...first, [name]: after }).state;
    if (other.shape !== shape || other.values.length !== values.length || other.root !== query.state.root) throw dependent(name);
    const places = values.map((_, place) => place).filter((place) => !isSame(values[place], other.values[place]));
    if (places.some((place) => !isSame(values[place], before) || !isSame(other.values[place], after))) throw dependent(name);
    if (places.length === 0)
      throw new ConfigurationError(
        `prepare(): the query has no place for the parameter '${name}'. Use it, or leave it out; in relations of with() it cannot be.`,
      );
    slots.push(...places.map((place) => ({ place, name })));
  }
  return { query, slots };
};

class Prepared {
  readonly #query: QueryBuilder;
  readonly #names: readonly string[];
  readonly #slots: readonly Slot[];

  constructor(query: QueryBuilder, names: readonly string[], slots: readonly Slot[]) {
    this.#query = query;
    this.#names = names;
    this.#slots = slots;
  }

  on(runner: Runner): Prepared {
    return new Prepared(this.#query.on(runner), this.#names, this.#slots);
  }

  /** The query's values with those given. */
  #values(given: Values): unknown[] {
    const values = this.#query.state.values.slice();
    for (const { place, name } of this.#slots) {
      const value = given[name];
      if (value === null || value === undefined) throw this.#missing(name, value);
      values[place] = value;
    }
    return values;
  }

  #missing(name: string, value: unknown): ValidationError {
    return new ValidationError(
      `'${name}' of a prepared query expects a value, got ${describe(value)}. Whether something is null is another question, for a query of its own.`,
      { property: name },
    );
  }

  #check(given: unknown): Values {
    if (typeof given !== "object" || given === null)
      throw new ConfigurationError(`A prepared query takes its values as an object of ${this.#names.join(", ")}, not ${describe(given)}.`);
    const keys = Object.keys(given);
    const unknown = keys.length === this.#names.length ? undefined : keys.find((key) => !this.#names.includes(key));
    if (unknown === undefined) return given as Values;
    throw new ConfigurationError(
      `A prepared query was given '${unknown}', which is no parameter of it.${didYouMean(unknown, this.#names)}`,
    );
  }

  async all(given: unknown, options?: CallOptions): Promise<unknown[]> {
    return this.#query.runPrepared("all", this.#values(this.#check(given)), startedLimit(options));
  }

  async first(given: unknown, options?: CallOptions): Promise<unknown> {
    return (await this.#few("first", given, options))[0] ?? null;
  }

  async oneOrNull(given: unknown, options?: CallOptions): Promise<unknown> {
    const rows = await this.#few("only", given, options);
    if (rows.length < 2) return rows[0] ?? null;
    const { modelName } = this.#query.state.root.table;
    throw new MultipleResultsFound(`Several ${modelName} rows match the prepared query, and one was expected. Narrow it, or use first().`, {
      model: modelName,
    });
  }

  async one(given: unknown, options?: CallOptions): Promise<unknown> {
    const row = await this.oneOrNull(given, options);
    if (row !== null) return row;
    const { modelName } = this.#query.state.root.table;
    throw new NoResultFound(`one(): no ${modelName} matches the prepared query. Use oneOrNull() or first() if there may be none.`, {
      model: modelName,
    });
  }

  /** A limit of the query's own may be a parameter: then the first rows are those of all. */
  #few(verb: "first" | "only", given: unknown, options?: CallOptions): Promise<unknown[]> {
    const values = this.#values(this.#check(given));
    return this.#query.runPrepared(this.#query.state.limit === null ? verb : "all", values, startedLimit(options));
  }

  async count(given: unknown, options?: CallOptions): Promise<unknown> {
    return this.#query.valuePrepared("count", this.#values(this.#check(given)), options);
  }

  async exists(given: unknown, options?: CallOptions): Promise<unknown> {
    return this.#query.valuePrepared("exists", this.#values(this.#check(given)), options);
  }

  toSQL(given: unknown): CompiledQuery {
    return this.#query.textOf(this.#values(this.#check(given)));
  }
}

/**
 * Builds a query once, to be run with other values and no building. The function is called a few times now, with sample values, and never again; it must
 * pass the values on as they are. A value is neither null nor a list of another kind than declared: those are other questions.
 * Throws `ConfigurationError` for a parameter that is used nowhere, or on which the query's shape depends.
 *
 *     const adults = prepare({ age: int(), roles: array(text()) }, ({ age, roles }) => engine.query(User).filter({ age__gte: age, role__in: roles }));
 *     await adults.all({ age: 18, roles: ["admin"] });           // SELECT … WHERE "age" >= $1 AND "role" = ANY($2)
 *     await adults.on(session).first({ age: 65, roles: [] });
 */
export const prepare = <const C extends Parameters, E, Row>(
  parameters: C,
  build: (values: ParameterValues<C>) => Query<E, Row>,
): PreparedQuery<ParameterValues<C>, Row> => {
  const types = typesOf(parameters);
  if (typeof build !== "function")
    throw new ConfigurationError(`prepare() takes a function that builds the query, not ${describe(build)}.`);
  const { query, slots } = slotsOf(build, types);
  // Its verbs give what those of the query it was made from would.
  return new Prepared(query, [...types.keys()], slots) as unknown as PreparedQuery<ParameterValues<C>, Row>;
};
