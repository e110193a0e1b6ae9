/** A stored value that its column's type cannot hold, as an error that says where it lies. */
import { UnreadableValue } from "../../base/errors.ts";
import { ValueProblem } from "../../types/column-type.ts";

/** The error to throw for what a reader threw: `UnreadableValue` naming the tables read, or the error as it is. */
export const unreadable = (error: unknown, tables: readonly string[]): unknown => {
  if (!(error instanceof ValueProblem)) return error;
  const place = tables.length === 0 ? "The result" : `A row of ${tables.join(" or ")}`;
  return new UnreadableValue(`${place} has a value that ${error.message}. Mend the row by raw SQL, or give the column another type.`, {
    cause: error,
    ...(tables.length === 1 ? { table: tables[0]! } : {}),
  });
};
