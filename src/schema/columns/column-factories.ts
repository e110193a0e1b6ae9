/** The kinds of columns: `int()`, `text({ maxLength: 100 })`, … */
import type { ColumnType } from "../../types/column-type.ts";
import type { Column } from "./column.ts";
import type { Kind } from "../../types/column-type.ts";
import { buildColumn, definitionOf } from "./column-builder.ts";

/** Both bounds are inclusive. */
export interface NumberOptions {
  readonly min?: number;
  readonly max?: number;
}
/** Lengths count characters (Unicode code points). */
export interface TextOptions {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
}
/** `precision` digits in all, `scale` of them behind the point. */
export interface DecimalOptions {
  readonly precision: number;
  readonly scale: number;
}

/** Only the options that were given, so that an absent one stays absent. */
const given = (options: object | undefined, names: readonly string[]): object => {
  const known = (options ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.filter((name) => known[name] !== undefined).map((name) => [name, known[name]]));
};
const range = (options?: NumberOptions): object => given(options, ["min", "max"]);
const column = <T, K extends Kind>(kind: K, options: object = {}): Column<T, K, never> =>
  buildColumn({ type: Object.freeze({ kind, ...options }) });

/** A pattern that remembers no position between two tests. */
const stateless = (pattern: RegExp): RegExp =>
  pattern.global || pattern.sticky ? new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")) : pattern;
const textOptions = (options?: TextOptions): object => ({
  ...given(options, ["minLength", "maxLength"]),
  ...(options?.pattern instanceof RegExp ? { pattern: stateless(options.pattern) } : {}),
});

/** A whole number of 32 bits. */
export const int = (options?: NumberOptions): Column<number, "int", never> => column("int", range(options));
/** A whole number of 16 bits. */
export const smallint = (options?: NumberOptions): Column<number, "int", never> => column("int", { ...range(options), size: 2 });
/** A whole number of 64 bits, as a `bigint`. */
export const bigint = (): Column<bigint, "bigint", never> => column("bigint");
/** A floating-point number of 64 bits. */
export const float = (options?: NumberOptions): Column<number, "float", never> => column("float", range(options));
/** An exact decimal number, as a string with `scale` digits behind the point: `"12.30"`. */
export const decimal = (options: DecimalOptions): Column<string, "decimal", never> =>
  column("decimal", given(options, ["precision", "scale"]));
export const text = (options?: TextOptions): Column<string, "text", never> => column("text", textOptions(options));
export const bool = (): Column<boolean, "bool", never> => column("bool");
/** A UUID as a string in lower case. */
export const uuid = (): Column<string, "uuid", never> => column("uuid");
/** A point in time, to the millisecond. */
export const timestamp = (): Column<Date, "timestamp", never> => column("timestamp");
/** A calendar day, as `"YYYY-MM-DD"`. */
export const date = (): Column<string, "date", never> => column("date");
/** A time of day, as `"HH:MM:SS"` with an optional fraction of up to six digits. */
export const time = (): Column<string, "time", never> => column("time");
export const bytes = (): Column<Uint8Array, "bytes", never> => column("bytes");
/** A JSON document: `json<Settings>()`. Without a type, its paths are `unknown`. JavaScript's `null` as the whole value is SQL's NULL. */
export const json = <T = unknown>(): Column<T, "json", never> => column("json");
/** A text column restricted to the given values. */
export const oneOf = <const V extends readonly [string, ...string[]]>(...values: V): Column<V[number], "text", never> =>
  column("text", { values: Object.freeze([...values]) });
/** A list of values of one kind: `array(text())`. */
export const array = <T, K extends Kind>(element: Column<T, K>): Column<T[], "array", never> => {
  const type: ColumnType | undefined = definitionOf(element)?.type;
  return column("array", type === undefined ? {} : { element: type });
};

const factories: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [int, "int"],
  [smallint, "smallint"],
  [bigint, "bigint"],
  [float, "float"],
  [decimal, "decimal"],
  [text, "text"],
  [bool, "bool"],
  [uuid, "uuid"],
  [timestamp, "timestamp"],
  [date, "date"],
  [time, "time"],
  [bytes, "bytes"],
  [json, "json"],
  [oneOf, "oneOf"],
  [array, "array"],
]);

/** The name of a factory that was given without being called (`name: text`); `undefined` for any other value. */
export const factoryName = (value: unknown): string | undefined => factories.get(value);
