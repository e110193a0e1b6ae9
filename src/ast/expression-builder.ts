/**
 * The objects behind `ast/typed-expression.ts`: each holds a frozen node, and each method gives a new object with a node around it.
 *
 * One class for all kinds: TypeScript shows the methods that fit, and the type kept beside the node decides how values are bound.
 */
import { ConfigurationError } from "../base/errors.ts";
import { type ColumnType, describe, type Kind } from "../types/column-type.ts";
import { aggregateWhere } from "./aggregate-where.ts";
import type { AggregateNode, ExpressionNode, WindowFunctionNode } from "./expression.ts";
import { NodeHolder, nodeOf } from "./node-holder.ts";
import {
  type As,
  asOfKind,
  asTypes,
  bigint,
  bool,
  decimalOf,
  float,
  int,
  isAscii,
  json,
  jsonAs,
  label,
  operandNode,
  parameter,
  parameterType,
  scaledType,
  patternNode,
  patternOf,
  refused,
  text,
  unlimited,
} from "./operands.ts";
import type { ArithmeticOperator, ComparisonOperator, DatePart, DateUnit, FunctionName, MatchKind } from "./operator.ts";
import { BuiltOrdering } from "./ordering.ts";
import type { Condition, Expression, ExpressionOfKind } from "./typed-expression.ts";
import { windowOf } from "./window.ts";

const date: ColumnType = Object.freeze({ kind: "date" });
const timestamp: ColumnType = Object.freeze({ kind: "timestamp" });
const dayUnits: readonly DateUnit[] = ["year", "month", "week", "day"];
const timeUnits: readonly DateUnit[] = ["hour", "minute"];

class BuiltExpression extends NodeHolder {
  readonly #node: ExpressionNode;
  readonly #type: ColumnType | null;
  readonly #nullable: boolean;

  constructor(node: ExpressionNode, type: ColumnType | null, nullable: boolean) {
    super(Object.freeze(node));
    this.#node = node;
    this.#type = type;
    this.#nullable = nullable;
  }

