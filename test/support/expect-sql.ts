/** The text of one statement on both databases, side by side. */
import assert from "node:assert/strict";
import type { Statement } from "../../src/ast/statement.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";

export const expectSql = (statement: Statement, expected: { readonly sqlite: string; readonly postgres: string }): void => {
  const compiled = { sqlite: sqlite.compile(statement).sql, postgres: postgres.compile(statement).sql };
  assert.deepEqual(compiled, expected);
};
