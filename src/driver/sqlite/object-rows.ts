/**
 * Rows as arrays from a `node:sqlite` that only knows objects: Node 22.13 to 22.15, with SQLite 3.47 to 3.49.
 *
 * In an object, columns of one name collapse and names like "1" move to the front. So a query is run inside another that names its columns
 * c0, c1, … in order. What cannot be inside another, RETURNING foremost, is read as it is, and refused when its names would not keep their place.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { QueryError } from "../../base/errors.ts";
import type { StoredValue } from "./binding.ts";

/** What SQLite reports after a statement. */
export interface Changes {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** What we use of a prepared statement of Node, its rows being arrays. */
export interface ArrayStatement {
  all(...values: StoredValue[]): unknown[][];
  iterate(...values: StoredValue[]): Iterator<unknown[]>;
  run(...values: StoredValue[]): Changes;
  columns(): readonly { readonly name: string }[];
  setReadBigInts(enabled: boolean): void;
}

type Row = Record<string, unknown>;

/** `sql` is the text of the statement, which has been prepared already: it is one statement, and closes no parenthesis that it has not opened. */
export const withArrayRows = (database: DatabaseSync, statement: StatementSync, sql: string, changesRows: boolean): ArrayStatement => {
  const count = countColumns(database, sql);
  const query = sql.replace(/;\s*$/, "");
  const renamed = count === 0 ? null : prepareRenamed(database, query, count);
  return renamed === null ? new NamedRows(database, statement, count, changesRows) : new RenamedRows(database, renamed, query, count);
};

/** SQLite's own program for a statement says how many columns a row has; 0 when it answers with none. Nothing is run. */
const countColumns = (database: DatabaseSync, sql: string): number => {
  const explained = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*explain\b(\s+query\b)?/i.exec(sql);
  // A program has no program of its own.
  if (explained !== null) return explained[1] === undefined ? 8 : 4;
  const program = database.prepare(`EXPLAIN ${sql}`).all() as Row[];
  return Number(program.find((step) => step["opcode"] === "ResultRow")?.["p2"] ?? 0);
};

/** `null` when the statement is not a query, so that it cannot be inside another. */
const prepareRenamed = (database: DatabaseSync, query: string, count: number): StatementSync | null => {
  const names = Array.from({ length: count }, (_, index) => `c${index}`);
  return prepareIfPossible(database, `WITH "petrel rows"(${names.join()}) AS (${query}\n) SELECT * FROM "petrel rows"`);
};

const prepareIfPossible = (database: DatabaseSync, sql: string): StatementSync | null => {
  try {
    return database.prepare(sql);
  } catch {
    return null;
  }
};

/** A query whose columns are c0, c1, …: their order in the object is their order in the row. */
class RenamedRows implements ArrayStatement {
  readonly #database: DatabaseSync;
  readonly #statement: StatementSync;
  readonly #query: string;
  readonly #count: number;

  constructor(database: DatabaseSync, statement: StatementSync, query: string, count: number) {
    this.#database = database;
    this.#statement = statement;
    this.#query = query;
    this.#count = count;
  }

  all(...values: StoredValue[]): unknown[][] {
    return (this.#statement.all(...values) as Row[]).map((row) => Object.values(row));
  }

  iterate(...values: StoredValue[]): Iterator<unknown[]> {
    return mapped(this.#statement.iterate(...values) as Iterator<Row>, (row) => Object.values(row));
  }

  run(...values: StoredValue[]): Changes {
    return this.#statement.run(...values);
  }

  /** A row of positions under the query's own names, without reading it; a name that comes again has ":1" behind it there. */
  columns(): { readonly name: string }[] {
    const positions = Array.from({ length: this.#count }, (_, index) => index).join();
    const row = this.#database
      .prepare(`SELECT * FROM (SELECT * FROM (${this.#query}\n) LIMIT 0) UNION ALL VALUES (${positions})`)
      .get() as Row;
    const names = new Array<string>(this.#count);
    for (const [name, position] of Object.entries(row)) names[position as number] = name;
    return names.map((name, index) => ({ name: originalName(name, names.slice(0, index)) }));
  }

  setReadBigInts(enabled: boolean): void {
    this.#statement.setReadBigInts(enabled);
  }
}

const originalName = (name: string, before: readonly string[]): string => {
  const base = name.replace(/:\d+$/, "");
  return before.includes(base) ? base : name;
};

/** Rows by the names that the statement gives them, once these are known to keep their place. Columns are known after the first row. */
class NamedRows implements ArrayStatement {
  readonly #database: DatabaseSync;
  readonly #statement: StatementSync;
  readonly #count: number;
  readonly #changesRows: boolean;
  #names: readonly string[] | null = null;

  constructor(database: DatabaseSync, statement: StatementSync, count: number, changesRows: boolean) {
    this.#database = database;
    this.#statement = statement;
    this.#count = count;
    this.#changesRows = changesRows;
  }

  /** Until a first row has shown its names, what the statement changes is undone when it has to be refused. */
  all(...values: StoredValue[]): unknown[][] {
    if (this.#names !== null || !this.#changesRows) return this.#readAll(values);
    this.#database.exec('SAVEPOINT "petrel rows"');
    try {
      return this.#readAll(values);
    } catch (error) {
      if (error instanceof QueryError) this.#database.exec('ROLLBACK TO "petrel rows"');
      throw error;
    } finally {
      release(this.#database);
    }
  }

  /** Statements that change rows change all of them before the first one is returned, so there is nothing to gain from one by one. */
  iterate(...values: StoredValue[]): Iterator<unknown[]> {
    return this.all(...values).values();
  }

  run(...values: StoredValue[]): Changes {
    return this.#statement.run(...values);
  }

  columns(): { readonly name: string }[] {
    return (this.#names ?? Array.from({ length: this.#count }, (_, index) => `c${index}`)).map((name) => ({ name }));
  }

  setReadBigInts(enabled: boolean): void {
    this.#statement.setReadBigInts(enabled);
  }

  #readAll(values: readonly StoredValue[]): unknown[][] {
    const rows = this.#statement.all(...values) as Row[];
    if (this.#names === null && rows.length > 0) this.#checkNames(Object.keys(rows[0]!));
    return rows.map((row) => Object.values(row));
  }

  #checkNames(names: readonly string[]): void {
    if (names.length !== this.#count || names.some((name) => /^\d+$/.test(name))) {
      throw new QueryError(
        `On Node ${process.versions.node} every column of this statement needs a name of its own that is not a number, or it loses its place. ` +
          'Name each with AS, or use Node 22.16 or newer, or the option driver: "better-sqlite3".',
      );
    }
    this.#names = names;
  }
}

/** Ends the savepoint, and with it the transaction that it is when there is no other: throws where that cannot be kept. */
const release = (database: DatabaseSync): void => {
  try {
    database.exec('RELEASE "petrel rows"');
  } catch (error) {
    // Gone already, where a constraint has rolled the whole transaction back.
    if ((error as Error).message.includes("no such savepoint")) return;
    database.exec('ROLLBACK TO "petrel rows"; RELEASE "petrel rows"');
    throw error;
  }
};

const mapped = (rows: Iterator<Row>, map: (row: Row) => unknown[]): Iterator<unknown[]> => ({
  next: () => {
    const step = rows.next();
    return step.done === true ? { done: true, value: undefined } : { done: false, value: map(step.value) };
  },
  return: () => {
    rows.return?.();
    return { done: true, value: undefined };
  },
});
