/** The type of value that an expression gives, as far as it is known without asking a database. */
import type { ColumnType } from "../types/column-type.ts";
import type { ExpressionNode } from "./expression.ts";

const bool: ColumnType = { kind: "bool" };
const whole: ColumnType = { kind: "int" };
const float: ColumnType = { kind: "float" };
const jsonTypes: Readonly<Record<"text" | "number" | "bool" | "json", ColumnType>> = {
  text: { kind: "text" },
  number: { kind: "float" },
  bool,
  json: { kind: "json" },
};

/** `null` where only the database knows: raw SQL that was not given a type, and NULL itself. */
export const nodeType = (node: ExpressionNode): ColumnType | null => {
  switch (node.node) {
    case "column":
    case "proposed":
      return node.column.type;
    case "given":
      return node.list === null ? whole : node.list.type;
    case "parameter":
    case "arithmetic":
    case "function":
    case "aggregate":
    case "cast":
    case "case":
    case "windowFunction":
    case "subquery":
    case "raw":
      return node.type;
    case "window":
      return node.function.type;
    case "dateTrunc":
      return nodeType(node.operand);
    case "textSearch":
      return node.gives === "rank" ? float : bool;
    case "collectionAggregate":
      return node.aggregate.type;
    case "datePart":
      return whole;
    case "dateOf":
      return { kind: "date" };
    case "now":
      return { kind: "timestamp" };
    case "jsonSet":
      return jsonTypes.json;
    case "jsonPath":
      return jsonTypes[node.as];
    case "literal":
      return node.value === null ? null : typeof node.value === "number" ? whole : bool;
    default:
      return bool;
  }
};
