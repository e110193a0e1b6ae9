/** Which fields each node and statement has, and what is in them: what `walk` and `fingerprint` follow, so that neither can forget one. */
import type { CommonTable, CompoundPart, ExpressionNode, LateralJoin, OrderingNode, RawPart, SelectItem } from "./expression.ts";
import type { FrameClause, LockClause } from "./select.ts";
import type { Statement } from "./statement.ts";
import type { ConflictClause, InsertValue } from "./write.ts";

/** Anything that may stand where a node stands. */
export type AnyNode = ExpressionNode | RawPart | InsertValue;

/**
 * `one`: a node or null. `many`: nodes. `rows`: lists of nodes. `word`: a string, number, boolean or null. `words`: strings.
 * `set`: pairs of a column and a node. The rest name what they hold.
 */
export type Content =
  | "one"
  | "many"
  | "rows"
  | "word"
  | "words"
  | "source"
  | "column"
  | "columns"
  | "table"
  | "type"
  | "set"
  | "items"
  | "orderings"
  | "lock"
  | "frame"
  | "select"
  | "commonTables"
  | "laterals"
  | "compound"
  | "conflict";

export type Field<N> = readonly [name: Exclude<keyof N, "node"> & string, content: Content];
type NodeOf<K extends AnyNode["node"]> = Extract<AnyNode, { readonly node: K }>;
type StatementOf<K extends Statement["statement"]> = Extract<Statement, { readonly statement: K }>;

/** `parameter` has none: its value is no part of the structure, and both readers treat it by itself. */
export const nodeLayouts: { readonly [K in AnyNode["node"]]: readonly Field<NodeOf<K>>[] } = {
  column: [
    ["source", "source"],
    ["column", "column"],
  ],
  parameter: [],
  literal: [["value", "word"]],
  logical: [
    ["operator", "word"],
    ["operands", "many"],
  ],
  not: [
    ["total", "word"],
    ["operand", "one"],
  ],
  comparison: [
    ["operator", "word"],
    ["left", "one"],
    ["right", "one"],
  ],
  isNull: [
    ["negated", "word"],
    ["operand", "one"],
  ],
  in: [
    ["negated", "word"],
    ["operand", "one"],
    ["list", "one"],
  ],
  inRows: [
    ["negated", "word"],
    ["operands", "many"],
    ["lists", "many"],
  ],
  between: [
    ["operand", "one"],
    ["low", "one"],
    ["high", "one"],
  ],
  match: [
    ["kind", "word"],
    ["caseless", "word"],
    ["ascii", "word"],
    ["operand", "one"],
    ["pattern", "one"],
  ],
  regex: [
    ["caseless", "word"],
    ["operand", "one"],
    ["pattern", "one"],
  ],
  arithmetic: [
    ["operator", "word"],
    ["type", "type"],
    ["left", "one"],
    ["right", "one"],
  ],
  function: [
    ["name", "word"],
    ["type", "type"],
    ["arguments", "many"],
  ],
  aggregate: [
    ["name", "word"],
    ["distinct", "word"],
    ["type", "type"],
    ["argument", "one"],
    ["filter", "one"],
  ],
  datePart: [
    ["part", "word"],
    ["operand", "one"],
  ],
  dateOf: [["operand", "one"]],
  dateTrunc: [
    ["unit", "word"],
    ["operand", "one"],
  ],
  cast: [
    ["type", "type"],
    ["operand", "one"],
  ],
  case: [
    ["type", "type"],
    ["whens", "many"],
    ["thens", "many"],
    ["otherwise", "one"],
  ],
  windowFunction: [
    ["name", "word"],
    ["type", "type"],
    ["arguments", "many"],
  ],
  window: [
    ["function", "one"],
    ["partitionBy", "many"],
    ["orderBy", "orderings"],
    ["frame", "frame"],
  ],
  subquery: [
    ["type", "type"],
    ["select", "select"],
  ],
  existsIn: [
    ["negated", "word"],
    ["select", "select"],
  ],
  inSubquery: [
    ["negated", "word"],
    ["operand", "one"],
    ["select", "select"],
  ],
  textSearch: [
    ["gives", "word"],
    ["language", "word"],
    ["documents", "many"],
    ["query", "one"],
  ],
  jsonPath: [
    ["as", "word"],
    ["path", "words"],
    ["operand", "one"],
  ],
  jsonIsNull: [
    ["negated", "word"],
    ["path", "words"],
    ["operand", "one"],
  ],
  jsonSet: [
    ["keys", "words"],
    ["operand", "one"],
    ["values", "many"],
  ],
  jsonHasKey: [
    ["operand", "one"],
    ["key", "one"],
  ],
  jsonEqual: [
    ["negated", "word"],
    ["operand", "one"],
    ["value", "one"],
  ],
  jsonContains: [
    ["operand", "one"],
    ["value", "one"],
  ],
  arrayTest: [
    ["test", "word"],
    ["operand", "one"],
    ["value", "one"],
  ],
  exists: [
    ["negated", "word"],
    ["source", "source"],
    ["where", "one"],
  ],
  collectionAggregate: [
    ["source", "source"],
    ["aggregate", "one"],
    ["where", "one"],
  ],
  raw: [
    ["type", "type"],
    ["texts", "words"],
    ["parts", "many"],
  ],
  tableName: [["table", "table"]],
  columnName: [
    ["table", "table"],
    ["column", "column"],
  ],
  identifier: [["names", "words"]],
  joinedParts: [
    ["separator", "word"],
    ["parts", "many"],
  ],
  now: [],
  proposed: [["column", "column"]],
  given: [["list", "one"]],
  default: [],
};

