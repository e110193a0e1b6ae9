/** `groupBy("role", "author.country")`: what rows are grouped by. */
import { ConfigurationError } from "../../base/errors.ts";
import type { Group } from "../draft.ts";
import type { LookupScope } from "../lookups/lookup-scope.ts";
import { refuseWindow } from "./windowed.ts";

/** Throws `ConfigurationError` for an unknown name, and for a path that leads to many rows. */
export const groupsOf = (scope: LookupScope, paths: readonly string[]): Group[] => {
  const { modelName } = scope.table;
  if (paths.length === 0) {
    throw new ConfigurationError(`groupBy() of ${modelName} needs a column. For one value of all rows use aggregate(…).`, {
      model: modelName,
    });
  }
  return [...new Set(paths)].map((path) => {
    const column = scope.column(path, "groupBy()");
    if (column.windowed) refuseWindow(`'${path}'`, "groupBy()", modelName);
    if (!column.aggregate) return { words: path.split("."), column };
    throw new ConfigurationError(
      `groupBy(): '${path}' is an aggregate of groups. Group by columns, and by what annotate() gave before groupBy().`,
      {
        model: modelName,
        property: path,
      },
    );
  });
};
