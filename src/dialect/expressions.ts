/** How both databases spell an expression. What they spell differently is beside their dialects. */
import { BugError, ConfigurationError } from "../base/errors.ts";
import type {
  AggregateNode,
  ArithmeticNode,
  BetweenNode,
  CaseNode,
  CollectionAggregateNode,
  ColumnNode,
  ComparisonNode,
  ExistsInNode,
  ExistsNode,
  ExpressionNode,
  FunctionNode,
  GivenNode,
  InSubqueryNode,
  IsNullNode,
  LogicalNode,
  NotNode,
  RawNode,
  RawPart,
  SelectStatement,
  SubqueryNode,
  WindowFunctionNode,
  WindowNode,
} from "../ast/expression.ts";
import type { LiteralNode, ProposedNode } from "../ast/leaf.ts";
import { marksOf } from "../ast/raw-texts.ts";
import { nodeType } from "../ast/node-type.ts";
import type { WindowFunctionName } from "../ast/operator.ts";
import type { FrameBound, FrameClause } from "../ast/select.ts";
import { collectionOf, orderBy, selectOf, subselect } from "./clauses.ts";
import type { Compilation, Spelling } from "./compilation.ts";
import { atom, level, test, within } from "./piece.ts";
import type { Level, Piece } from "./piece.ts";
import { qualified, quote } from "./quote.ts";

const comparisons: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const aggregates: ReadonlySet<string> = new Set(["count", "sum", "avg", "min", "max"]);

/** A word that becomes SQL text as it is: only if it is in the closed list, whatever the types said. */
const oneOf = (word: string, list: ReadonlySet<string>): string => {
  if (!list.has(word)) throw new BugError("a statement holds an operator or function that is in no list.");
  return word;
};

const column = (node: ColumnNode, compilation: Compilation): Piece => atom(compilation.column(node.source, node.column));

const literal = ({ value }: LiteralNode): Piece => {
  if (value === null) return atom("NULL");
  if (typeof value === "boolean") return atom(value ? "TRUE" : "FALSE");
  if (!Number.isSafeInteger(value)) throw new BugError("a statement holds a literal that is not a whole number.");
  return atom(value < 0 ? `(${value})` : String(value));
};

const logical = ({ operator, operands }: LogicalNode, compilation: Compilation): Piece => {
  const isAnd = operator === "and";
  if (operands.length === 0) return atom(isAnd ? "TRUE" : "FALSE");
  if (operands.length === 1) return compilation.spell(operands[0]!);
  const own = isAnd ? level.and : level.or;
  return { text: operands.map((operand) => compilation.at(operand, own)).join(isAnd ? " AND " : " OR "), level: own };
};

const not = ({ operand, total }: NotNode, compilation: Compilation): Piece => {
  const text = compilation.at(operand, level.atom);
  return total ? test(`${text} IS NOT TRUE`) : { text: `NOT ${text}`, level: level.not };
};

const comparison = ({ operator, left, right }: ComparisonNode, compilation: Compilation): Piece => {
  const sign = oneOf(operator, comparisons);
  const { words } = compilation;
  const both = [left, right];
  const equality = sign === "=" || sign === "<>";
  const leftText = words.operand(left, both, equality, compilation);
  return test(`${leftText} ${sign} ${words.operand(right, both, equality, compilation)}`);
};

const isNull = ({ operand, negated }: IsNullNode, compilation: Compilation): Piece =>
  test(`${compilation.typed(operand, level.other)} IS ${negated ? "NOT " : ""}NULL`);

const between = ({ operand, low, high }: BetweenNode, compilation: Compilation): Piece => {
  const all = [operand, low, high];
  const [a, b, c] = all.map((node) => compilation.words.operand(node, all, false, compilation));
  return test(`${a} BETWEEN ${b} AND ${c}`);
};

const arithmeticLevels = {
  "+": [level.sum, level.sum, level.product],
  "-": [level.sum, level.sum, level.product],
  "*": [level.product, level.product, level.atom],
  "/": [level.product, level.product, level.atom],
} as const;

