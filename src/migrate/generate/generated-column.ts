/** A column of a live database as a model writes it: the kind, what its own checks say, and its default. */
import { constraintName } from "../../schema/naming.ts";
import type { CheckSnapshot, ColumnSnapshot, EnumSnapshot, Snapshot } from "../../schema/snapshot.ts";

/** The words of the package that a text uses, to be imported. */
export type Words = Set<string>;

export interface ColumnText {
  /** `text({ maxLength: 100 })`. */
  readonly kind: string;
  /** `.default(0)`, `` .generatedAs(sql`price * 2`) ``, or nothing. */
  readonly filled: string;
  /** Names of the checks that `kind` says. */
  readonly said: readonly string[];
  /** What the model cannot say, as half a sentence; `null` where it says all. */
  readonly remark: string | null;
}

/** A text as a template: no character of it ends the template or begins a value. */
export const sqlText = (text: string, words: Words): string => {
  words.add("sql");
  return `sql\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;
};

/** Types that a model asks for in exactly these words. */
const exact: Readonly<Record<Snapshot["dialect"], Readonly<Record<string, string>>>> = {
  postgres: {
    smallint: "smallint()",
    integer: "int()",
    bigint: "bigint()",
    "double precision": "float()",
    text: "text()",
    boolean: "bool()",
    uuid: "uuid()",
    timestamptz: "timestamp()",
    date: "date()",
    time: "time()",
    jsonb: "json()",
    bytea: "bytes()",
  },
  sqlite: { INTEGER: "int()", REAL: "float()", TEXT: "text()", BLOB: "bytes()" },
};

/** Types whose values a model can carry, though it would ask for another one. SQLite's are told by what their names hold, as SQLite does. */
const near: Readonly<Record<Snapshot["dialect"], readonly (readonly [RegExp, string])[]>> = {
  postgres: [
    [/^real$/, "float()"],
    [/^timestamp[^[]*$/, "timestamp()"],
    [/^time\([^[]*$/, "time()"],
    [/^json$/, "json()"],
    [/^(?:real|float).*\[\]$/, "array(float())"],
    [/^(?:varchar|char).*\[\]$/, "array(text())"],
    [/^smallint\[\]$/, "array(int())"],
    [/^(?:timestamp|timestamptz).*\[\]$/, "array(timestamp())"],
    [/\[\]$/, "array(text())"],
  ],
  sqlite: [
    [/^BOOL/i, "bool()"],
    [/^BIGINT|^INT8/i, "bigint()"],
    [/INT/i, "int()"],
    [/CHAR|CLOB|TEXT/i, "text()"],
    [/BLOB|^$/i, "bytes()"],
    [/REAL|FLOA|DOUB|NUM|DEC/i, "float()"],
    [/^JSON/i, "json()"],
  ],
};

const isNow: Readonly<Record<Snapshot["dialect"], RegExp>> = {
  postgres: /^now\(\)$/i,
  // What Petrel writes: the milliseconds of `toISOString`, without those that are zero.
  sqlite: /^\(?replace\(strftime\('%Y-%m-%d %H:%M:%f', 'now'\), '\.000', ''\)\)?$/,
};

const used = (kind: string, words: Words): string => {
  for (const [word] of kind.replaceAll(/"(?:\\.|[^"\\])*"/g, "").matchAll(/\b[a-z]\w*(?=\()/gi)) words.add(word);
  return kind;
};

const literal = /^'((?:[^']|'')*)'(?:::[\w "().]+)?$/;
const textIn = (sql: string): string | null => literal.exec(sql)?.[1]?.replaceAll("''", "'") ?? null;

/** The texts in `role IN ('a', 'b')` and `role = ANY (ARRAY['a'::text, 'b'::text])`; `null` where there is anything else. */
const valuesIn = (expression: string): readonly string[] | null => {
  const list = / IN \((.*)\)$/s.exec(expression)?.[1] ?? /= ANY \(\(?ARRAY\[(.*?)\](?:\)?::[\w ]+\[\])?\)\)?$/s.exec(expression)?.[1];
  const parts = list?.match(/(?:'(?:[^']|'')*'(?:::[a-z ]+)?|[^,])+/g);
  const values = parts?.map((part) => textIn(part.trim().replace(/^\((.*)\)::text$/, "$1")));
  return values === undefined || values.length === 0 || values.includes(null) ? null : (values as string[]);
};

const numberIn = (expression: string, sign: ">=" | "<="): number | null => {
  const found = new RegExp(`${sign} \\(?'?(-?\\d+(?:\\.\\d+)?)'?(?:\\)?::[a-z ]+)?\\)*$`).exec(expression)?.[1];
  const isPlain = !/\b(?:AND|OR)\b/i.test(expression);
  return found === undefined || !isPlain ? null : Number(found);
};

/** The checks that a model writes for a column by itself, under the names that it gives them. */
class OwnChecks {
  readonly said: string[] = [];
  readonly #find: (about: string) => CheckSnapshot | undefined;

  constructor(table: string, column: string, checks: readonly CheckSnapshot[]) {
    this.#find = (about) => checks.find(({ name }) => name === constraintName(table, [column, about], "check"));
  }

  /** What `read` makes of the check about this, which is then said; `null` where there is none, or it says something else. */
  take<T>(about: string, read: (expression: string) => T | null): T | null {
    const found = this.#find(about);
    const value = found === undefined ? null : read(found.expression);
    if (value !== null && typeof found?.name === "string") this.said.push(found.name);
    return value;
  }
}

const options = (given: Readonly<Record<string, number | null>>): string => {
  const parts = Object.entries(given).filter(([, value]) => value !== null);
  return parts.length === 0 ? "" : `{ ${parts.map(([name, value]) => `${name}: ${value}`).join(", ")} }`;
};

const limitsOf = (kind: string, own: OwnChecks): string => {
  const lower = kind.startsWith("text(") ? "minLength" : "min";
  const min = own.take(lower === "min" ? "min" : "min_length", (text) => (lower === "min" ? numberIn(text, ">=") : numberIn(text, ">=")));
  if (lower === "min") return options({ min, max: own.take("max", (text) => numberIn(text, "<=")) });
  return options({ minLength: min, maxLength: own.take("max_length", (text) => numberIn(text, "<=")) });
};

/** The kind of a text column that its checks make something more. */
const refined = (kind: string, own: OwnChecks): string => {
  if (kind === "int()" && own.take("bool", () => true) === true) return "bool()";
  if (kind === "text()" && own.take("json", () => true) === true) return "json()";
  if (kind === "text()") {
    const values = own.take("values", valuesIn);
    if (values !== null) return `oneOf(${values.map((value) => JSON.stringify(value)).join(", ")})`;
  }
  const isBounded = ["int()", "smallint()", "float()", "text()"].includes(kind);
  const limits = isBounded ? limitsOf(kind, own) : "";
  return limits === "" ? kind : kind.replace("()", `(${limits})`);
};

const kindOf = (column: ColumnSnapshot, dialect: Snapshot["dialect"], enums: readonly EnumSnapshot[]): [kind: string, isExact: boolean] => {
  const { type } = column;
  const known = exact[dialect][dialect === "sqlite" ? type.toUpperCase() : type];
  if (known === "text()" && column.default !== null && isNow[dialect].test(column.default)) return ["timestamp()", true];
  if (known !== undefined) return [known, true];
  const length = /^varchar\((\d+)\)$/.exec(type)?.[1];
  if (length !== undefined && dialect === "postgres") return [`text({ maxLength: ${length} })`, true];
  const [, precision, scale] = /^numeric\((\d+), (\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined && Number(precision) >= Number(scale)) return [`decimal({ precision: ${precision}, scale: ${scale} })`, true];
  const element = type.endsWith("[]") ? exact.postgres[type.slice(0, -2)] : undefined;
  if (element !== undefined && element !== "smallint()") return [`array(${element})`, true];
  const values = enums.find(({ schema, name }) => schema === null && (name === type || `"${name}"` === type))?.values;
  if (values !== undefined && values.length > 0) return [`oneOf(${values.map((value) => JSON.stringify(value)).join(", ")})`, false];
  return [near[dialect].find(([pattern]) => pattern.test(type))?.[1] ?? "text()", false];
};

/** The value of a plain literal as TypeScript writes it; `null` where the expression is more than that, or does not fit. */
const plainDefault = (kind: string, expression: string): string | null => {
  const bare = expression.replace(/^\((.*)\)$/s, "$1");
  if (/^(?:int|smallint|float)\(/.test(kind)) return /^'?(-?\d{1,15}(?:\.\d+)?)'?(?:::[a-z ]+)?$/.exec(bare)?.[1] ?? null;
  if (kind === "bigint()") return /^'?(-?\d+)'?(?:::[a-z ]+)?$/.exec(bare)?.[1]?.concat("n") ?? null;
  if (kind === "bool()") return /^(?:true|1)$/i.test(bare) ? "true" : /^(?:false|0)$/i.test(bare) ? "false" : null;
  if (!kind.startsWith("text(") && !kind.startsWith("oneOf(")) return null;
  const value = textIn(bare);
  if (value === null) return null;
  const written = JSON.stringify(value);
  const [, minLength, maxLength] = /^text\((?:\{ (?:minLength: (\d+))?(?:, )?(?:maxLength: (\d+))? \})?\)$/.exec(kind) ?? [];
  const { length } = Array.from(value);
  if (length < Number(minLength ?? 0) || length > Number(maxLength ?? length)) return null;
  return kind.startsWith("oneOf(") && !kind.includes(written) ? null : written;
};

const defaultOf = (kind: string, column: ColumnSnapshot, dialect: Snapshot["dialect"], words: Words): string => {
  if (column.default === null || column.identity !== null || /^\(?\s*NULL\s*(?:::.*)?\)?$/i.test(column.default)) return "";
  if (kind === "timestamp()" && isNow[dialect].test(column.default)) {
    words.add("now");
    return ".default(now)";
  }
  const plain = plainDefault(kind, column.default);
  return `.default(${plain ?? sqlText(column.default, words)})`;
};

const generatedText = ({ generated }: ColumnSnapshot, words: Words): string =>
  generated === null ? "" : `.generatedAs(${sqlText(generated.expression, words)}${generated.stored ? "" : ", { stored: false }"})`;

const holdsAnything = ({ type }: ColumnSnapshot, dialect: Snapshot["dialect"]): string | null =>
  dialect === "sqlite" && /^ANY$/i.test(type) ? "is ANY, and the model reads texts" : null;

/** A column's text, without what keys and relations add to it. */
export const columnText = (
  { table, column, checks }: { table: string; column: ColumnSnapshot; checks: readonly CheckSnapshot[] },
  { dialect, enums }: Pick<Snapshot, "dialect" | "enums">,
  words: Words,
): ColumnText => {
  const own = new OwnChecks(table, column.name, checks);
  const [found, isExact] = kindOf(column, dialect, enums);
  const kind = used(isExact ? refined(found, own) : found, words);
  const named = isExact || column.type === "" ? "" : `.databaseType(${JSON.stringify(column.type)})`;
  const remark = column.type === "" ? "is of no type, for which models have no word" : holdsAnything(column, dialect);
  return {
    kind: kind + named,
    filled: column.generated === null ? defaultOf(kind, column, dialect, words) : generatedText(column, words),
    said: own.said,
    remark,
  };
};
