/** What a model calls a check: `users_in_order_check` is `inOrder` among the checks of `users`. */
import { camelCase, constraintName, snakeCase } from "../../schema/naming.ts";

/** The key in a model's `checks` that gives a check this name; `null` where none does. */
export const checkKeyOf = (table: string, name: string): string | null => {
  if (!name.startsWith(`${table}_`) || !name.endsWith("_check")) return null;
  const middle = name.slice(table.length + 1, -"_check".length);
  const key = camelCase(middle);
  return middle !== "" && constraintName(table, [snakeCase(key)], "check") === name ? key : null;
};
