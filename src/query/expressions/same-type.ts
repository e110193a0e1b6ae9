/** Values and expressions that stand side by side in `coalesce(a, b)` or in the branches of `when()`, brought to one type. */
import { ConfigurationError } from "../../base/errors.ts";
import { typeOfExpression } from "../../ast/expression-builder.ts";
import type { ExpressionNode } from "../../ast/expression.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import { nodeType } from "../../ast/node-type.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { comparable } from "../lookups/lookup-scope.ts";

export interface TypedOperand {
  readonly node: ExpressionNode;
  readonly type: ColumnType | null;
  readonly nullable: boolean;
}

export interface SameType {
  readonly operands: readonly TypedOperand[];
  /** `null` where only the database knows. */
  readonly type: ColumnType | null;
}

const int: ColumnType = { kind: "int" };
const bigint: ColumnType = { kind: "bigint" };
const float: ColumnType = { kind: "float" };
const kinds: Readonly<Record<string, ColumnType>> = {
  string: { kind: "text" },
  boolean: { kind: "bool" },
  bigint,
};
const timestamp: ColumnType = { kind: "timestamp" };
const bytes: ColumnType = { kind: "bytes" };

const isInt = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) <= 0x7fffffff;

/** The type of a value that stands alone. */
const typeOfValue = (value: unknown, use: string): ColumnType => {
  if (typeof value === "number") return isInt(value) ? int : float;
  if (value instanceof Date) return timestamp;
  if (value instanceof Uint8Array) return bytes;
  const type = kinds[typeof value];
  if (type !== undefined) return type;
  throw new ConfigurationError(
    `${use} takes expressions, text, numbers, booleans and dates, not ${describe(value)}. ${value === undefined ? "Use null for NULL." : "Compare documents by a value inside them."}`,
  );
};

/** The type of a value beside others of type `like`: an integer may stand beside a fraction. */
const typeBeside = (like: ColumnType, value: unknown): ColumnType =>
  like.kind === "int" && typeof value === "number" && !isInt(value) ? float : like;

const known = (value: unknown): TypedOperand | null => {
  const node = nodeOf(value);
  if (node === undefined) return null;
  const typed = typeOfExpression(value);
  const type = typed?.type ?? nodeType(node);
  return { node, type: type === null ? null : comparable(type), nullable: typed?.nullable ?? true };
};

const literalNull: TypedOperand = { node: Object.freeze({ node: "literal", value: null }), type: null, nullable: true };

const given = (value: unknown, type: ColumnType): TypedOperand => ({
  node: Object.freeze({ node: "parameter" as const, form: "one" as const, type, value }),
  type,
  nullable: false,
});

/** A value or an expression as an operand. */
export const operandOf = (value: unknown, use: string): TypedOperand => {
  if (value === null) return literalNull;
  return known(value) ?? given(value, typeOfValue(value, use));
};

const numeric = ["int", "bigint", "decimal", "float"];

/** The type that both fit into: of numbers the wider one. */
const wider = (a: ColumnType, b: ColumnType, use: string): ColumnType => {
  if (a.kind === b.kind) return a.kind === "decimal" && (b.scale ?? 0) > (a.scale ?? 0) ? b : a;
  const [left, right] = [numeric.indexOf(a.kind), numeric.indexOf(b.kind)];
  if (left >= 0 && right >= 0) return left > right ? a : b;
  throw new ConfigurationError(`${use} mixes values of kind ${a.kind} and ${b.kind}. Give it values of one kind.`);
};

/** Throws `ConfigurationError` for values of different kinds. `use` names the call for messages. */
export const sameType = (values: readonly unknown[], use: string): SameType => {
  const like = values.map((value) => known(value)?.type ?? null).find((type) => type !== null) ?? null;
  const operands = values.map((value): TypedOperand => {
    if (value === null) return literalNull;
    return known(value) ?? given(value, like === null || typeof value === "object" ? typeOfValue(value, use) : typeBeside(like, value));
  });
  const types = operands.map(({ type }) => type).filter((type) => type !== null);
  const [first, ...rest] = types;
  return { operands, type: first === undefined ? null : rest.reduce((a, b) => wider(a, b, use), first) };
};
