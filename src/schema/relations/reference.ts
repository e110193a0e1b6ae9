/** What `.references()` says: `"users.id"`, or `"billing.users.id"` for a table in a schema of its own. */
import type { TableName } from "../../ast/source.ts";

/** `column` is `undefined` where only a table is named. */
export const referenceOf = (target: string): { readonly table: TableName; readonly column: string | undefined } => {
  const parts = target.split(".");
  const [schema, name, column] = parts.length > 2 ? (parts as [string, string, string]) : [null, parts[0]!, parts[1]];
  return { table: { schema, name }, column };
};
