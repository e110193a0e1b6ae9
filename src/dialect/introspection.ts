/** Asking a live database for its structure: a few statements, whatever the number of tables, and how their answers are read. */
import type { Snapshot } from "../schema/snapshot.ts";

export interface IntrospectionOptions {
  /** Schemas to look at besides the default one. PostgreSQL only. */
  readonly schemas: readonly string[];
  /** Looks at the connection's temporary objects in place of the default schema. */
  readonly temporary?: boolean;
}

export type AnswerRow = Readonly<Record<string, string | number | bigint | boolean | null>>;

export interface Introspection {
  /** To be asked of one state of the database. They take no parameters. */
  readonly statements: readonly string[];
  /** Reads the rows that the statements gave, in their order. */
  readonly read: (answers: readonly (readonly AnswerRow[])[]) => Snapshot;
}
