/** The structure that a live database has. */
import { ConfigurationError } from "../../base/errors.ts";
import type { AnswerRow, IntrospectionOptions } from "../../dialect/introspection.ts";
import type { Database } from "../../engine/database.ts";
import { runText } from "../../engine/raw.ts";
import type { Sender } from "../../engine/raw.ts";
import type { Snapshot } from "../../schema/snapshot.ts";

export interface IntrospectOptions {
  /** Schemas to look at besides the default one (`current_schema()`). PostgreSQL only. */
  readonly schemas?: readonly string[];
  /** Tables and views that are not there for this purpose, by name: those that a tool keeps for itself. */
  readonly ignore?: readonly string[];
}

/** Leaves out tables and views by name. */
export const without = (found: Snapshot, ignored: readonly string[]): Snapshot => {
  if (ignored.length === 0) return found;
  const isKept = ({ name }: { readonly name: string }): boolean => !ignored.includes(name);
  return Object.freeze({
    ...found,
    tables: Object.freeze(found.tables.filter(isKept)),
    views: Object.freeze(found.views.filter(isKept)),
  });
};

/** Asks a connection, or a transaction, with the dialect's own options. */
export const introspectOn = async (sender: Sender, options: IntrospectionOptions): Promise<Snapshot> => {
  const { statements, read } = sender.dialect.introspection(options);
  const answers = statements.map(async (text) => (await runText<AnswerRow>(sender, text)).all());
  return read(await Promise.all(answers));
};

/**
 * The tables, columns, keys, indexes, checks, enums and views of the database, as of one moment: a read-only transaction of 7 statements on PostgreSQL
 * and 5 on SQLite, however many tables there are. Throws `ConfigurationError` for schemas on SQLite.
 *
 *     const found = await introspect(engine, { schemas: ["billing"], ignore: ["petrel_migrations"] });
 */
export const introspect = async (database: Database, { schemas = [], ignore = [] }: IntrospectOptions = {}): Promise<Snapshot> => {
  if (schemas.length > 0 && database.dialect.name === "sqlite")
    throw new ConfigurationError("introspect() was given schemas, which SQLite does not have. Leave them out.");
  const ask = (sender: Sender): Promise<Snapshot> => introspectOn(sender, { schemas });
  return without(await database.runInTransaction(ask, { readOnly: true, isolation: "repeatable read" }), ignore);
};
