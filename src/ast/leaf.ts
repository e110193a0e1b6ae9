/** Expressions that are made of no others and bind nothing. */
import type { ColumnRef } from "./source.ts";

/** A constant of the statement's shape: NULL, TRUE, FALSE or a whole number written by Petrel itself. */
export interface LiteralNode {
  readonly node: "literal";
  readonly value: null | boolean | number;
}

/** The database's current time, the same during a statement. */
export interface NowNode {
  readonly node: "now";
}

/** A column of the row that an upsert proposed. */
export interface ProposedNode {
  readonly node: "proposed";
  readonly column: ColumnRef;
}