export const statementLayouts: { readonly [K in Statement["statement"]]: readonly Field<StatementOf<K>>[] } = {
  select: [
    // First of all: from here on the source is known as the statement's own.
    ["source", "source"],
    ["with", "commonTables"],
    ["laterals", "laterals"],
    ["distinct", "word"],
    ["deleted", "word"],
    ["wrap", "word"],
    ["lock", "lock"],
    ["items", "items"],
    ["where", "one"],
    ["groupBy", "many"],
    ["having", "one"],
    ["limitBy", "one"],
    ["limitByIndex", "word"],
    ["orderBy", "orderings"],
    ["limit", "one"],
    ["offset", "one"],
  ],
  insert: [
    ["table", "table"],
    ["columns", "columns"],
    ["rows", "rows"],
    ["conflict", "conflict"],
    ["returning", "items"],
  ],
  insertSelect: [
    ["table", "table"],
    ["columns", "columns"],
    ["select", "select"],
    ["returning", "items"],
  ],
  update: [
    ["source", "source"],
    ["deleted", "word"],
    ["set", "set"],
    ["where", "one"],
    ["returning", "items"],
  ],
  delete: [
    ["source", "source"],
    ["deleted", "word"],
    ["where", "one"],
    ["returning", "items"],
  ],
  raw: [["sql", "one"]],
};

/** Parts of statements that are neither nodes nor statements. */
export const partLayouts: {
  readonly items: readonly Field<SelectItem>[];
  readonly orderings: readonly Field<OrderingNode>[];
  readonly lock: readonly Field<LockClause>[];
  readonly frame: readonly Field<FrameClause>[];
  readonly commonTables: readonly Field<CommonTable>[];
  readonly laterals: readonly Field<LateralJoin>[];
  readonly compound: readonly Field<CompoundPart>[];
  readonly conflict: readonly Field<ConflictClause>[];
} = {
  items: [
    ["alias", "word"],
    ["type", "type"],
    ["expression", "one"],
  ],
  orderings: [
    ["direction", "word"],
    ["nulls", "word"],
    ["expression", "one"],
  ],
  lock: [
    ["strength", "word"],
    ["wait", "word"],
  ],
  frame: [
    ["unit", "word"],
    ["from", "word"],
    ["to", "word"],
  ],
  commonTables: [
    ["table", "table"],
    ["columns", "words"],
    ["recursive", "word"],
    ["parts", "compound"],
  ],
  laterals: [
    ["source", "source"],
    ["columns", "words"],
    ["left", "word"],
    ["select", "select"],
  ],
  compound: [
    ["operator", "word"],
    ["select", "select"],
  ],
  conflict: [
    ["target", "columns"],
    ["liveOnly", "word"],
    ["update", "set"],
  ],
};
