/**
 * A statement with a star, on a Node that counts a row's columns before SQLite has noticed that the schema changed (all of Node 22).
 * The first rows after a change would miss the new columns, so the schema is asked for its version first, and the statement is prepared again.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BindingStatement, StoredValue } from "./binding.ts";

/** The version of a connection's schema, that of temporary tables included; attached databases are left out. */
export class SchemaVersion {
  readonly #database: DatabaseSync;
  #statements: readonly StatementSync[] | null = null;
  #known = "";

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Equal until the schema changes, whoever changes it. What is prepared afterwards sees that schema. */
  read(): string {
    this.#statements ??= ["main", "temp"].map((schema) => this.#database.prepare(`PRAGMA ${schema}.schema_version`));
    const version = this.#statements.map((statement) => Object.values(statement.get() as object)[0]).join();
    if (version !== this.#known) {
      // Another connection's change is noticed by a statement that runs, not by one that is prepared.
      this.#database.exec("SELECT 1 FROM sqlite_schema LIMIT 1");
      this.#known = version;
    }
    return version;
  }
}

export class FreshStatement implements BindingStatement {
  readonly hasRows: boolean;
  readonly #prepare: () => BindingStatement;
  readonly #schema: SchemaVersion;
  #version: string;
  #statement: BindingStatement;

  constructor(prepare: () => BindingStatement, schema: SchemaVersion) {
    this.#prepare = prepare;
    this.#schema = schema;
    this.#version = schema.read();
    this.#statement = prepare();
    this.hasRows = this.#statement.hasRows;
  }

  columns(): readonly string[] {
    return this.#statement.columns();
  }

  all(values: readonly StoredValue[], bigints: boolean): unknown[][] {
    return this.#fresh().all(values, bigints);
  }

  first(values: readonly StoredValue[], bigints: boolean): unknown[] | undefined {
    return this.#fresh().first(values, bigints);
  }

  run(values: readonly StoredValue[]): number {
    return this.#fresh().run(values);
  }

  insert(values: readonly StoredValue[]): number | null {
    return this.#fresh().insert(values);
  }

  iterate(values: readonly StoredValue[], bigints: boolean): Iterator<unknown[]> {
    return this.#fresh().iterate(values, bigints);
  }

  #fresh(): BindingStatement {
    const version = this.#schema.read();
    if (version !== this.#version) {
      this.#statement = this.#prepare();
      this.#version = version;
    }
    return this.#statement;
  }
}
