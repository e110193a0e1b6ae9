/**
 * The objects behind `ast/typed-expression.ts`: each holds a frozen node, and each method gives a new object with a node around it.
 *
 * One class for all kinds: TypeScript shows the methods that fit, and the type kept beside the node decides how values are bound.
 */
import { ConfigurationError } from "../base/errors.ts";
import { type ColumnType, describe, type Kind } from "../types/column-type.ts";
import type { ExpressionNode, JsonPathNode, OrderingNode, ParameterNode } from "./expression.ts";
import { NodeHolder, nodeOf } from "./node-holder.ts";
import type { ArithmeticOperator, ComparisonOperator, DatePart, FunctionName, MatchKind } from "./operator.ts";
import type { Condition, Expression, ExpressionOfKind, Ordering } from "./typed-expression.ts";

const bool: ColumnType = Object.freeze({ kind: "bool" });
const int: ColumnType = Object.freeze({ kind: "int" });
const float: ColumnType = Object.freeze({ kind: "float" });
const bigint: ColumnType = Object.freeze({ kind: "bigint" });
const text: ColumnType = Object.freeze({ kind: "text" });
const json: ColumnType = Object.freeze({ kind: "json" });

/** What messages call an expression. */
const label = (node: ExpressionNode): string => {
  if (node.node === "column") return `'${node.column.property}'`;
  if (node.node === "jsonPath") return `${label(node.operand)} at ${node.path.map((key) => `'${key}'`).join(", ")}`;
  return "an expression";
};

const refused = (subject: ExpressionNode, what: string, remedy: string): ConfigurationError =>
  new ConfigurationError(`${label(subject)} is compared with ${what}. ${remedy}`);

