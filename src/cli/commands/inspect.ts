/** `petrel inspect [table]`: what is in the database. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { introspect } from "../../migrate/introspect.ts";
import type { Run } from "../command.ts";
import { shownName, tablesText, tableText } from "../structure-text.ts";

export const run: Run = async (call) => {
  const [name] = call.arguments;
  const schemas = call.options.list("schema");
  const found = await introspect(await call.open(), schemas.length === 0 ? {} : { schemas });
  if (name === undefined) {
    call.output.result(found, tablesText(found));
    return undefined;
  }
  const table = found.tables.find((each) => shownName(each) === name);
  if (table === undefined)
    throw new ConfigurationError(`The database has no table '${name}'.${didYouMean(name, found.tables.map(shownName))}`);
  call.output.result(table, tableText(table));
  return undefined;
};
