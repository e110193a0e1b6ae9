/**
 * Values inside JSON documents on SQLite. A path is bound as text (`$."plan"`), and this is the only place that writes one.
 *
 * A key of digits may be an object's key or an array's position; PostgreSQL decides by what it finds. So do we: `coalesce(x -> '$."0"', x -> '$[0]')`.
 */
import type {
  JsonContainsNode,
  JsonEqualNode,
  JsonHasKeyNode,
  JsonIsNullNode,
  JsonPathNode,
  JsonSetNode,
  ExpressionNode,
} from "../../ast/expression.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import type { Compilation } from "../compilation.ts";
import { atom, level, other, test } from "../piece.ts";
import type { Piece } from "../piece.ts";

/** `."key"`. Quotes and backslashes go as \u escapes: older versions of SQLite end a key at any quote, escaped or not. */
export const keyStep = (key: string): string =>
  `.${JSON.stringify(key).replaceAll(/\\(["\\])/g, (_, escaped: string) => (escaped === "\\" ? "\\u005c" : "\\u0022"))}`;

// Nine digits stay inside SQLite's 32-bit array positions.
const isPosition = (key: string): boolean => /^-?\d{1,9}$/.test(key);

const positionStep = (key: string): string => {
  const position = Number(key);
  return position < 0 ? `[#${position}]` : `[${position}]`;
};

const constant = (path: string, compilation: Compilation): string => compilation.bindConstant(`path:${path}`, path);

/** The path in runs of plain keys, each possibly ended by a key of digits: `["a", "0", "b"]` is `$."a"` + `0`, then `$."b"`. */
interface Run {
  readonly plain: string;
  readonly digits: string | null;
}

const runsOf = (path: readonly string[]): Run[] => {
  const runs: Run[] = [];
  let plain = "$";
  for (const key of path) {
    if (!isPosition(key)) {
      plain += keyStep(key);
      continue;
    }
    runs.push({ plain, digits: key });
    plain = "$";
  }
  if (plain !== "$" || runs.length === 0) runs.push({ plain, digits: null });
  return runs;
};

/** The document that `document()` spells, taken down one run that ends in digits. */
const ambiguous = (document: () => string, { plain, digits }: Run, compilation: Compilation): string => {
  const asKey = `${document()} -> ${constant(plain + keyStep(digits!), compilation)}`;
  return `coalesce(${asKey}, ${document()} -> ${constant(plain + positionStep(digits!), compilation)})`;
};

/** A document and the unambiguous path that is left to go in it. */
interface Place {
  readonly document: () => string;
  readonly path: string;
}

const placeOf = (operand: ExpressionNode, path: readonly string[], compilation: Compilation): Place => {
  const runs = runsOf(path);
  const last = runs.at(-1)!;
  const rest = last.digits === null ? runs.slice(0, -1) : runs;
  const start = (): string => compilation.at(operand, level.atom);
  if (rest.length === 0) return { document: start, path: last.plain };
  // The inner query names each step's document once, so that the text grows with the path and not with its square.
  const down = (steps: readonly Run[]): string => {
    if (steps.length === 0) return start();
    const run = steps.at(-1)!;
    return `(SELECT ${ambiguous(() => '"j"', run, compilation)} FROM (SELECT ${down(steps.slice(0, -1))} AS "j"))`;
  };
  const document = (): string => down(rest);
  return { document, path: last.digits === null ? last.plain : "$" };
};

export const jsonPath = ({ operand, path, as }: JsonPathNode, compilation: Compilation): Piece => {
  const place = placeOf(operand, path, compilation);
  const jsonType = (): string => `json_type(${place.document()}, ${constant(place.path, compilation)})`;
  const value = (arrow: "->" | "->>"): string => `${place.document()} ${arrow} ${constant(place.path, compilation)}`;
  if (as === "json") return other(value("->"));
  if (as === "bool") return atom(`CASE ${jsonType()} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`);
  if (as === "text") return atom(`CASE WHEN ${jsonType()} = 'text' THEN ${value("->>")} END`);
  return atom(`CASE WHEN ${jsonType()} IN ('integer', 'real') THEN CAST(${value("->>")} AS REAL) END`);
};

export const jsonIsNull = ({ operand, path, negated }: JsonIsNullNode, compilation: Compilation): Piece => {
  const place = placeOf(operand, path, compilation);
  const type = `json_type(${place.document()}, ${constant(place.path, compilation)})`;
  return test(`coalesce(${type}, 'null') ${negated ? "<>" : "="} 'null'`);
};

/** What a call gives is JSON to the call around it; a bound text is not. */
export const jsonSet = ({ operand, keys, values }: JsonSetNode, compilation: Compilation): Piece => {
  const document = (): string => compilation.at(operand, level.or);
  const object = `CASE WHEN json_type(${document()}) = 'object' THEN ${document()} ELSE '{}' END`;
  const pairs = keys.map((key, index) => {
    const value = values[index]!;
    // In the order of the text, in which placeholders are counted.
    const path = constant(`$${keyStep(key)}`, compilation);
    const text = compilation.at(value, level.or);
    return `${path}, ${value.node === "jsonSet" ? text : `json(${text})`}`;
  });
  return atom(`json_set(${[object, ...pairs].join(", ")})`);
};

const encodeKey = (key: unknown): string => {
  if (typeof key !== "string") throw new ValueProblem(`expects a text, got ${describe(key)}`);
  return `$${keyStep(key)}`;
};

/** Only objects have keys: a quoted step finds nothing in an array. */
export const jsonHasKey = ({ operand, key }: JsonHasKeyNode, compilation: Compilation): Piece => {
  const document = (): string => compilation.at(operand, level.other);
  const isThere = `CASE WHEN ${document()} IS NOT NULL THEN `;
  return atom(`${isThere}json_type(${document()}, ${compilation.bind(key, encodeKey)}) IS NOT NULL END`);
};

/** `petrel_json` is the driver's: the same text for the same JSON value. */
export const jsonEqual = ({ operand, value, negated }: JsonEqualNode, compilation: Compilation): Piece => {
  const left = `petrel_json(${compilation.at(operand, level.or)})`;
  return test(`${left} ${negated ? "<>" : "="} petrel_json(${compilation.at(value, level.or)})`);
};

/** `petrel_json_contains` is the driver's: containment as PostgreSQL's `@>` decides it. */
export const jsonContains = ({ operand, value }: JsonContainsNode, compilation: Compilation): Piece => {
  const document = compilation.at(operand, level.or);
  return atom(`petrel_json_contains(${document}, ${compilation.at(value, level.or)})`);
};
