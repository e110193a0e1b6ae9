/**
 * Exact decimals on a database that has none. They are stored as text in canonical form (`"12.50"` for scale 2), which is compared as it is for equality.
 * Everything else computes with numbers: `REAL` holds 15 decimal digits exactly, sums are added up as whole numbers of the last digit's unit,
 * and results are printed with their scale again. A column of more than 15 digits is refused.
 */
import { ConfigurationError } from "../../base/errors.ts";
import type { AggregateNode, ExpressionNode } from "../../ast/expression.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { collectionOf } from "../clauses.ts";
import type { Compilation } from "../compilation.ts";
import { behindAggregate, commonSpelling, over } from "../expressions.ts";
import type { Behind } from "../expressions.ts";
import { atom, level, within } from "../piece.ts";
import type { Level, Piece } from "../piece.ts";
import { nodeType } from "../../ast/node-type.ts";

const exactDigits = 15;

export const isDecimal = (node: ExpressionNode): boolean => nodeType(node)?.kind === "decimal";

const refuseTooPrecise = (node: ExpressionNode): void => {
  if (node.node !== "column" && node.node !== "proposed") return;
  const { type, property } = node.column;
  if (type.precision !== undefined && type.precision <= exactDigits) return;
  throw new ConfigurationError(
    `The decimal column '${property}' has more than ${exactDigits} digits, which SQLite cannot order or compute with exactly. ` +
      `Give it a precision of at most ${exactDigits}, or keep whole units in a bigint column.`,
    { property },
  );
};

/** Digits behind the point of what a node computes; `null` where they are open (a division, a value of unknown scale). */
export const scaleOf = (node: ExpressionNode): number | null => {
  switch (node.node) {
    case "arithmetic":
      return arithmeticScale(node.operator, scaleOf(node.left), scaleOf(node.right));
    case "aggregate":
      return node.name === "count" ? 0 : node.argument === null ? null : scaleOf(node.argument);
    case "collectionAggregate":
      return scaleOf(node.aggregate);
    case "window":
      return scaleOf(node.function);
    case "function":
      return node.arguments.length === 0 || node.name === "round" ? (node.type.scale ?? null) : scaleOf(node.arguments[0]!);
    case "literal":
      return 0;
    default: {
      const type = nodeType(node);
      if (type?.kind === "int" || type?.kind === "bigint") return 0;
      return type?.scale ?? null;
    }
  }
};

const arithmeticScale = (operator: string, left: number | null, right: number | null): number | null => {
  if (operator === "/" || left === null || right === null) return null;
  return operator === "*" ? left + right : Math.max(left, right);
};

const asReal = (text: string): Piece => atom(`CAST(${text} AS REAL)`);

/** The node's value as a number. */
export const asNumber = (node: ExpressionNode, compilation: Compilation): Piece => {
  if (!isDecimal(node)) return compilation.spell(node);
  refuseTooPrecise(node);
  // Their spelling computes with numbers already.
  if (computes(node)) return compilation.spell(node);
  return asReal(compilation.at(node, level.or));
};

export const numberAt = (node: ExpressionNode, needed: Level, compilation: Compilation): string => {
  const piece = asNumber(node, compilation);
  return piece.level < needed ? `(${piece.text})` : piece.text;
};

/** A number to compare. What was calculated from decimals is cut to the digits that are exact, so that 0.1 * 3 equals 0.3. */
export const comparedNumber = (node: ExpressionNode, compilation: Compilation): string => {
  if (!isDecimal(node) || (node.node !== "arithmetic" && node.node !== "function")) return numberAt(node, level.other, compilation);
  const scale = scaleOf(node);
  const number = (): string => numberAt(node, level.or, compilation);
  return scale === null ? asReal(printed(number, null)).text : `round(${number()}, ${scale})`;
};

/** A decimal's whole number of units of its last digit. */
const units = (node: ExpressionNode, scale: number, compilation: Compilation): string => {
  const number = numberAt(node, level.product, compilation);
  return `CAST(round(${scale === 0 ? number : `${number} * ${10 ** scale}`}) AS INTEGER)`;
};