/** `spellOperand` writes an operand at least as tight as it is told. */
export const arithmeticWith = (
  { operator, left, right }: ArithmeticNode,
  spellOperand: (node: ExpressionNode, needed: Level) => string,
): Piece => {
  if (!Object.hasOwn(arithmeticLevels, operator)) throw new BugError("a statement holds an operator that is in no list.");
  const [own, leftLevel, rightLevel] = arithmeticLevels[operator];
  const leftText = spellOperand(left, leftLevel);
  return { text: `${leftText} ${operator} ${spellOperand(right, rightLevel)}`, level: own };
};

const arithmetic = (node: ArithmeticNode, compilation: Compilation): Piece =>
  arithmeticWith(node, (operand, needed) => compilation.typed(operand, needed));

export const call = (name: string, args: FunctionNode["arguments"], compilation: Compilation): Piece =>
  atom(`${name}(${args.map((argument) => compilation.typed(argument)).join(", ")})`);

/** Text behind a call, made when the call has been: `OVER (…)`, or nothing. */
export type Behind = () => string;
const nothing: Behind = () => "";

/** What stands behind an aggregate's arguments: which rows count, then the window. */
export const behindAggregate =
  ({ filter }: AggregateNode, compilation: Compilation, behind: Behind = nothing): Behind =>
  () =>
    filter === null ? behind() : ` FILTER (WHERE ${compilation.spell(filter).text})${behind()}`;

const aggregate = (node: AggregateNode, compilation: Compilation, window?: Behind): Piece => {
  const { argument, distinct } = node;
  const word = oneOf(node.name, aggregates);
  const behind = behindAggregate(node, compilation, window);
  if (argument === null) return atom(`${word}(*)${behind()}`);
  const called = `${word}(${distinct ? "DISTINCT " : ""}${compilation.typed(argument)})`;
  return atom(called + behind());
};

/** What a window function is called on both databases. */
const windowFunctions: Readonly<Record<WindowFunctionName, string>> = {
  rowNumber: "row_number",
  rank: "rank",
  denseRank: "dense_rank",
  percentRank: "percent_rank",
  cumeDist: "cume_dist",
  ntile: "ntile",
  lag: "lag",
  lead: "lead",
  firstValue: "first_value",
  lastValue: "last_value",
  nthValue: "nth_value",
};

const windowFunction = (node: WindowFunctionNode, compilation: Compilation): Piece => {
  if (!Object.hasOwn(windowFunctions, node.name)) throw new BugError("a statement holds a window function that is in no list.");
  const args = node.arguments.map((argument) => compilation.words.stored(argument, nodeType(argument), compilation));
  return atom(`${windowFunctions[node.name]}(${args.join(", ")})`);
};

const frameUnits = { rows: "ROWS", range: "RANGE", groups: "GROUPS" } as const;

const frameBound = (bound: FrameBound, whole: "PRECEDING" | "FOLLOWING"): string => {
  if (bound === "start" || bound === "end") return `UNBOUNDED ${whole}`;
  if (!Number.isSafeInteger(bound)) throw new BugError("the frame of a window ends at something that is no whole number.");
  return bound === 0 ? "CURRENT ROW" : `${Math.abs(bound)} ${bound < 0 ? "PRECEDING" : "FOLLOWING"}`;
};

const frameText = ({ unit, from, to }: FrameClause): string => {
  if (!Object.hasOwn(frameUnits, unit)) throw new BugError("the frame of a window has a unit that is in no list.");
  return `${frameUnits[unit]} BETWEEN ${frameBound(from, "PRECEDING")} AND ${frameBound(to, "FOLLOWING")}`;
};

/** ` OVER (PARTITION BY … ORDER BY … ROWS …)`. */
export const over = ({ partitionBy, orderBy: terms, frame }: WindowNode, compilation: Compilation): string => {
  const partition = partitionBy.length === 0 ? "" : `PARTITION BY ${partitionBy.map((node) => compilation.typed(node)).join(", ")}`;
  const ordered = orderBy(terms, compilation).trimStart();
  const clauses = [partition, ordered, frame === null ? "" : frameText(frame)].filter((clause) => clause !== "");
  return ` OVER (${clauses.join(" ")})`;
};

/** `spellAggregate` writes an aggregate with the window behind it. */
export const windowWith = (
  node: WindowNode,
  spellAggregate: (node: AggregateNode, compilation: Compilation, behind: Behind) => Piece,
  compilation: Compilation,
): Piece => {
  const behind = (): string => over(node, compilation);
  if (node.function.node === "aggregate") return spellAggregate(node.function, compilation, behind);
  const called = windowFunction(node.function, compilation).text;
  return atom(called + behind());
};

