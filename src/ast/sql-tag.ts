/**
 * `sql`: SQL of the user's own, with bound values.
 *
 * Only a real template call and `sql.raw` make text. What stands between the texts is a bound value, unless it is one of our own objects
 * (an expression, a model, another piece of `sql`), recognised by private fields and never by shape.
 */
import type { TableName } from "./source.ts";
import { TypedValue } from "../base/bound-value.ts";
import { ConfigurationError } from "../base/errors.ts";
import { describe } from "../types/column-type.ts";
import type { ParameterNode, RawNode, RawPart } from "./expression.ts";
import type { NowNode } from "./leaf.ts";
import { NodeHolder, nodeOf } from "./node-holder.ts";
import { splitPlaceholders } from "./placeholders.ts";
import { marksOf } from "./raw-texts.ts";
import type { TextMarks } from "./raw-texts.ts";

declare const row: unique symbol;
/** A piece of SQL with bound parameters. `T` is the type of its value, or of its rows. */
export interface Sql<out T> {
  readonly [row]: T;
  as<U>(): Sql<U>;
}

export interface SqlTag {
  /** Raw SQL. Interpolated values become parameters; models and columns become identifiers; other pieces of SQL nest. */
  <T = unknown>(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql<T>;
  /** SQL text with its own placeholders: `$1`, `?` or `:name`. The text is sent as it is: never build it from input. */
  raw<T = unknown>(text: string, parameters?: readonly unknown[] | Readonly<Record<string, unknown>>): Sql<T>;
  /** A quoted name, or a qualified one: `sql.identifier("schema", "table")`. */
  identifier(...names: readonly string[]): Sql<never>;
  /**
   * A value in the form that its place's own type has on PostgreSQL: an object for a composite, `{ lower, upper }` for a range, arrays of these, and
   * whatever `codecs.custom` writes. The type is learned from the server before the statement runs, once on each connection. `null` is NULL.
   * Running it throws `ConfigurationError` on SQLite, and `ParameterError` for a value that the type has no form for.
   *
   *     sql`INSERT INTO rooms (during) VALUES (${sql.typed({ lower: 1, upper: 5 })})`     // INSERT INTO rooms (during) VALUES ($1)
   */
  typed(value: unknown): Sql<never>;
  /** Pieces or values one after another, `, ` between them unless `separator` is given. */
  join(parts: readonly unknown[], separator?: Sql<unknown>): Sql<unknown>;
}

class SqlPiece extends NodeHolder {
  readonly #piece: RawNode | NowNode | ParameterNode;

  constructor(piece: RawNode | NowNode | ParameterNode) {
    super(piece);
    this.#piece = piece;
  }

