/** `petrel inspect [table]`: what is in the database. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { introspect } from "../../migrate/structure/introspect.ts";
import { findUnmanaged } from "../../migrate/structure/unmanaged.ts";
import type { Run } from "../command.ts";
import { shownName, tablesText, tableText } from "../structure-text.ts";

export const run: Run = async (call) => {
  const [name] = call.arguments;
  const schemas = call.options.list("schema");
  const engine = await call.open();
  const found = await introspect(engine, schemas.length === 0 ? {} : { schemas });
  if (name === undefined) {
    const unmanaged = await findUnmanaged(engine, { schemas });
    call.output.result({ ...found, unmanaged }, tablesText(found, unmanaged));
    return undefined;
  }
  const table = found.tables.find((each) => shownName(each) === name);
  if (table === undefined)
    throw new ConfigurationError(`The database has no table '${name}'.${didYouMean(name, found.tables.map(shownName))}`);
  call.output.result(table, tableText(table));
  return undefined;
};
