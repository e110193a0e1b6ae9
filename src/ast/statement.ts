/** Any statement that a dialect can spell. */
import type { RawNode, SelectStatement } from "./expression.ts";
import type { DeleteStatement, InsertSelectStatement, InsertStatement, UpdateStatement } from "./write.ts";

/** A whole statement of the user's own text. Its columns are known only when it has run. */
export interface RawStatement {
  readonly statement: "raw";
  readonly sql: RawNode;
}

export type Statement = SelectStatement | InsertStatement | InsertSelectStatement | UpdateStatement | DeleteStatement | RawStatement;
