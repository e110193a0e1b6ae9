/** The closed lists of operators. A string that is not in them never reaches SQL. */
export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=";
export type ArithmeticOperator = "+" | "-" | "*" | "/";
export type MatchKind = "like" | "exact" | "contains" | "startsWith" | "endsWith";
export type AggregateName = "count" | "sum" | "avg" | "min" | "max";
export type DatePart = "year" | "month" | "day" | "weekDay" | "hour";
export type FunctionName = "lower" | "upper" | "length" | "coalesce" | "nullif" | "abs" | "round" | "concat";
