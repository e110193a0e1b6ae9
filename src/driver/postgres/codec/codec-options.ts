/** What users may say about how values of PostgreSQL come and go. */
import { ConfigurationError } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/hint.ts";

/** A type by its text, as PostgreSQL writes it. */
export interface TextForm {
  readonly decode: (text: string) => unknown;
  readonly encode: (value: unknown) => string;
}

export type TimestampForm = "date" | "string";

export interface CodecOptions {
  /** Default `"date"`: milliseconds, and ±`Infinity` for the infinities. `"string"` keeps microseconds. */
  readonly timestamptz?: TimestampForm;
  /** Default `"string"`. `"date"` takes the column's text for UTC. */
  readonly timestamp?: TimestampForm;
  /**
   * How values of a type come and go as text, by PostgreSQL's name of the type (`pg_type.typname`), alone or behind its schema:
   * `{ vector: …, "audit.money": … }`. For types of one's own and instead of the codecs here; arrays, ranges and composites of the type follow.
   */
  readonly custom?: Readonly<Record<string, CustomCodec>>;
}

/** A type of one's own. Neither function sees NULL. */
export interface CustomCodec {
  /** A value from the text that PostgreSQL writes for it. */
  readonly decode: (text: string) => unknown;
  /** Writes a parameter given by `sql.typed(value)`. Without it such a parameter is given as its text. */
  readonly encode?: ((value: unknown) => string) | undefined;
}

/** What SQL calls types that the catalog has under another name. */
const spellings: Readonly<Record<string, string>> = {
  smallint: "int2",
  int: "int4",
  integer: "int4",
  bigint: "int8",
  real: "float4",
  "double precision": "float8",
  decimal: "numeric",
  boolean: "bool",
  "character varying": "varchar",
  character: "bpchar",
  char: "bpchar",
  "timestamp with time zone": "timestamptz",
  "timestamp without time zone": "timestamp",
};

const words: Readonly<Record<string, readonly string[]>> = {
  timestamptz: ["date", "string"],
  timestamp: ["date", "string"],
};

const checkCustom = (custom: unknown): void => {
  if (typeof custom !== "object" || custom === null) throw new ConfigurationError("codecs.custom is an object: a codec by a type's name.");
  for (const [name, form] of Object.entries(custom) as [string, Partial<CustomCodec> | null][]) {
    const shown = name.slice(0, 60);
    if (Object.hasOwn(spellings, name)) {
      throw new ConfigurationError(
        `codecs.custom names the type '${shown}', which PostgreSQL keeps as '${spellings[name]!}'. Use that name.`,
      );
    }
    if (typeof form?.decode !== "function" || !["function", "undefined"].includes(typeof form.encode)) {
      throw new ConfigurationError(`codecs.custom['${shown}'] must have the function decode(text), and may have encode(value).`);
    }
  }
};

/** Throws `ConfigurationError` for options that mean nothing. */
export const checkCodecOptions = (options: CodecOptions): void => {
  const names = [...Object.keys(words), "custom"];
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (name === "int8")
      throw new ConfigurationError("codecs.int8 is decided by the call: pass it { bigints: true } to read int8 as bigint.");
    if (!names.includes(name)) throw new ConfigurationError(`codecs has no option '${name.slice(0, 60)}'.${didYouMean(name, names)}`);
    if (value === undefined) continue;
    if (name === "custom") checkCustom(value);
    else if (!words[name]!.includes(value as string)) {
      throw new ConfigurationError(`codecs.${name} must be ${words[name]!.map((word) => `"${word}"`).join(" or ")}.`);
    }
  }
};
