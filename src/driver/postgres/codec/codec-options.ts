/** What users may say about how values of PostgreSQL come and go. */

/** A type by its text, as PostgreSQL writes it. */
export interface TextForm {
  readonly decode: (text: string) => unknown;
  readonly encode: (value: unknown) => string;
}

export type TimestampForm = "date" | "string";

export interface CodecOptions {
  /** int8: `bigint`, or `number` with an error for what it cannot hold. Default `"bigint"`. */
  readonly int8?: "bigint" | "number";
  /** Default `"date"`: milliseconds, and ±`Infinity` for the infinities. `"string"` keeps microseconds. */
  readonly timestamptz?: TimestampForm;
  /** Default `"string"`. `"date"` takes the column's text for UTC. */
  readonly timestamp?: TimestampForm;
  /** Types of one's own, by PostgreSQL's name of the type; they also replace the codecs here. Values travel as text. */
  readonly custom?: Readonly<Record<string, TextForm>>;
}
