/** JSON on PostgreSQL: `jsonb`, with paths bound as `text[]`, never spelled. */
import type {
  ExpressionNode,
  JsonContainsNode,
  JsonEqualNode,
  JsonHasKeyNode,
  JsonIsNullNode,
  JsonPathNode,
  JsonSetNode,
} from "../../ast/expression.ts";
import type { Compilation } from "../compilation.ts";
import { atom, level, other, test } from "../piece.ts";
import type { Piece } from "../piece.ts";

const path = (keys: readonly string[], compilation: Compilation): string =>
  `${compilation.bindConstant(`path:${JSON.stringify(keys)}`, keys)}::text[]`;

/** The document at a path: the operand itself where the path is empty. */
const at = (operand: ExpressionNode, keys: readonly string[], compilation: Compilation): Piece =>
  keys.length === 0 ? compilation.spell(operand) : other(`${compilation.at(operand, level.atom)} #> ${path(keys, compilation)}`);

const asText = (operand: ExpressionNode, keys: readonly string[], compilation: Compilation): string =>
  `${compilation.at(operand, level.atom)} #>> ${path(keys, compilation)}`;

const types = { text: "string", number: "number", bool: "boolean" } as const;
const casts = { text: "", number: "::numeric", bool: "::boolean" } as const;

/** The type is tested first: a cast of any other value would fail the whole statement. */
export const jsonPath = ({ operand, path: keys, as }: JsonPathNode, compilation: Compilation): Piece => {
  if (as === "json") return at(operand, keys, compilation);
  const type = `jsonb_typeof(${at(operand, keys, compilation).text})`;
  const value = asText(operand, keys, compilation);
  return atom(`CASE WHEN ${type} = '${types[as]}' THEN ${casts[as] === "" ? value : `(${value})${casts[as]}`} END`);
};

export const jsonIsNull = ({ operand, path: keys, negated }: JsonIsNullNode, compilation: Compilation): Piece =>
  test(`coalesce(jsonb_typeof(${at(operand, keys, compilation).text}), 'null') ${negated ? "<>" : "="} 'null'`);

/** A call takes 100 arguments at most. */
const pairsPerCall = 50;

export const jsonSet = ({ operand, keys, values }: JsonSetNode, compilation: Compilation): Piece => {
  const document = `CASE WHEN jsonb_typeof(${compilation.at(operand, level.or)}) = 'object' THEN ${compilation.at(operand, level.or)} ELSE '{}' END`;
  const pairs = keys.map((key, index) => {
    const name = compilation.bindConstant(`key:${key}`, key);
    return `${name}::text, ${compilation.typed(values[index]!)}`;
  });
  const calls: string[] = [];
  for (let start = 0; start < pairs.length; start += pairsPerCall)
    calls.push(`jsonb_build_object(${pairs.slice(start, start + pairsPerCall).join(", ")})`);
  return other([document, ...calls].join(" || "));
};

/** `?` alone would find elements of arrays too. */
export const jsonHasKey = ({ operand, key }: JsonHasKeyNode, compilation: Compilation): Piece => {
  const document = (): string => compilation.at(operand, level.atom);
  const isObject = `jsonb_typeof(${compilation.at(operand, level.or)}) = 'object'`;
  return { text: `${isObject} AND ${document()} ? ${compilation.bind(key, null)}::text`, level: level.and };
};

export const jsonEqual = ({ operand, value, negated }: JsonEqualNode, compilation: Compilation): Piece =>
  test(`${compilation.at(operand, level.other)} ${negated ? "<>" : "="} ${compilation.typed(value)}`);

export const jsonContains = ({ operand, value }: JsonContainsNode, compilation: Compilation): Piece =>
  test(`${compilation.at(operand, level.atom)} @> ${compilation.typed(value)}`);
