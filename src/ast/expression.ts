/**
 * What SQL can compute, as frozen plain data. How a database spells it is the dialect's business.
 * A value is a `parameter` node; its value travels beside the statement and never becomes text.
 *
 * An expression may hold a whole SELECT and a SELECT is made of expressions, so both are here.
 */
import type { ColumnType } from "../types/column-type.ts";
import type { LiteralNode, NowNode, ProposedNode } from "./leaf.ts";
import type {
  AggregateName,
  ArithmeticOperator,
  ComparisonOperator,
  DatePart,
  DateUnit,
  FunctionName,
  MatchKind,
  SetOperator,
  WindowFunctionName,
} from "./operator.ts";
import type { DeletedRows, FrameClause, LockClause } from "./select.ts";
import type { ColumnRef, Source, TableName, TableRef } from "./source.ts";

/** A column of one of the statement's sources. */
export interface ColumnNode {
  readonly node: "column";
  readonly source: Source;
  readonly column: ColumnRef;
}

/**
 * A bound value. `type` says which codec encodes it.
 * `form`: `"one"` value; `"list"`: an array of such values, bound as one parameter; `"asGiven"`: no codec, for raw SQL;
 * `"pattern"`: a text that becomes a pattern for `match`; `"path"`: keys of a JSON path; `"column"`: one value per row of a write of many,
 * NULLs among them, bound as one parameter.
 */
export interface ParameterNode {
  readonly node: "parameter";
  readonly form: "one" | "list" | "asGiven" | "pattern" | "path" | "column";
  readonly type: ColumnType | null;
  /** The value as it was given where the node was made. Plans forget it: it is a sample, and the statement's first value. */
  readonly value: unknown;
  /** What messages call it: a property (`age`), a lookup (`age__gte`) or nothing. */
  readonly name?: string;
  /** Its values have been seen to fit the type before they are bound: rows are checked whole, and not again value by value. */
  readonly isChecked?: true;
  /** Where its values go. The database may have made a type of its own of a column's closed set of texts, which only the column can name. */
  readonly column?: { readonly table: TableRef; readonly column: ColumnRef };
}

/** `AND`, `OR`. No operands: TRUE for and, FALSE for or. */
export interface LogicalNode {
  readonly node: "logical";
  readonly operator: "and" | "or";
  readonly operands: readonly ExpressionNode[];
}

/** `NOT x` (unknown stays unknown), or with `total` "x is not true" (unknown counts as false, so its negation is true): what `exclude` means. */
export interface NotNode {
  readonly node: "not";
  readonly operand: ExpressionNode;
  readonly total: boolean;
}

export interface ComparisonNode {
  readonly node: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
}

export interface IsNullNode {
  readonly node: "isNull";
  readonly operand: ExpressionNode;
  readonly negated: boolean;
}

/** `operand IN (…)`. `list` is a parameter of form `list`; an empty list is false, and true when negated. */
export interface InNode {
  readonly node: "in";
  readonly operand: ExpressionNode;
  readonly list: ParameterNode;
  readonly negated: boolean;
}

/** Whether a row of values is one of those that lists hold, one list per value: `(a, b) IN (SELECT * FROM unnest($1::int[], $2::int[]))`. */
export interface InRowsNode {
  readonly node: "inRows";
  readonly operands: readonly ExpressionNode[];
  readonly lists: readonly ParameterNode[];
  readonly negated: boolean;
}

export interface BetweenNode {
  readonly node: "between";
  readonly operand: ExpressionNode;
  readonly low: ExpressionNode;
  readonly high: ExpressionNode;
}

/**
 * Text matching. `kind` `"like"` takes the caller's own wildcards; the others take a text literally.
 * `caseless` folds case by Unicode's rules on every database. `ascii`: the pattern is known to be ASCII (a cheaper spelling may do).
 */
