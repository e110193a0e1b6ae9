/** What fills a column that was not given. */
import { sqlNodeOf } from "../../ast/sql-tag.ts";
import type { Filler } from "../table.ts";

/** The filler for what the user wrote: an `sql` expression, a function, or a value. */
export const fillerOf = (given: { readonly given: unknown } | undefined): Filler | null => {
  if (given === undefined) return null;
  const expression = sqlNodeOf(given.given);
  if (expression) return Object.freeze({ from: "sql", expression });
  // `columnProblem` has seen that it is a function; what it takes and returns is the user's to know.
  if (typeof given.given === "function") return Object.freeze({ from: "function", make: given.given as () => unknown });
  return Object.freeze({ from: "value", value: given.given });
};

/** A value for one row: objects are copied, so that two rows never share one. `undefined` where the database computes it. */
export const freshValue = (filler: Filler): unknown => {
  if (filler.from === "function") return filler.make();
  if (filler.from === "sql") return undefined;
  return typeof filler.value === "object" && filler.value !== null ? structuredClone(filler.value) : filler.value;
};
