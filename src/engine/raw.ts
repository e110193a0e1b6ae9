/** SQL of the user's own: text with any of the three kinds of placeholder, or a piece made by the `sql` tag. */
import { ConfigurationError } from "../base/errors.ts";
import type { BoundValue } from "../base/bound-value.ts";
import { Lru } from "../base/lru.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { RawNode } from "../ast/expression.ts";
import { nodeOf } from "../ast/node-holder.ts";
import type { Sql } from "../ast/sql-tag.ts";
import { changesData } from "../dialect/changes-data.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Answer, Request } from "../driver/driver.ts";
import { describe } from "../types/column-type.ts";
import { tableNames } from "./cache-choice.ts";
import { signalOf } from "./call-limit.ts";
import type { CallLimit } from "./call-limit.ts";
import { bind } from "./plans/plan.ts";
import { rawPlanOf } from "./plans/raw-plan.ts";
import type { Server } from "./replicas/replicated-driver.ts";
import { Result } from "./results/result.ts";

/** Whoever sends requests: an engine, or a transaction. */
export interface Sender {
  readonly dialect: Dialect;
  send(request: Request, writes?: readonly string[]): MaybePromise<Answer>;
}

export interface RawOptions extends CallLimit {
  /** Read 64-bit integers as `bigint` (on SQLite every integer). Without it, one above 2^53 throws rather than being rounded. */
  readonly bigints?: boolean | undefined;
  /** `replica`: it only reads and takes no locks, so that a copy of the database may answer it. The primary unless said: a function may do anything. */
  readonly on?: Server | undefined;
  /**
   * Database names of the tables that the text changes, for caches: their answers about these tables are void when it is done. `[]`: it changes none.
   * Without it a text that may write makes all of them void, and one that plainly only reads none.
   */
  readonly tables?: readonly string[] | undefined;
}

/** Values by position, or by name for `:name` placeholders. */
export type RawParameters = readonly unknown[] | Readonly<Record<string, unknown>>;

const keptTexts = 500;

/** A text in the database's own form, and what its placeholders take. */
interface RawText {
  readonly sql: string;
  readonly order: readonly (number | string)[];
  /** How many different parameters it has; a place may come twice. */
  readonly used: number;
  readonly isPositional: boolean;
  readonly isNamed: boolean;
}

const texts = new WeakMap<Dialect, Lru<string, RawText>>();

const readText = (dialect: Dialect, text: string): RawText => {
  const { sql, order } = dialect.placeholders(text);
  const isPositional = order.every((place) => typeof place === "number");
  const isNamed = order.every((place) => typeof place === "string");
  return { sql, order, used: new Set(order).size, isPositional, isNamed };
};

const rawTextOf = (dialect: Dialect, text: string): RawText => {
  let known = texts.get(dialect);
  if (known === undefined) texts.set(dialect, (known = new Lru(keptTexts)));
  let found = known.get(text);
  if (found === undefined) known.set(text, (found = readText(dialect, text)));
  return found;
};

const writing = new Lru<string, boolean>(keptTexts);

/** Raw text may do anything, so it goes where writes go unless it plainly only reads. */
const writes = (sql: string): boolean => {
  let found = writing.get(sql);
  if (found === undefined) writing.set(sql, (found = changesData(sql)));
  return found;
};

const request = (sql: string, values: readonly BoundValue[], options: RawOptions): Request => ({
  text: sql,
  values,
  writes: writes(sql),
  readsOnly: options.on !== undefined && options.on === "replica" && !writes(sql),
  bigints: options.bigints ?? false,
  batched: true,
  signal: signalOf(options),
});

const isBindable = (value: unknown): value is BoundValue => {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return true;
    default:
      return value === null || value instanceof Uint8Array || value instanceof Date;
  }
};

const bindable = (value: unknown, place: number | string): BoundValue => {
  if (isBindable(value)) return value;
  throw new ConfigurationError(
    `Parameter ${typeof place === "number" ? place + 1 : `:${place}`} of raw SQL is ${describe(value)}, which no placeholder takes. Pass a string, number, bigint, boolean, Date, bytes or null.`,
  );
};

/** The values in the order of the placeholders. Throws `ConfigurationError` when there are too few or too many. */
const ordered = ({ order, used, isPositional, isNamed }: RawText, parameters: RawParameters, dialect: Dialect): BoundValue[] => {
  if (typeof parameters !== "object" || parameters === null)
    throw new ConfigurationError(`The parameters of SQL text are an array, or an object of names, and not ${describe(parameters)}.`);
  const isList = Array.isArray(parameters);
  const given = isList ? parameters.length : Object.keys(parameters).length;
  if (used !== given || !(isList ? isPositional : isNamed)) throw wrongParameters(order, given);
  const source = parameters as Readonly<Record<string | number, unknown>>;
  return order.map((place) => {
    if (!Object.hasOwn(source, place))
      throw new ConfigurationError(`The SQL text names the parameter ${String(place)}, which was not given.`);
    return dialect.bindRaw(bindable(source[place], place));
  });
};

const declared = ({ tables }: RawOptions): readonly string[] | undefined =>
  tables === undefined ? undefined : tableNames(tables, "execute()");

const wrongParameters = (order: RawText["order"], given: number): ConfigurationError => {
  const used = new Set(order);
  const wanted = typeof order[0] === "string" ? `an object with the keys ${[...used].join(", ")}` : `an array of ${used.size}`;
  return new ConfigurationError(
    `The SQL text has ${used.size} parameter${used.size === 1 ? "" : "s"} and was given ${given}. Pass ${wanted}.`,
  );
};

/** Runs SQL text with its values. */
export const runText = <Row>(
  sender: Sender,
  text: string,
  parameters: RawParameters = [],
  options: RawOptions = {},
): MaybePromise<Result<Row>> => {
  if (typeof text !== "string") throw new ConfigurationError(`SQL text is a string, and was given as ${describe(text)}.`);
  const known = rawTextOf(sender.dialect, text);
  const values = ordered(known, parameters, sender.dialect);
  return whenDone(sender.send(request(known.sql, values, options), declared(options)), (answer) => Result.raw<Row>(answer, sender.dialect));
};

/** The request of a piece made by the `sql` tag. Throws `ConfigurationError` for anything else. */
export const requestOfSql = (dialect: Dialect, piece: Sql<unknown>, options: RawOptions = {}): Request => {
  const node = nodeOf(piece) as RawNode | undefined;
  if (node?.node !== "raw")
    throw new ConfigurationError("execute() takes a piece of SQL made by the sql tag, a statement made by select(), or SQL text.");
  const { plan, values } = rawPlanOf(dialect, node);
  return request(plan.sql, bind(plan, values), options);
};

/** Runs a piece made by the `sql` tag. */
export const runSql = <Row>(sender: Sender, piece: Sql<Row>, options: RawOptions = {}): MaybePromise<Result<Row>> =>
  whenDone(sender.send(requestOfSql(sender.dialect, piece, options), declared(options)), (answer) =>
    Result.raw<Row>(answer, sender.dialect),
  );
