/** What expressions are compared and calculated with: given values become parameters of a fitting type, or are refused by name. */
import { ConfigurationError } from "../base/errors.ts";
import { type ColumnType, describe, type Kind } from "../types/column-type.ts";
import type { ExpressionNode, JsonPathNode, ParameterNode } from "./expression.ts";
import { nodeOf } from "./node-holder.ts";
import type { ArithmeticOperator } from "./operator.ts";

export const bool: ColumnType = Object.freeze({ kind: "bool" });
export const int: ColumnType = Object.freeze({ kind: "int" });
export const float: ColumnType = Object.freeze({ kind: "float" });
export const bigint: ColumnType = Object.freeze({ kind: "bigint" });
export const text: ColumnType = Object.freeze({ kind: "text" });
export const json: ColumnType = Object.freeze({ kind: "json" });

/** What messages call an expression. */
export const label = (node: ExpressionNode): string => {
  if (node.node === "column") return `'${node.column.property}'`;
  if (node.node === "jsonPath") return `${label(node.operand)} at ${node.path.map((key) => `'${key}'`).join(", ")}`;
  return "an expression";
};

export const refused = (subject: ExpressionNode, what: string, remedy: string): ConfigurationError =>
  new ConfigurationError(`${label(subject)} is compared with ${what}. ${remedy}`);

/** The same kind without the options that limit what may be stored: a comparison may ask for more. */
export const unlimited = (type: ColumnType | null): ColumnType | null => {
  if (type === null || type.kind === "array") return type;
  return type.kind === "int" ? int : plainType(type.kind);
};

const plainTypes = new Map<Kind, ColumnType>();
/** The same object each time: whoever keeps something for each type finds it again. */
const plainType = (kind: Kind): ColumnType => {
  let known = plainTypes.get(kind);
  if (known === undefined) plainTypes.set(kind, (known = Object.freeze({ kind })));
  return known;
};

/** What a calculation with decimals gives: as many digits behind the point as an exact result has, where both sides say how many they have. */
export const decimalOf = (operator: ArithmeticOperator, left: ColumnType | null, right: ColumnType | null): ColumnType => {
  const [a, b] = [scaleOf(left), scaleOf(right)];
  if (operator === "/" || a === undefined || b === undefined) return plainType("decimal");
  return scaledType(operator === "*" ? a + b : Math.max(a, b));
};
const scaleOf = (type: ColumnType | null): number | undefined => (type?.kind === "int" || type?.kind === "bigint" ? 0 : type?.scale);

const scaledTypes = new Map<number, ColumnType>();
/** A decimal with so many digits behind the point. */
export const scaledType = (scale: number): ColumnType => {
  let known = scaledTypes.get(scale);
  if (known === undefined) scaledTypes.set(scale, (known = Object.freeze({ kind: "decimal", scale })));
  return known;
};

/** An integer column may be compared with, and calculated with, a fraction or a number beyond its own size. */
export const parameterType = (type: ColumnType | null, value: unknown): ColumnType | null => {
  if (type?.kind !== "int" || typeof value !== "number") return type;
  return Number.isInteger(value) && Math.abs(value) <= 0x7fffffff ? type : float;
};

const propertyOf = (subject: ExpressionNode): { name?: string } => (subject.node === "column" ? { name: subject.column.property } : {});

export const parameter = (form: ParameterNode["form"], type: ColumnType | null, value: unknown, subject: ExpressionNode): ParameterNode =>
  Object.freeze({ node: "parameter", form, type, value, ...propertyOf(subject) });

/** An operand as a node: what it holds, or a parameter. `null` and `undefined` have been dealt with, or throw. */
export const operandNode = (value: unknown, type: ColumnType | null, subject: ExpressionNode): ExpressionNode => {
  const node = nodeOf(value);
  if (node) return node;
  if (value === undefined) throw refused(subject, "undefined", "Pass a value; leave the condition away where there is none.");
  if (value === null) throw refused(subject, "null, which no value equals", "Use isNull() or isNotNull().");
  return parameter("one", parameterType(type, value), value, subject);
};

export const patternNode = (value: unknown, form: "pattern" | "one", subject: ExpressionNode): ParameterNode => {
  if (typeof value !== "string") throw refused(subject, describe(value), "Pass a string.");
  return parameter(form, text, value, subject);
};

// oxlint-disable-next-line no-control-regex
export const isAscii = (value: string): boolean => /^[\0-\x7f]*$/.test(value);

interface Pattern {
  readonly source: string;
  readonly caseless: boolean;
}
/** Flags that steer the search but not the match are of no matter; those that change the match cannot be kept. */
export const patternOf = (pattern: unknown, subject: ExpressionNode): Pattern => {
  if (typeof pattern === "string") return { source: pattern, caseless: false };
  if (!(pattern instanceof RegExp)) throw refused(subject, describe(pattern), "Pass a regular expression or a string.");
  if (pattern.multiline || pattern.dotAll)
    throw refused(subject, "a pattern with flag m or s", "Databases know only the flag i: write the rest into the pattern.");
  return { source: pattern.source, caseless: pattern.ignoreCase };
};

export type As = JsonPathNode["as"];
export const asTypes: Readonly<Record<As, ColumnType>> = { text, number: float, bool, json };

/** How a document's value must be read to be compared with `value`. */
export const jsonAs = (value: unknown): As => {
  if (typeof value === "string") return "text";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  return typeof value === "boolean" ? "bool" : "json";
};
export const asOfKind = (kind: Kind | undefined): As => {
  if (kind === "int" || kind === "bigint" || kind === "float" || kind === "decimal") return "number";
  return kind === "bool" || kind === "json" ? kind : "text";
};