  static typeOf(value: unknown): { readonly type: ColumnType | null; readonly nullable: boolean } | undefined {
    if (typeof value !== "object" || value === null || !(#node in value)) return undefined;
    return { type: value.#type, nullable: value.#nullable };
  }

  #condition(node: ExpressionNode): BuiltExpression {
    return new BuiltExpression(node, bool, this.#nullable);
  }

  /** The node that is compared, read as what it is compared with, and the other side. */
  #sides(value: unknown): { readonly left: ExpressionNode; readonly right: ExpressionNode } {
    if (this.#type?.kind !== "json") {
      return { left: this.#node, right: operandNode(value, unlimited(this.#type), this.#node) };
    }
    const other = BuiltExpression.typeOf(value);
    const as = nodeOf(value) ? asOfKind(other?.type?.kind) : jsonAs(value);
    const type = typeof value === "bigint" ? bigint : asTypes[as];
    const right = other && as === other.type?.kind && as === "json" ? otherPath(nodeOf(value)!) : operandNode(value, type, this.#node);
    return { left: this.#read(as), right };
  }

  /** A document's value as text, number or truth. */
  #read(as: As): ExpressionNode {
    if (this.#type?.kind !== "json") return this.#node;
    const { operand, path } = pathOf(this.#node);
    return Object.freeze({ node: "jsonPath", operand, path, as });
  }

  #compare(operator: ComparisonOperator, value: unknown): BuiltExpression {
    const { left, right } = this.#sides(value);
    return this.#condition({ node: "comparison", operator, left, right });
  }

  #equal(value: unknown, negated: boolean): BuiltExpression {
    if (value === null) return this.#isNull(negated);
    const isDocument = this.#type?.kind === "json" && typeof value === "object" && !nodeOf(value);
    if (!isDocument) return this.#compare(negated ? "<>" : "=", value);
    const document = parameter("one", json, value, this.#node);
    return this.#condition({ node: "jsonEqual", operand: this.#node, value: document, negated });
  }

  #isNull(negated: boolean): BuiltExpression {
    const node = this.#node;
    if (node.node !== "jsonPath") return new BuiltExpression({ node: "isNull", operand: node, negated }, bool, false);
    return new BuiltExpression({ node: "jsonIsNull", operand: node.operand, path: node.path, negated }, bool, false);
  }

  #inSubquery(query: unknown, negated: boolean): BuiltExpression | null {
    const node = nodeOf(query);
    if (node?.node !== "subquery") return null;
    if (this.#type?.kind === "json")
      throw refused(this.#node, "the rows of a query", "Compare a value inside the document, or use exists().");
    // As one value the query gives its first row; a limit of the query's own is a parameter, and stays.
    const select = node.select.limit?.node === "literal" ? { ...node.select, orderBy: [], limit: null } : node.select;
    return this.#condition({ node: "inSubquery", operand: this.#node, select, negated });
  }

  #in(values: unknown, negated: boolean): BuiltExpression {
    const asked = this.#inSubquery(values, negated);
    if (asked !== null) return asked;
    if (!Array.isArray(values)) throw refused(this.#node, describe(values), "Pass an array or a subquery() to in() and notIn().");
    const list: readonly unknown[] = Object.freeze([...(values as unknown[])]);
    const odd = list.find((value) => value === null || value === undefined || nodeOf(value));
    if (odd !== undefined || list.includes(undefined) || list.includes(null)) {
      throw refused(
        this.#node,
        "a list that holds something else than values",
        "Leave null and undefined out; ask for NULL with isNull().",
      );
    }
    const isJson = this.#type?.kind === "json";
    const as = jsonAs(list[0]);
    if (isJson && (as === "json" ? list.length > 0 : list.some((value) => jsonAs(value) !== as))) {
      throw refused(this.#node, "a list of mixed values", "Inside a document pass only strings, only numbers or only booleans.");
    }
    const plain = unlimited(this.#type);
    const type = isJson
      ? list.length === 0
        ? text
        : asTypes[as]
      : list.some((value) => parameterType(plain, value) !== plain)
        ? float
        : plain;
    const operand = isJson ? this.#read(list.length === 0 ? "text" : as) : this.#node;
    return this.#condition({ node: "in", operand, list: parameter("list", type, list, this.#node), negated });
  }

  eq(value: unknown): BuiltExpression {
    return this.#equal(value, false);
  }
  ne(value: unknown): BuiltExpression {
    return this.#equal(value, true);
  }
  gt(value: unknown): BuiltExpression {
    return this.#compare(">", value);
  }
  gte(value: unknown): BuiltExpression {
    return this.#compare(">=", value);
  }
  lt(value: unknown): BuiltExpression {
    return this.#compare("<", value);
  }
  lte(value: unknown): BuiltExpression {
    return this.#compare("<=", value);
  }
  between(low: unknown, high: unknown): BuiltExpression {
    const { left, right } = this.#sides(low);
    return this.#condition({ node: "between", operand: left, low: right, high: this.#sides(high).right });
  }
  in(values: unknown): BuiltExpression {
    return this.#in(values, false);
  }
  notIn(values: unknown): BuiltExpression {
    return this.#in(values, true);
  }
  isNull(): BuiltExpression {
    return this.#isNull(false);
  }
  isNotNull(): BuiltExpression {
    return this.#isNull(true);
  }

  #match(kind: MatchKind, caseless: boolean, value: unknown): BuiltExpression {
    const pattern = patternNode(value, "pattern", this.#node);
    return this.#condition({
      node: "match",
      kind,
      caseless,
      ascii: isAscii(pattern.value as string),
      operand: this.#read("text"),
      pattern,
    });
  }
  like(pattern: unknown): BuiltExpression {
    return this.#match("like", false, pattern);
  }
  ilike(pattern: unknown): BuiltExpression {
    return this.#match("like", true, pattern);
  }
  contains(part: unknown): BuiltExpression {
    return this.#match("contains", false, part);
  }
  icontains(part: unknown): BuiltExpression {
    return this.#match("contains", true, part);
  }
  startsWith(part: unknown): BuiltExpression {
    return this.#match("startsWith", false, part);
  }
  istartsWith(part: unknown): BuiltExpression {
    return this.#match("startsWith", true, part);
  }
  endsWith(part: unknown): BuiltExpression {
    return this.#match("endsWith", false, part);
  }
  iendsWith(part: unknown): BuiltExpression {
    return this.#match("endsWith", true, part);
  }
  matches(pattern: unknown): BuiltExpression {
    const { source, caseless } = patternOf(pattern, this.#node);
    return this.#condition({ node: "regex", caseless, operand: this.#read("text"), pattern: patternNode(source, "one", this.#node) });
  }

  #call(name: FunctionName, type: ColumnType, ...more: readonly ExpressionNode[]): BuiltExpression {
    const args = Object.freeze([this.#read("text"), ...more]);
    return new BuiltExpression({ node: "function", name, arguments: args, type }, type, this.#nullable);
  }
  lower(): BuiltExpression {
    return this.#call("lower", text);
  }
  upper(): BuiltExpression {
    return this.#call("upper", text);
  }
  length(): BuiltExpression {
    return this.#call("length", int);
  }

  trim(): BuiltExpression {
    return this.#call("trim", text);
  }
  substring(start: unknown, length?: unknown): BuiltExpression {
    const from = this.#wholeFrom(1, start, "substring() starts at");
    if (length === undefined) return this.#call("substring", text, from);
    return this.#call("substring", text, from, this.#wholeFrom(0, length, "substring() takes a length of"));
  }
  #wholeFrom(least: number, value: unknown, what: string): ExpressionNode {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return parameter("one", int, value, this.#node);
    throw new ConfigurationError(`${what} a whole number from ${least}: the first character is number 1.`);
  }
  replace(search: unknown, replacement: unknown): BuiltExpression {
    return this.#call("replace", text, operandNode(search, text, this.#node), operandNode(replacement, text, this.#node));
  }

  #numeric(name: FunctionName, type: ColumnType, ...more: readonly ExpressionNode[]): BuiltExpression {
    const args = Object.freeze([this.#read("number"), ...more]);
    return new BuiltExpression({ node: "function", name, arguments: args, type }, type, this.#nullable);
  }
  /** The type of a number, as it is computed with. */
  #number(): ColumnType {
    const type = this.#type?.kind === "decimal" ? this.#type : unlimited(this.#type);
    return type === null || type.kind === "json" ? float : type;
  }
  #isWhole(): boolean {
    return this.#type?.kind === "int" || this.#type?.kind === "bigint";
  }
  abs(): BuiltExpression {
    return this.#numeric("abs", this.#number());
  }
  round(digits: unknown = 0): BuiltExpression {
    if (typeof digits !== "number" || !Number.isSafeInteger(digits) || digits < 0 || digits > 15)
      throw new ConfigurationError("round() takes a number of digits behind the point, a whole number from 0 to 15.");
    if (this.#isWhole()) return this;
    const type = this.#type?.kind === "decimal" ? scaledType(digits) : this.#number();
    return this.#numeric("round", type, Object.freeze({ node: "literal", value: digits }));
  }
  floor(): BuiltExpression {
    return this.#isWhole() ? this : this.#numeric("floor", this.#type?.kind === "decimal" ? scaledType(0) : this.#number());
  }
  ceil(): BuiltExpression {
    return this.#isWhole() ? this : this.#numeric("ceil", this.#type?.kind === "decimal" ? scaledType(0) : this.#number());
  }

  #cast(type: ColumnType): BuiltExpression {
    return new BuiltExpression({ node: "cast", operand: this.#read(type.kind === "text" ? "text" : "number"), type }, type, this.#nullable);
  }
  toInt(): BuiltExpression {
    return this.#cast(int);
  }
  toFloat(): BuiltExpression {
    return this.#cast(float);
  }
  toText(): BuiltExpression {
    const kind = this.#type?.kind;
    if (kind === "float" || kind === undefined)
      throw new ConfigurationError(
        `toText() of ${label(this.#node)}: databases write floating-point numbers in different ways. Use round() and toInt(), or a decimal.`,
      );
    return this.#cast(text);
  }

  /** Only an aggregate has rows to be computed over; TypeScript shows the method where it is one. */
  over(window?: unknown): BuiltExpression {
    if (this.#node.node !== "aggregate")
      throw new ConfigurationError(`over() of ${label(this.#node)}: only aggregates and window functions are computed over a window.`);
    if (this.#node.distinct)
      throw new ConfigurationError("over(): a distinct count cannot be computed over a window. Leave out 'distinct'.");
    return overWindow(this.#node, this.#type, this.#nullable, window);
  }

  /** Only an aggregate has rows to choose among; TypeScript shows the method where it is one. */
  where(condition: unknown): BuiltExpression {
    if (this.#node.node !== "aggregate")
      throw new ConfigurationError(`where() of ${label(this.#node)}: only aggregates choose among rows.`);
    return new BuiltExpression(aggregateWhere(this.#node, conditionNode(condition, "where()")), this.#type, this.#nullable);
  }

  #calculate(operator: ArithmeticOperator, value: unknown): BuiltExpression {
    if (value === null) throw refused(this.#node, "null in a calculation, which makes all of it NULL", "Pass a number.");
    const own = this.#type?.kind === "json" ? float : (unlimited(this.#type) ?? float);
    const right = operandNode(value, own, this.#node);
    const given = right.node === "parameter" ? right.type : (BuiltExpression.typeOf(value)?.type ?? null);
    if (own.kind === "decimal" && given?.kind === "float") {
      throw new ConfigurationError(
        `${label(this.#node)} is an exact decimal, and is calculated with a floating-point number. Use a decimal or a whole number.`,
      );
    }
    const type = given?.kind === "float" ? float : own.kind === "decimal" ? decimalOf(operator, this.#type, given) : own;
    const nullable = this.#nullable || (BuiltExpression.typeOf(value)?.nullable ?? nodeOf(value) !== undefined);
    return new BuiltExpression({ node: "arithmetic", operator, left: this.#read("number"), right, type }, type, nullable);
  }
  plus(value: unknown): BuiltExpression {
    return this.#calculate("+", value);
  }
  minus(value: unknown): BuiltExpression {
    return this.#calculate("-", value);
  }
  times(value: unknown): BuiltExpression {
    return this.#calculate("*", value);
  }
  dividedBy(value: unknown): BuiltExpression {
    return this.#calculate("/", value);
  }

  #part(part: DatePart): BuiltExpression {
    return new BuiltExpression({ node: "datePart", part, operand: this.#node }, int, this.#nullable);
  }
  year(): BuiltExpression {
    return this.#part("year");
  }
  month(): BuiltExpression {
    return this.#part("month");
  }
  day(): BuiltExpression {
    return this.#part("day");
  }

  hour(): BuiltExpression {
    return this.#part("hour");
  }
  minute(): BuiltExpression {
    return this.#part("minute");
  }
  second(): BuiltExpression {
    return this.#part("second");
  }
  weekDay(): BuiltExpression {
    return this.#part("weekDay");
  }
  truncate(unit: unknown): BuiltExpression {
    const type = this.#type?.kind === "date" ? date : timestamp;
    const units = type === date ? dayUnits : [...dayUnits, ...timeUnits];
    const known = units.find((each) => each === unit);
    if (known === undefined) throw new ConfigurationError(`truncate() of ${label(this.#node)} takes one of: ${units.join(", ")}.`);
    return new BuiltExpression({ node: "dateTrunc", unit: known, operand: this.#node }, type, this.#nullable);
  }
  toDate(): BuiltExpression {
    return new BuiltExpression({ node: "dateOf", operand: this.#node }, date, this.#nullable);
  }

  at(key: unknown): BuiltExpression {
    if (typeof key !== "string")
      throw new ConfigurationError(`at() of ${label(this.#node)} takes a key as a string, got ${describe(key)}.`);
    const { operand, path } = pathOf(this.#node);
    return new BuiltExpression({ node: "jsonPath", operand, path: Object.freeze([...path, key]), as: "json" }, json, true);
  }

  #logical(operator: "and" | "or", others: readonly unknown[]): BuiltExpression {
    const own = this.#node.node === "logical" && this.#node.operator === operator ? this.#node.operands : [this.#node];
    const operands = others.map((other) => conditionNode(other, `${operator}()`));
    return this.#condition({ node: "logical", operator, operands: Object.freeze([...own, ...operands]) });
  }
  and(...others: unknown[]): BuiltExpression {
    return this.#logical("and", others);
  }
  or(...others: unknown[]): BuiltExpression {
    return this.#logical("or", others);
  }
  not(): BuiltExpression {
    return this.#condition({ node: "not", operand: this.#node, total: false });
  }

  asc(): BuiltOrdering {
    return new BuiltOrdering({ expression: this.#node, direction: "asc", nulls: null });
  }
  desc(): BuiltOrdering {
    return new BuiltOrdering({ expression: this.#node, direction: "desc", nulls: null });
  }
}

/** A document and the path into it; a document by itself has no path. */
const pathOf = (node: ExpressionNode): { readonly operand: ExpressionNode; readonly path: readonly string[] } =>
  node.node === "jsonPath" ? node : { operand: node, path: [] };

/** The other side of a comparison of two documents, read as a document too. */
const otherPath = (node: ExpressionNode): ExpressionNode => Object.freeze({ node: "jsonPath", ...pathOnly(node), as: "json" });
const pathOnly = (node: ExpressionNode) => {
  const { operand, path } = pathOf(node);
  return { operand, path };
};

/** A node as users hold it. `type` is that of its value, `null` where only the database knows; with a kind given, TypeScript knows the methods. */
export const expression = <T, K extends Kind>(node: ExpressionNode, type: ColumnType | null, nullable: boolean): ExpressionOfKind<T, K> =>
  // The one class has the methods of every kind.
  new BuiltExpression(node, type, nullable) as unknown as ExpressionOfKind<T, K>;

/** A function over a window, as users hold it. */
export const overWindow = (
  called: AggregateNode | WindowFunctionNode,
  type: ColumnType | null,
  nullable: boolean,
  window: unknown,
): BuiltExpression => new BuiltExpression({ node: "window", function: called, ...windowOf(window) }, type, nullable);

/** A node that is true, false or unknown, as users hold it. */
export const condition = (node: ExpressionNode): Condition => new BuiltExpression(node, bool, true) as unknown as Condition;

/** Whether `value` is an expression made here. Pieces of `sql` are not. */
export const isExpression = (value: unknown): value is Expression<unknown> => BuiltExpression.typeOf(value) !== undefined;

/** The type of an expression's value, and whether it may be NULL; `undefined` for anything that is not an expression made here. */
export const typeOfExpression = (value: unknown): { readonly type: ColumnType | null; readonly nullable: boolean } | undefined =>
  BuiltExpression.typeOf(value);

/** The node of a condition, or of a piece of `sql`. `where` names the call for the message, as in `"where()"`. */
export const conditionNode = (value: unknown, where: string): ExpressionNode => {
  const node = nodeOf(value);
  const type = BuiltExpression.typeOf(value)?.type;
  if (node && (type === undefined || type === null || type.kind === "bool")) return node;
  if (node) {
    throw new ConfigurationError(
      `${where} takes conditions, got ${label(node)}, which is of kind ${type!.kind}. Compare it with something, as in user.age.gte(18).`,
    );
  }
  throw new ConfigurationError(`${where} takes conditions such as user.age.gte(18), got ${describe(value)}. Return or pass a condition.`);
};