export interface MatchNode {
  readonly node: "match";
  readonly kind: MatchKind;
  readonly caseless: boolean;
  readonly ascii: boolean;
  readonly operand: ExpressionNode;
  readonly pattern: ParameterNode;
}

/** A regular expression, in the database's own dialect of them. */
export interface RegexNode {
  readonly node: "regex";
  readonly caseless: boolean;
  readonly operand: ExpressionNode;
  readonly pattern: ParameterNode;
}

/** `+ - * /` over numbers. Whole numbers divide as SQL divides them: towards zero. */
export interface ArithmeticNode {
  readonly node: "arithmetic";
  readonly operator: ArithmeticOperator;
  readonly left: ExpressionNode;
  readonly right: ExpressionNode;
  readonly type: ColumnType;
}

export interface FunctionNode {
  readonly node: "function";
  readonly name: FunctionName;
  readonly arguments: readonly ExpressionNode[];
  readonly type: ColumnType;
}

/** `argument` null is `COUNT(*)`. `type` is the result's. `filter`: which of the rows count, `null` for all. */
export interface AggregateNode {
  readonly node: "aggregate";
  readonly name: AggregateName;
  readonly argument: ExpressionNode | null;
  readonly distinct: boolean;
  readonly filter: ExpressionNode | null;
  readonly type: ColumnType;
}

/** A part of a date or timestamp (UTC), as a whole number. `weekDay`: 1 is Sunday, 7 is Saturday, as Django counts. */
export interface DatePartNode {
  readonly node: "datePart";
  readonly part: DatePart;
  readonly operand: ExpressionNode;
}

/** The calendar day (UTC) of a timestamp, as a `date`. */
export interface DateOfNode {
  readonly node: "dateOf";
  readonly operand: ExpressionNode;
}

/** The start (UTC) of the unit of time that a date or timestamp lies in; weeks start on Monday. The type stays. */
export interface DateTruncNode {
  readonly node: "dateTrunc";
  readonly unit: DateUnit;
  readonly operand: ExpressionNode;
}

/** A value as another type. Only casts that mean the same on every database. */
export interface CastNode {
  readonly node: "cast";
  readonly operand: ExpressionNode;
  readonly type: ColumnType;
}

/** `CASE WHEN whens[0] THEN thens[0] … ELSE otherwise END`; without `otherwise` NULL. */
export interface CaseNode {
  readonly node: "case";
  readonly whens: readonly ExpressionNode[];
  readonly thens: readonly ExpressionNode[];
  readonly otherwise: ExpressionNode | null;
  readonly type: ColumnType | null;
}

/** A function that only windows have. It stands in a `WindowNode` and nowhere else. */
export interface WindowFunctionNode {
  readonly node: "windowFunction";
  readonly name: WindowFunctionName;
  readonly arguments: readonly ExpressionNode[];
  readonly type: ColumnType | null;
}

/** `function OVER (PARTITION BY … ORDER BY … frame)`: a value of each row, computed from rows beside it. */
export interface WindowNode {
  readonly node: "window";
  readonly function: AggregateNode | WindowFunctionNode;
  readonly partitionBy: readonly ExpressionNode[];
  readonly orderBy: readonly OrderingNode[];
  readonly frame: FrameClause | null;
}

/** The one value that a SELECT of one column and at most one row gives; NULL without a row. */
export interface SubqueryNode {
  readonly node: "subquery";
  readonly select: SelectStatement;
  readonly type: ColumnType | null;
}

/** Whether a SELECT has a row. */
export interface ExistsInNode {
  readonly node: "existsIn";
  readonly select: SelectStatement;
  readonly negated: boolean;
}

/** Whether a value is among those that a SELECT of one column gives. NULLs among them are passed over, also when negated. */
export interface InSubqueryNode {
  readonly node: "inSubquery";
  readonly operand: ExpressionNode;
  readonly select: SelectStatement;
  readonly negated: boolean;
}

