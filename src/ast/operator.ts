/** The closed lists of operators. A string that is not in them never reaches SQL. */
export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/";
export type MatchKind = "like" | "exact" | "contains" | "startsWith" | "endsWith";
export type AggregateName = "count" | "sum" | "avg" | "min" | "max";
export type DatePart = "year" | "month" | "day" | "weekDay" | "hour" | "minute" | "second";
export type DateUnit = "year" | "month" | "week" | "day" | "hour" | "minute";
export type FunctionName =
  | "lower"
  | "upper"
  | "length"
  | "trim"
  | "substring"
  | "replace"
  | "concat"
  | "coalesce"
  | "nullif"
  | "greatest"
  | "least"
  | "abs"
  | "round"
  | "floor"
  | "ceil";
export type WindowFunctionName =
  | "rowNumber"
  | "rank"
  | "denseRank"
  | "percentRank"
  | "cumeDist"
  | "ntile"
  | "lag"
  | "lead"
  | "firstValue"
  | "lastValue"
  | "nthValue";
export type SetOperator = "union" | "unionAll" | "intersect" | "except";
