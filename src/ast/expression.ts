/**
 * What SQL can compute, as frozen plain data. How a database spells it is the dialect's business.
 * A value is a `parameter` node; its value travels beside the statement and never becomes text.
 */
import type { ColumnType } from "../types/column-type.ts";
import type { AggregateName, ArithmeticOperator, ComparisonOperator, DatePart, FunctionName, MatchKind } from "./operator.ts";
import type { ColumnRef, Source } from "./source.ts";

/** A column of one of the statement's sources. */
export interface ColumnNode {
  readonly node: "column";
  readonly source: Source;
  readonly column: ColumnRef;
}

/**
 * A bound value. `type` says which codec encodes it.
 * `form`: `"one"` value; `"list"`: an array of such values, bound as one parameter; `"asGiven"`: no codec, for raw SQL;
 * `"pattern"`: a text that becomes a pattern for `match`; `"path"`: keys of a JSON path; `"column"`: one value per row of an insert of many,
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
}

/** A constant of the statement's shape: NULL, TRUE, FALSE or a whole number written by Petrel itself. */
export interface LiteralNode {
  readonly node: "literal";
  readonly value: null | boolean | number;
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

/** `argument` null is `COUNT(*)`. `type` is the result's. */
export interface AggregateNode {
  readonly node: "aggregate";
  readonly name: AggregateName;
  readonly argument: ExpressionNode | null;
  readonly distinct: boolean;
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
  | { readonly node: "tableName"; readonly table: { readonly name: string } }
  | { readonly node: "columnName"; readonly column: ColumnRef; readonly table: { readonly name: string } }
  | { readonly node: "identifier"; readonly names: readonly string[] }
  | { readonly node: "joinedParts"; readonly parts: readonly RawPart[]; readonly separator: string };

/** The database's current time, the same during a statement. */
export interface NowNode {
  readonly node: "now";
}

/** A column of the row that an upsert proposed. */
export interface ProposedNode {
  readonly node: "proposed";
  readonly column: ColumnRef;
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
  | BetweenNode
  | MatchNode
  | RegexNode
  | ArithmeticNode
  | FunctionNode
  | AggregateNode
  | DatePartNode
  | DateOfNode
  | JsonPathNode
  | JsonIsNullNode
  | JsonHasKeyNode
  | JsonEqualNode
  | JsonContainsNode
  | ArrayTestNode
  | ExistsNode
  | CollectionAggregateNode
  | RawNode
  | NowNode
  | ProposedNode;

/** One term of ORDER BY. Without `nulls`, NULL sorts last ascending and first descending on every database (PostgreSQL's rule). */
export interface OrderingNode {
  readonly expression: ExpressionNode;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last" | null;
}