/** Full-text search over several texts at once: whether they match, or how well. `language` is one of the database's own. */
export interface TextSearchNode {
  readonly node: "textSearch";
  readonly gives: "matches" | "rank";
  readonly documents: readonly ExpressionNode[];
  readonly query: ParameterNode;
  readonly language: string;
}

/**
 * A value inside a JSON document. `as` says what to read it as: `text`, `number` and `bool` give NULL for a value of another JSON type; `json` gives the document itself.
 * `path` holds keys and array positions; they are bound, never spelled.
 */
export interface JsonPathNode {
  readonly node: "jsonPath";
  readonly operand: ExpressionNode;
  readonly path: readonly string[];
  readonly as: "text" | "number" | "bool" | "json";
}

/** Whether the value at `path` is absent or JSON `null`. */
export interface JsonIsNullNode {
  readonly node: "jsonIsNull";
  readonly operand: ExpressionNode;
  readonly path: readonly string[];
  readonly negated: boolean;
}

/**
 * A document with some keys set, each to a value that is JSON; its other keys stay. What is no object (NULL, an array, a number) counts as one without
 * keys. Keys are bound, never spelled.
 */
export interface JsonSetNode {
  readonly node: "jsonSet";
  readonly operand: ExpressionNode;
  readonly keys: readonly string[];
  /** As many as keys: parameters of kind `json`, or further documents with keys set. */
  readonly values: readonly ExpressionNode[];
}

/** Whether an object has a key (`operand` is a `jsonPath` as json, or a column). */
export interface JsonHasKeyNode {
  readonly node: "jsonHasKey";
  readonly operand: ExpressionNode;
  readonly key: ParameterNode;
}

/** JSON equality: same value, whatever the order of keys or the white space. */
export interface JsonEqualNode {
  readonly node: "jsonEqual";
  readonly operand: ExpressionNode;
  readonly value: ParameterNode;
  readonly negated: boolean;
}

/** Whether a document contains another, as PostgreSQL's `@>`: some keys of an object, some elements of an array; an array contains a bare scalar. */
export interface JsonContainsNode {
  readonly node: "jsonContains";
  readonly operand: ExpressionNode;
  readonly value: ParameterNode;
}

/** `contains`: every element of `list` is in the array. `overlaps`: at least one is. */
export interface ArrayTestNode {
  readonly node: "arrayTest";
  readonly test: "contains" | "overlaps";
  readonly operand: ExpressionNode;
  readonly value: ParameterNode;
}

/** Rows on the far side of a to-many relation. `source` is that side; `where` may be `null`. */
export interface ExistsNode {
  readonly node: "exists";
  readonly source: Source;
  readonly where: ExpressionNode | null;
  readonly negated: boolean;
}

/** An aggregate over the far side of a to-many relation, as a correlated subquery: 0 (count) or NULL without rows. */
export interface CollectionAggregateNode {
  readonly node: "collectionAggregate";
  readonly source: Source;
  readonly aggregate: AggregateNode;
  readonly where: ExpressionNode | null;
}

/** SQL text of the user's own. `texts` has one element more than `parts`; `type` is known only where the user said it. */
export interface RawNode {
  readonly node: "raw";
  readonly texts: readonly string[];
  readonly parts: readonly RawPart[];
  readonly type: ColumnType | null;
}

/** What may stand between the texts: an expression, a table's or column's name, or nothing but another raw piece. */
export type RawPart =
  | ExpressionNode
  | { readonly node: "tableName"; readonly table: TableName }
  | { readonly node: "columnName"; readonly column: ColumnRef; readonly table: TableName }
  | { readonly node: "identifier"; readonly names: readonly string[] }
  | { readonly node: "joinedParts"; readonly parts: readonly RawPart[]; readonly separator: string };

/**
 * What an UPDATE or DELETE of many rows was given for each of them: a value of `list`, which is of the form `"column"`;
 * without a list, the row's place in the lists, from 1.
 */
export interface GivenNode {
  readonly node: "given";
  readonly list: ParameterNode | null;
}