  static pieceOf(value: unknown): RawNode | NowNode | undefined {
    if (typeof value !== "object" || value === null || !(#piece in value)) return undefined;
    return value.#piece.node === "parameter" ? undefined : value.#piece;
  }

  as(): this {
    return this;
  }
}

const tables = new WeakMap<object, (model: object) => TableName>();

/** Makes a class and its subclasses stand for a table in `sql`. `tableOf` gets the very class that was written. */
export const registerTableName = (constructor: object, tableOf: (model: object) => TableName): void => {
  tables.set(constructor, tableOf);
};

const tableNamed = (value: object): TableName | undefined => {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const tableOf = tables.get(at);
    if (tableOf) return tableOf(value);
  }
  return undefined;
};

/** Whether a value may be bound as it is; anything that would need interpreting may not. */
const isBindable = (value: unknown): boolean => {
  if (value === null || value instanceof Date || value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.every(isBindable);
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
};

/** Where a value stands, for messages. */
type Where = () => string;

// Parts and pieces are made for each statement that runs, and nobody outside can reach them: freezing them takes longer than making them
// (`npm run bench -- by-id`).
const parameter = (value: unknown, where: Where): ParameterNode => {
  if (isBindable(value)) {
    return { node: "parameter", form: "asGiven", type: null, value: Array.isArray(value) ? Object.freeze([...value]) : value };
  }
  const what = Array.isArray(value) ? "an array that holds something else than values" : describe(value);
  const remedy =
    value === undefined
      ? "Use null for NULL."
      : "Pass a value, a model, a column or another sql`…`; for a JSON document pass JSON.stringify(value).";
  throw new ConfigurationError(`${where()} is ${what}, which SQL has no value for. ${remedy}`);
};

const partOf = (value: unknown, where: Where): RawPart => {
  const node = nodeOf(value);
  if (node) return node;
  const table = typeof value === "function" ? tableNamed(value) : undefined;
  return table ? Object.freeze({ node: "tableName", table }) : parameter(value, where);
};

const piece = <T>(texts: readonly string[], parts: readonly RawPart[]): Sql<T> => {
  // A template's own texts are kept as they are: they are the same object each time the template runs.
  const node: RawNode = {
    node: "raw",
    texts: Object.isFrozen(texts) ? texts : Object.freeze([...texts]),
    parts,
    type: null,
  };
  // The phantom type is not there at run time.
  return new SqlPiece(node) as unknown as Sql<T>;
};

/** The engine freezes a template's strings and their `raw`; a call with any other array was not written as a template. */
const isTemplate = (strings: unknown): strings is TemplateStringsArray =>
  Array.isArray(strings) &&
  Object.isFrozen(strings) &&
  Array.isArray((strings as { raw?: unknown }).raw) &&
  Object.isFrozen((strings as { raw?: unknown }).raw);

/** Templates of the program that were found to be in order. */
const known = new WeakMap<TemplateStringsArray, TextMarks>();

const tag = <T>(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql<T> => {
  const marks = known.get(strings) ?? checkedMarks(strings, values.length);
  if (strings.length !== values.length + 1) throw notATemplate();
  const parts: RawPart[] = [];
  for (let index = 0; index < values.length; index++) {
    const part = partOf(values[index], () => `Value ${index + 1} of sql\`…\``);
    if (part.node === "parameter" && marks.hidden.has(index)) throw hiddenValue(index);
    parts.push(part);
  }
  return piece<T>(strings, parts);
};

const notATemplate = (): ConfigurationError =>
  new ConfigurationError(
    "sql is a template tag: write sql`SELECT …${value}`, without parentheses. For text that you trust use sql.raw(text, parameters).",
  );

const hiddenValue = (index: number): ConfigurationError =>
  new ConfigurationError(
    `Value ${index + 1} of sql\`…\` stands inside quotes or a comment, where no database looks for values. ` +
      "Take the quotes away; to put a value into a longer text, join them with ||.",
  );

const checkedMarks = (strings: TemplateStringsArray, values: number): TextMarks => {
  if (!isTemplate(strings) || strings.length !== values + 1) throw notATemplate();
  if (strings.some((text) => text === undefined)) {
    throw new ConfigurationError("sql`…` has a backslash sequence that JavaScript does not know. Write the backslash twice.");
  }
  const marks = marksOf(strings);
  known.set(strings, marks);
  return marks;
};

const valueFor = (key: number | string, parameters: object): unknown => {
  if (!Object.hasOwn(parameters, key)) {
    const name = typeof key === "number" ? `${key + 1}` : `:${key}`;
    throw new ConfigurationError(`The text of sql.raw() uses parameter ${name}, which was not given. Pass it with the parameters.`);
  }
  return (parameters as Readonly<Record<number | string, unknown>>)[key];
};

const raw = <T>(text: string, parameters?: readonly unknown[] | Readonly<Record<string, unknown>>): Sql<T> => {
  if (typeof text !== "string") throw new ConfigurationError(`sql.raw() takes SQL text, got ${describe(text)}.`);
  if (parameters === undefined) return piece<T>([text], []);
  const { texts, order } = splitPlaceholders(text, { nestedComments: true, hasQuestionOperator: true });
  const used = new Set(order);
  const unused = Object.keys(parameters).filter((key) => !used.has(Array.isArray(parameters) ? Number(key) : key));
  if (unused.length > 0) {
    const names = unused.map((key) => (Array.isArray(parameters) ? `${Number(key) + 1}` : `:${key}`)).join(", ");
    throw new ConfigurationError(
      `The text of sql.raw() has no placeholder for parameter ${names}. Remove the parameter, or name it in the text.`,
    );
  }
  return piece<T>(
    texts,
    order.map((key) => partOf(valueFor(key, parameters), () => `Parameter ${typeof key === "number" ? key + 1 : key} of sql.raw()`)),
  );
};

/** What PostgreSQL cuts a longer name to: two names would be one, so neither database takes it. */
const longestName = 63;
const isName = (name: unknown): boolean =>
  typeof name === "string" && name.length > 0 && !name.includes("\0") && new TextEncoder().encode(name).length <= longestName;

const identifier = (...names: readonly string[]): Sql<never> => {
  if (names.length === 0 || !names.every(isName)) {
    throw new ConfigurationError("sql.identifier() takes one or more names of 1 to 63 bytes without a NUL character.");
  }
  return piece<never>(["", ""], [Object.freeze({ node: "identifier", names: Object.freeze([...names]) })]);
};

const separatorText = (separator: Sql<unknown> | undefined): string => {
  if (separator === undefined) return ", ";
  const node = sqlNodeOf(separator);
  if (node?.node !== "raw" || node.parts.length > 0) {
    throw new ConfigurationError("The separator of sql.join() must be a piece of sql without values, as in sql` AND `.");
  }
  return node.texts.join("");
};

const join = (parts: readonly unknown[], separator?: Sql<unknown>): Sql<unknown> => {
  const joined = parts.map((part, index) => partOf(part, () => `Part ${index + 1} of sql.join()`));
  return piece(["", ""], [Object.freeze({ node: "joinedParts", parts: Object.freeze(joined), separator: separatorText(separator) })]);
};

const typed = (value: unknown): Sql<never> => {
  if (value === undefined) throw new ConfigurationError("sql.typed() was given undefined. Use null for NULL.");
  const held = value === null ? null : new TypedValue(value);
  return new SqlPiece(Object.freeze({ node: "parameter", form: "asGiven", type: null, value: held })) as unknown as Sql<never>;
};

/** What a piece of `sql` holds; `undefined` for anything else. */
export const sqlNodeOf = (value: unknown): RawNode | NowNode | undefined => SqlPiece.pieceOf(value);

/** A node that stands where users may put SQL. */
export const isSql = (value: unknown): value is Sql<unknown> => sqlNodeOf(value) !== undefined;

/**
 * SQL with bound values.
 *
 *     sql`SELECT name FROM ${User} WHERE ${User.columns.age} > ${18}`     // SELECT name FROM "users" WHERE "users"."age" > ?
 */
export const sql: SqlTag = Object.freeze(Object.assign(tag, { raw, identifier, join, typed }));

const nowNode: NowNode = Object.freeze({ node: "now" });
/** The database's current time, the same during a statement. */
export const now: Sql<Date> = new SqlPiece(nowNode) as unknown as Sql<Date>;
