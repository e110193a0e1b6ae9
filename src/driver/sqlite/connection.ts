/** One open database of a binding, with its statements prepared once. Answers at once; knows nothing of lines, transactions or batches. */
import { Lru } from "../../base/lru.ts";
import type { Answer, Request } from "../driver.ts";
import type { BindingDatabase, BindingStatement } from "./binding.ts";
import { CountingTables } from "./counting-tables.ts";
import { Cursor } from "./cursor.ts";
import { toPetrelError } from "./errors.ts";
import { toStoredValues } from "./values.ts";

/** What of a request reaches SQLite. */
export type Command = Pick<Request, "text" | "values" | "bigints" | "atMostOne" | "returnsKey">;

export interface PreparedStatement {
  readonly text: string;
  readonly binding: BindingStatement;
  /** The text with a limit of its own behind it; `null` where it cannot have one, `undefined` before the first try. */
  guarded: BindingStatement | null | undefined;
  /** Whether the last answer was too large to be read in one go. */
  wasLarge: boolean;
}

/** The answer to a statement without rows. */
const noRows: readonly (readonly unknown[])[] = [];
const noColumns: readonly string[] = [];

class RowsAnswer implements Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
  readonly #statement: BindingStatement;

  constructor(rows: readonly (readonly unknown[])[], statement: BindingStatement) {
    this.rows = rows;
    this.count = rows.length;
    this.#statement = statement;
  }

  get columns(): readonly string[] {
    return this.#statement.columns();
  }
}

export class SqliteConnection {
  readonly path: string;
  readonly #database: BindingDatabase;
  readonly #statements: Lru<string, PreparedStatement>;
  #isOpen = true;
  #cursor: Cursor | null = null;
  #countingTables: CountingTables | null = null;

  constructor(database: BindingDatabase, path: string, statementCacheSize: number) {
    this.#database = database;
    this.path = path;
    this.#statements = new Lru(statementCacheSize);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get inTransaction(): boolean {
    return this.#isOpen && this.#database.inTransaction;
  }

  /** Runs a statement to its end. */
  run(command: Command): Answer {
    const { binding } = this.prepare(command.text);
    const values = toStoredValues(command.values, command.text);
    try {
      if (command.returnsKey === true) return keyAnswer(binding.insert(values));
      if (command.atMostOne === true && binding.hasRows) return firstAnswer(binding.first(values, command.bigints), binding);
      if (binding.hasRows) return answer(binding.all(values, command.bigints), binding);
      return { rows: noRows, count: binding.run(values), columns: noColumns };
    } catch (error) {
      throw this.explain(error, command.text);
    }
  }

  /** The statement of a text, prepared at its first use. */
  prepare(text: string): PreparedStatement {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const prepared: PreparedStatement = { text, binding: this.prepareAlone(text), guarded: undefined, wasLarge: false };
    this.#statements.set(text, prepared);
    return prepared;
  }

  /** Whether the rows of one INSERT into this table get keys that follow each other. */
  countsUp(table: string): boolean {
    return (this.#countingTables ??= new CountingTables(this.#database)).has(table);
  }

  /** A statement that nobody else uses. */
  prepareAlone(text: string): BindingStatement {
    try {
      return this.#database.prepare(text);
    } catch (error) {
      throw this.explain(error, text);
    }
  }

  /** Begins to read a statement in portions; until the cursor is closed nothing else may run here. */
  openCursor(command: Command): Cursor {
    const { binding } = this.prepare(command.text);
    const values = toStoredValues(command.values, command.text);
    try {
      this.#cursor = new Cursor(binding.iterate(values, command.bigints), (error) => this.explain(error, command.text));
    } catch (error) {
      throw this.explain(error, command.text);
    }
    return this.#cursor;
  }

  /** Ends the reading that is under way, if there is one. */
  closeCursor(): void {
    this.#cursor?.close();
    this.#cursor = null;
  }

  exec(text: string): void {
    try {
      this.#database.exec(text);
    } catch (error) {
      throw this.explain(error, text);
    }
  }

  explain(error: unknown, sql: string): unknown {
    return toPetrelError(error, sql, this.path);
  }

  /** May be called twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.closeCursor();
    this.#statements.clear();
    this.#database.close();
  }
}

const keyAnswer = (key: number | null): Answer => {
  const rows = key === null ? noRows : [[key]];
  return { rows, count: rows.length, columns: noColumns };
};

const firstAnswer = (row: readonly unknown[] | undefined, statement: BindingStatement): Answer =>
  new RowsAnswer(row === undefined ? noRows : [row], statement);

/** Column names are asked for when they are read: typed queries never do. */
export const answer = (rows: readonly (readonly unknown[])[], statement: BindingStatement): Answer => new RowsAnswer(rows, statement);