export type ExpressionNode =
  | ColumnNode
  | ParameterNode
  | LiteralNode
  | LogicalNode
  | NotNode
  | ComparisonNode
  | IsNullNode
  | InNode
  | InRowsNode
  | BetweenNode
  | MatchNode
  | RegexNode
  | ArithmeticNode
  | FunctionNode
  | AggregateNode
  | DatePartNode
  | DateOfNode
  | DateTruncNode
  | CastNode
  | CaseNode
  | WindowFunctionNode
  | WindowNode
  | SubqueryNode
  | ExistsInNode
  | InSubqueryNode
  | TextSearchNode
  | JsonPathNode
  | JsonIsNullNode
  | JsonSetNode
  | JsonHasKeyNode
  | JsonEqualNode
  | JsonContainsNode
  | ArrayTestNode
  | ExistsNode
  | CollectionAggregateNode
  | RawNode
  | NowNode
  | ProposedNode
  | GivenNode;

/** One term of ORDER BY. Without `nulls`, NULL sorts last ascending and first descending on every database (PostgreSQL's rule). */
export interface OrderingNode {
  readonly expression: ExpressionNode;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last" | null;
}

/** One column of the result. Names of results do not matter (rows are read by position), except where `alias` is given for other clauses or for people. */
export interface SelectItem {
  readonly expression: ExpressionNode;
  readonly alias: string | null;
  /** How to read it; `null` where only the database knows. */
  readonly type: ColumnType | null;
}

/** One SELECT of a set operation; `operator` joins it to those before it, and is `null` for the first. */
export interface CompoundPart {
  readonly operator: SetOperator | null;
  readonly select: SelectStatement;
}

/** `WITH table (columns) AS (part UNION part …)`. Sources whose table is this very object read its rows, under the same name or another. */
export interface CommonTable {
  readonly table: TableRef;
  readonly columns: readonly string[];
  /** Whether the parts after the first read the table itself. */
  readonly recursive: boolean;
  readonly parts: readonly CompoundPart[];
}

/**
 * A SELECT beside each row of a statement, whose sources it may name: each row stands once beside each row of it, with `left` also where it has none.
 * `source` hangs on the statement's own and reads its items, which are called as its columns are.
 */
export interface LateralJoin {
  readonly source: Source;
  readonly select: SelectStatement;
  readonly columns: readonly string[];
  readonly left: boolean;
}

/** A SELECT. Sources that expressions mention are joined by the compiler; nothing here names an alias. */
export interface SelectStatement {
  readonly statement: "select";
  readonly source: Source;
  /** Common tables that the statement reads, in order. */
  readonly with?: readonly CommonTable[];
  /** Each may name the sources of those before it. */
  readonly laterals?: readonly LateralJoin[];
  readonly items: readonly SelectItem[];
  readonly distinct: boolean;
  readonly where: ExpressionNode | null;
  readonly groupBy: readonly ExpressionNode[];
  readonly having: ExpressionNode | null;
  readonly orderBy: readonly OrderingNode[];
  /** A literal where the number is part of the question: SQLite compiles a statement again for each new value of a bound limit. */
  readonly limit: ParameterNode | LiteralNode | null;
  readonly offset: ParameterNode | null;
  /**
   * One more condition, for whose every element limit and offset count anew, as for each parent's children: `author_id IN (1, 2)` with limit 3 gives
   * three rows of each author. Nothing is grouped or locked then.
   */
  readonly limitBy: InNode | InRowsNode | null;
  /** Whether an index holds the rows of each element in this very order, so that its first few are read without the others. */
  readonly limitByIndex: boolean;
  readonly deleted: DeletedRows;
  readonly lock: LockClause | null;
  /** Wraps the whole: `count` is `SELECT count(*) FROM (…)`; `exists` is `SELECT EXISTS (…)`. */
  readonly wrap: "count" | "exists" | null;
}