/** `spellValue` writes what a branch gives. */
export const caseWith = (
  { whens, thens, otherwise }: CaseNode,
  spellValue: (node: ExpressionNode) => string,
  compilation: Compilation,
): Piece => {
  const branches = whens.map((when, index) => `WHEN ${compilation.spell(when).text} THEN ${spellValue(thens[index]!)}`);
  return atom(`CASE ${branches.join(" ")}${otherwise === null ? "" : ` ELSE ${spellValue(otherwise)}`} END`);
};

const subquery = ({ select }: SubqueryNode, compilation: Compilation): Piece => atom(`(${subselect(select, compilation)})`);

const existsIn = ({ select, negated }: ExistsInNode, compilation: Compilation): Piece => {
  // What the rows hold matters only where equal ones are one.
  const text = `EXISTS (${select.distinct ? subselect(select, compilation) : selectOf(select, compilation, () => "1")})`;
  return negated ? { text: `NOT ${text}`, level: level.not } : atom(text);
};

const inSubquery = ({ operand, select, negated }: InSubqueryNode, compilation: Compilation): Piece => {
  const left = compilation.words.operand(operand, [operand], true, compilation);
  if (!negated) return test(`${left} IN (${subselect(select, compilation)})`);
  return test(`${left} NOT IN (${withoutNulls(select, '"value"', compilation)})`);
};

/** The values of a select without the NULLs among them. One NULL would make every NOT IN unknown. */
export const withoutNulls = (select: SelectStatement, value: string, compilation: Compilation): string => {
  const item = select.items[0]!;
  const named = { ...select, items: [{ ...item, alias: "value" }] };
  return `SELECT ${value} FROM (${subselect(named, compilation)}) AS "values" WHERE "value" IS NOT NULL`;
};

const exists = ({ source, where, negated }: ExistsNode, compilation: Compilation): Piece => {
  const text = `EXISTS (${collectionOf(source, () => "1", where, compilation)})`;
  return negated ? { text: `NOT ${text}`, level: level.not } : atom(text);
};

const collectionAggregate = ({ source, aggregate: made, where }: CollectionAggregateNode, compilation: Compilation): Piece =>
  atom(`(${collectionOf(source, () => within(compilation.spell(made), level.or), where, compilation)})`);

const rawPart = (part: RawPart, compilation: Compilation): string => {
  switch (part.node) {
    case "tableName":
      compilation.reads(part.table);
      return qualified(part.table);
    case "columnName":
      return `${qualified(part.table)}.${quote(part.column.name)}`;
    case "identifier":
      return part.names.map(quote).join(".");
    case "joinedParts":
      return part.parts.map((inner) => rawPart(inner, compilation)).join(part.separator);
    case "raw":
      return rawText(part, compilation);
    default:
      return compilation.at(part, level.atom);
  }
};

export const rawText = ({ texts, parts }: RawNode, compilation: Compilation): string => {
  compilation.raw();
  const stray = marksOf(texts).placeholders.find((token) => compilation.words.isPlaceholder(token));
  if (stray !== undefined) {
    throw new ConfigurationError(
      `The text of sql has the placeholder '${stray}', which no value was given for. Write the value in its place, as in \${value}, or pass it to sql.raw(text, parameters).`,
    );
  }
  let text = texts[0] ?? "";
  for (let index = 0; index < parts.length; index++) text += rawPart(parts[index]!, compilation) + (texts[index + 1] ?? "");
  return text;
};

/** Nobody knows how tightly a text of the user's own binds. */
const raw = (node: RawNode, compilation: Compilation): Piece => ({ text: rawText(node, compilation), level: level.or });

const proposed = ({ column: { name } }: ProposedNode): Piece => atom(`excluded.${quote(name)}`);

const given = (node: GivenNode, compilation: Compilation): Piece => atom(compilation.given(node));

export const commonSpelling = {
  column,
  literal,
  logical,
  not,
  comparison,
  isNull,
  between,
  arithmetic,
  aggregate,
  windowFunction,
  subquery,
  existsIn,
  inSubquery,
  exists,
  collectionAggregate,
  raw,
  proposed,
  given,
} satisfies Partial<Spelling>;
