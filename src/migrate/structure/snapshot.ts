/** The structure that models ask for. */
import { ConfigurationError } from "../../base/errors.ts";
import { fullName, tableKey } from "../../ast/source.ts";
import type { Dialect } from "../../dialect/dialect.ts";
import type { AnyModel } from "../../schema/entity.ts";
import { definedTables, tableOf } from "../../schema/registry.ts";
import { referencedBy } from "../../schema/relations/referenced.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import type { Table } from "../../schema/table.ts";

const tablesOf = (models: readonly AnyModel[] | undefined): readonly Table[] => {
  if (models !== undefined && !Array.isArray(models)) throw new ConfigurationError("snapshot() takes an array of models.");
  const tables = models === undefined ? definedTables() : models.map((model) => tableOf(model));
  const named = new Map<string, Table>();
  for (const table of tables) {
    const other = named.get(tableKey(table));
    if (other !== undefined && other !== table) {
      throw new ConfigurationError(
        `The models ${other.modelName} and ${table.modelName} have one table, '${fullName(table)}'. Name the models to take, or rename a table.`,
        { table: table.name },
      );
    }
    named.set(tableKey(table), table);
  }
  return [...named.values()];
};

/** The schemas besides the default one. Throws on SQLite, where they are other files. */
const schemasOf = (dialect: Dialect, tables: readonly Table[]): readonly string[] => {
  const [other] = tables.filter(({ schema }) => schema !== null);
  if (other !== undefined && dialect.name === "sqlite")
    throw new ConfigurationError(
      `The model ${other.modelName} is in the schema '${other.schema}', which on SQLite is another file, and structure is looked at file by file. ` +
        "Name the models of this file, and give those of the other one to an engine that opens it, without { schema }.",
      { model: other.modelName },
    );
  return Object.freeze([...new Set(tables.flatMap(({ schema }) => (schema === null ? [] : [schema])))].toSorted());
};

const described = (dialect: Dialect, tables: readonly Table[]): Snapshot["tables"] => {
  const referenced = referencedBy(tables);
  return Object.freeze(tables.map((table) => dialect.describeTable(table, referenced)));
};

/**
 * What the models ask of a database that speaks `dialect` (`engine.dialect`): plain frozen data, the same for the same models. Without models: of
 * every model defined so far. It runs no SQL. Throws `ConfigurationError` for a mistake in a model.
 *
 *     const wanted = snapshot(engine, [User, Post]);
 */
export const snapshot = ({ dialect }: { readonly dialect: Dialect }, models?: readonly AnyModel[]): Snapshot => {
  const tables = tablesOf(models);
  return Object.freeze({
    format: 1,
    dialect: dialect.name,
    source: "models",
    schemas: schemasOf(dialect, tables),
    enums: Object.freeze([]),
    tables: described(dialect, tables),
    views: Object.freeze([]),
  });
};