/** The same kind without the options that limit what may be stored: a comparison may ask for more. */
const unlimited = (type: ColumnType | null): ColumnType | null => {
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
const decimalOf = (operator: ArithmeticOperator, left: ColumnType | null, right: ColumnType | null): ColumnType => {
  const [a, b] = [scaleOf(left), scaleOf(right)];
  if (operator === "/" || a === undefined || b === undefined) return plainType("decimal");
  return scaledType(operator === "*" ? a + b : Math.max(a, b));
};
const scaleOf = (type: ColumnType | null): number | undefined => (type?.kind === "int" || type?.kind === "bigint" ? 0 : type?.scale);

const scaledTypes = new Map<number, ColumnType>();
const scaledType = (scale: number): ColumnType => {
  let known = scaledTypes.get(scale);
  if (known === undefined) scaledTypes.set(scale, (known = Object.freeze({ kind: "decimal", scale })));
  return known;
};

/** An integer column may be compared with, and calculated with, a fraction or a number beyond its own size. */
const parameterType = (type: ColumnType | null, value: unknown): ColumnType | null => {
  if (type?.kind !== "int" || typeof value !== "number") return type;
  return Number.isInteger(value) && Math.abs(value) <= 0x7fffffff ? type : float;
};

const propertyOf = (subject: ExpressionNode): { name?: string } => (subject.node === "column" ? { name: subject.column.property } : {});

const parameter = (form: ParameterNode["form"], type: ColumnType | null, value: unknown, subject: ExpressionNode): ParameterNode =>
  Object.freeze({ node: "parameter", form, type, value, ...propertyOf(subject) });

/** An operand as a node: what it holds, or a parameter. `null` and `undefined` have been dealt with, or throw. */
const operandNode = (value: unknown, type: ColumnType | null, subject: ExpressionNode): ExpressionNode => {
  const node = nodeOf(value);
  if (node) return node;
  if (value === undefined) throw refused(subject, "undefined", "Pass a value; leave the condition away where there is none.");
  if (value === null) throw refused(subject, "null, which no value equals", "Use isNull() or isNotNull().");
  return parameter("one", parameterType(type, value), value, subject);
};

const patternNode = (value: unknown, form: "pattern" | "one", subject: ExpressionNode): ParameterNode => {
  if (typeof value !== "string") throw refused(subject, describe(value), "Pass a string.");
  return parameter(form, text, value, subject);
};

// oxlint-disable-next-line no-control-regex
const isAscii = (value: string): boolean => /^[\0-\x7f]*$/.test(value);

interface Pattern {
  readonly source: string;
  readonly caseless: boolean;
}
/** Flags that steer the search but not the match are of no matter; those that change the match cannot be kept. */
const patternOf = (pattern: unknown, subject: ExpressionNode): Pattern => {
  if (typeof pattern === "string") return { source: pattern, caseless: false };
  if (!(pattern instanceof RegExp)) throw refused(subject, describe(pattern), "Pass a regular expression or a string.");
  if (pattern.multiline || pattern.dotAll)
    throw refused(subject, "a pattern with flag m or s", "Databases know only the flag i: write the rest into the pattern.");
  return { source: pattern.source, caseless: pattern.ignoreCase };
};

type As = JsonPathNode["as"];
const asTypes: Readonly<Record<As, ColumnType>> = { text, number: float, bool, json };

/** How a document's value must be read to be compared with `value`. */
const jsonAs = (value: unknown): As => {
  if (typeof value === "string") return "text";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  return typeof value === "boolean" ? "bool" : "json";
};
const asOfKind = (kind: Kind | undefined): As => {
  if (kind === "int" || kind === "bigint" || kind === "float" || kind === "decimal") return "number";
  return kind === "bool" || kind === "json" ? kind : "text";
};

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

  #in(values: unknown, negated: boolean): BuiltExpression {
    if (!Array.isArray(values)) throw refused(this.#node, describe(values), "Pass an array to in() and notIn().");
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

  #call(name: FunctionName, type: ColumnType): BuiltExpression {
    return new BuiltExpression({ node: "function", name, arguments: Object.freeze([this.#read("text")]), type }, type, this.#nullable);
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

class BuiltOrdering {
  readonly #node: OrderingNode;

  constructor(node: OrderingNode) {
    this.#node = Object.freeze(node);
  }

  static nodeOf(value: unknown): OrderingNode | undefined {
    return typeof value === "object" && value !== null && #node in value ? value.#node : undefined;
  }

  get direction(): "asc" | "desc" {
    return this.#node.direction;
  }
  nullsFirst(): BuiltOrdering {
    return new BuiltOrdering({ ...this.#node, nulls: "first" });
  }
  nullsLast(): BuiltOrdering {
    return new BuiltOrdering({ ...this.#node, nulls: "last" });
  }
}

/** A node as users hold it. `type` is that of its value, `null` where only the database knows; with a kind given, TypeScript knows the methods. */
export const expression = <T, K extends Kind>(node: ExpressionNode, type: ColumnType | null, nullable: boolean): ExpressionOfKind<T, K> =>
  // The one class has the methods of every kind.
  new BuiltExpression(node, type, nullable) as unknown as ExpressionOfKind<T, K>;

/** A node that is true, false or unknown, as users hold it. */
export const condition = (node: ExpressionNode): Condition => new BuiltExpression(node, bool, true) as unknown as Condition;

/** Whether `value` is an expression made here. Pieces of `sql` are not. */
export const isExpression = (value: unknown): value is Expression<unknown> => BuiltExpression.typeOf(value) !== undefined;

/** The type of an expression's value, and whether it may be NULL; `undefined` for anything that is not an expression made here. */
export const typeOfExpression = (value: unknown): { readonly type: ColumnType | null; readonly nullable: boolean } | undefined =>
  BuiltExpression.typeOf(value);

/** The term of ORDER BY behind `user.name.asc()`; `undefined` for anything else. */
export const orderingOf = (value: unknown): OrderingNode | undefined => BuiltOrdering.nodeOf(value);

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

/** `user.name.asc()` from a node. */
export const ordering = (node: OrderingNode): Ordering => new BuiltOrdering(node);
