/** SQL of the user's own: text with any of the three kinds of placeholder, or a piece made by the `sql` tag. */
import { ConfigurationError } from "../base/errors.ts";
import type { BoundValue } from "../base/bound-value.ts";
import { Lru } from "../base/lru.ts";
import { whenDone } from "../base/maybe-promise.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { ParameterNode, RawNode } from "../ast/expression.ts";
import { parametersOf } from "../ast/walk.ts";
import { nodeOf } from "../ast/node-holder.ts";
import type { Sql } from "../ast/sql-tag.ts";
import { changesData } from "../dialect/changes-data.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Answer, Request } from "../driver/driver.ts";
import { describe } from "../types/column-type.ts";
import { signalOf } from "./call-limit.ts";
import type { CallLimit } from "./call-limit.ts";
import { bind, makePlan } from "./plan.ts";
import { Result } from "./result.ts";

/** Whoever sends requests: an engine, or a transaction. */
export interface Sender {
  readonly dialect: Dialect;
  send(request: Request, writes?: readonly string[]): MaybePromise<Answer>;
}

export interface RawOptions extends CallLimit {
  /** Read 64-bit integers as `bigint` (on SQLite every integer). Without it, one above 2^53 throws rather than being rounded. */
  readonly bigints?: boolean | undefined;
}

/** Values by position, or by name for `:name` placeholders. */
export type RawParameters = readonly unknown[] | Readonly<Record<string, unknown>>;

const keptTexts = 500;

type Placeholders = ReturnType<Dialect["placeholders"]>;
const texts = new WeakMap<Dialect, Lru<string, Placeholders>>();

const placeholdersOf = (dialect: Dialect, text: string): Placeholders => {
  const known = texts.get(dialect) ?? new Lru<string, Placeholders>(keptTexts);
  texts.set(dialect, known);
  const found = known.get(text) ?? dialect.placeholders(text);
  known.set(text, found);
  return found;
};

const writing = new Lru<string, boolean>(keptTexts);

/** Raw text may do anything, so it goes where writes go unless it plainly only reads. */
const writes = (sql: string): boolean => {
  const found = writing.get(sql) ?? changesData(sql);
  writing.set(sql, found);
  return found;
};

const request = (sql: string, values: readonly BoundValue[], { bigints = false, ...limit }: RawOptions): Request => ({
  text: sql,
  values,
  writes: writes(sql),
  bigints,
  batched: true,
  signal: signalOf(limit),
});

const bindable = (value: unknown, place: string): BoundValue => {
  const plain = value === null || value instanceof Uint8Array || value instanceof Date;
  if (plain || ["string", "number", "bigint", "boolean"].includes(typeof value)) return value as BoundValue;
  throw new ConfigurationError(
    `Parameter ${place} of raw SQL is ${describe(value)}, which no placeholder takes. Pass a string, number, bigint, boolean, Date, bytes or null.`,
  );
};

/** The values in the order of the placeholders. Throws `ConfigurationError` when there are too few or too many. */
const ordered = (order: readonly (number | string)[], parameters: RawParameters, dialect: Dialect): BoundValue[] => {
  if (typeof parameters !== "object" || parameters === null)
    throw new ConfigurationError(`The parameters of SQL text are an array, or an object of names, and not ${describe(parameters)}.`);
  const positional = Array.isArray(parameters);
  const used = new Set(order);
  const given = positional ? parameters.length : Object.keys(parameters).length;
  const wrongKind = order.some((place) => (typeof place === "number") !== positional);
  if (wrongKind || used.size !== given) {
    const wanted =
      order.length > 0 && typeof order[0] === "string" ? `an object with the keys ${[...used].join(", ")}` : `an array of ${used.size}`;
    throw new ConfigurationError(
      `The SQL text has ${used.size} parameter${used.size === 1 ? "" : "s"} and was given ${given}. Pass ${wanted}.`,
    );
  }
  return order.map((place) => {
    const source = parameters as Readonly<Record<string | number, unknown>>;
    if (!Object.hasOwn(source, place))
      throw new ConfigurationError(`The SQL text names the parameter ${String(place)}, which was not given.`);
    return dialect.bindRaw(bindable(source[place], typeof place === "number" ? String(place + 1) : `:${place}`));
  });
};

/** Runs SQL text with its values. */
export const runText = <Row>(
  sender: Sender,
  text: string,
  parameters: RawParameters = [],
  options: RawOptions = {},
): MaybePromise<Result<Row>> => {
  if (typeof text !== "string") throw new ConfigurationError(`SQL text is a string, and was given as ${describe(text)}.`);
  const { sql, order } = placeholdersOf(sender.dialect, text);
  const values = ordered(order, parameters, sender.dialect);
  return whenDone(sender.send(request(sql, values, options)), (answer) => Result.raw<Row>(answer, sender.dialect));
};

/** The request of a piece made by the `sql` tag. Throws `ConfigurationError` for anything else. */
export const requestOfSql = (dialect: Dialect, piece: Sql<unknown>, options: RawOptions = {}): Request => {
  const node = nodeOf(piece) as RawNode | undefined;
  if (node?.node !== "raw")
    throw new ConfigurationError("execute() takes a piece of SQL made by the sql tag, a statement made by select(), or SQL text.");
  const parameters: readonly ParameterNode[] = parametersOf(node);
  const plan = makePlan(dialect, { statement: "raw", sql: node }, parameters, { form: "tuples" });
  const values = bind(
    plan,
    parameters.map((parameter) => parameter.value),
  );
  return request(plan.sql, values, options);
};

/** Runs a piece made by the `sql` tag. */
export const runSql = <Row>(sender: Sender, piece: Sql<Row>, options: RawOptions = {}): MaybePromise<Result<Row>> =>
  whenDone(sender.send(requestOfSql(sender.dialect, piece, options)), (answer) => Result.raw<Row>(answer, sender.dialect));