/** An aggregate over a decimal, as a number. A sum is exact as long as its result has 15 digits. */
export const decimalAggregate = (node: AggregateNode, compilation: Compilation, window?: Behind): Piece => {
  const { name, argument, distinct } = node;
  const behind = behindAggregate(node, compilation, window);
  const what = argument!;
  const only = distinct ? "DISTINCT " : "";
  const scale = scaleOf(what);
  if (name !== "sum" || scale === null) {
    const called = `${name}(${only}${numberAt(what, level.or, compilation)})`;
    return atom(called + behind());
  }
  const called = `sum(${only}${units(what, scale, compilation)})`;
  const sum = called + behind();
  return { text: `${sum} / ${10 ** scale}.0`, level: level.product };
};

/** A number printed with its scale; 15 digits where that is open. NULL stays NULL, which `printf` alone would make 0; adding 0.0 makes -0 a 0. */
const printed = (spell: () => string, scale: number | null): string => {
  const isThere = `CASE WHEN ${spell()} IS NOT NULL THEN `;
  if (scale === null) return `${isThere}printf('%.15g', ${spell()} + 0.0) END`;
  return `${isThere}printf('%.${scale}f', round(${spell()}, ${scale}) + 0.0) END`;
};

/** An exact sum printed from whole units, so that no digit goes through a float. */
const printedSum = (node: AggregateNode, scale: number, compilation: Compilation, window?: Behind): string => {
  const behind = behindAggregate(node, compilation, window);
  const sum = (): string => {
    const called = `sum(${node.distinct ? "DISTINCT " : ""}${units(node.argument!, scale, compilation)})`;
    return called + behind();
  };
  return printedUnits(sum, scale);
};

const printedUnits = (sum: () => string, scale: number): string => {
  if (scale === 0) return `CAST(${sum()} AS TEXT)`;
  const unit = 10 ** scale;
  const sign = `CASE WHEN ${sum()} < 0 THEN '-' ELSE '' END`;
  return `CASE WHEN ${sum()} IS NOT NULL THEN printf('%s%d.%0${scale}d', ${sign}, abs(${sum()}) / ${unit}, abs(${sum()}) % ${unit}) END`;
};

/** Whether a node's spelling is a number that has to be printed before it is a decimal. */
const computes = (node: ExpressionNode): boolean =>
  node.node === "arithmetic" ||
  node.node === "aggregate" ||
  node.node === "collectionAggregate" ||
  node.node === "function" ||
  node.node === "case" ||
  // What other window functions give is what a row holds.
  (node.node === "window" && node.function.node === "aggregate");

const isNumeric = (node: ExpressionNode): boolean => ["int", "bigint", "float", "decimal"].includes(nodeType(node)?.kind ?? "");

const storedAggregate = (node: AggregateNode, scale: number | null, compilation: Compilation, behind?: Behind): string => {
  const own = scaleOf(node);
  if (node.name === "sum" && own !== null && (scale === null || scale === own)) return printedSum(node, own, compilation, behind);
  const spelled = (): Piece =>
    node.argument !== null && isDecimal(node.argument)
      ? decimalAggregate(node, compilation, behind)
      : commonSpelling.aggregate(node, compilation, behind);
  return printed(() => within(spelled(), level.product), scale);
};

/** The node's value in the stored form of a decimal column of `type`. */
export const asStored = (node: ExpressionNode, type: ColumnType, compilation: Compilation): string => {
  const scale = type.scale ?? scaleOf(node);
  if (node.node === "aggregate") return storedAggregate(node, scale, compilation);
  if (node.node === "collectionAggregate") {
    const { source, aggregate, where } = node;
    return `(${collectionOf(source, () => storedAggregate(aggregate, scale, compilation), where, compilation)})`;
  }
  if (node.node === "window" && node.function.node === "aggregate")
    return storedAggregate(node.function, scale, compilation, () => over(node, compilation));
  const isStored = isDecimal(node) && !computes(node) && (scaleOf(node) === scale || scaleOf(node) === null);
  if (isStored || !isNumeric(node)) return compilation.spell(node).text;
  return printed(() => numberAt(node, level.product, compilation), scale);
};
