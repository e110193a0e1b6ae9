/** SQLite through `better-sqlite3`, where the user's project has it. Only what we use of it is declared here. */
import type { Binding, BindingDatabase, BindingStatement, OpenOptions, StoredValue } from "./binding.ts";
import { insertedKey, IntegerTooLarge, mayChangeNames, NotOneStatement, WrongValueCount } from "./binding.ts";

interface Statement {
  readonly reader: boolean;
  readonly readonly: boolean;
  raw(enabled: boolean): Statement;
  safeIntegers(enabled: boolean): Statement;
  columns(): readonly { readonly name: string }[];
  all(...values: readonly unknown[]): unknown[][];
  get(...values: readonly unknown[]): unknown[] | undefined;
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  iterate(...values: readonly unknown[]): Iterator<unknown[]>;
}

interface Database {
  readonly inTransaction: boolean;
  prepare(text: string): Statement;
  exec(text: string): unknown;
  function(name: string, options: object, body: (...values: unknown[]) => unknown): unknown;
  close(): unknown;
}

type DatabaseClass = new (
  path: string,
  options: { readonly readonly: boolean; readonly fileMustExist: boolean; readonly timeout: number },
) => Database;

/** `null` when the package is not installed; throws what importing it throws otherwise (a build for another Node). */
export const loadBetterSqlite3 = async (): Promise<Binding | null> => {
  // The name in a variable: the package is optional, and neither bundlers nor the compiler should look for it.
  const name: string = "better-sqlite3";
  let module: { readonly default: DatabaseClass };
  try {
    module = (await import(name)) as { readonly default: DatabaseClass };
  } catch (error) {
    if ((error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
  return { name: "better-sqlite3", open: (path, options) => new BetterSqlite3Database(openDatabase(module.default, path, options)) };
};

const openDatabase = (Database: DatabaseClass, path: string, options: OpenOptions): Database =>
  new Database(path, { readonly: options.readOnly, fileMustExist: options.mustExist, timeout: 0 });

class BetterSqlite3Database implements BindingDatabase {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  prepare(text: string): BindingStatement {
    try {
      return new BetterSqlite3Statement(this.#database.prepare(text), text);
    } catch (error) {
      if (error instanceof RangeError && error.message.includes("statement"))
        throw new NotOneStatement("not one statement", { cause: error });
      throw error;
    }
  }

  exec(text: string): void {
    this.#database.exec(text);
  }

  define(name: string, parameterCount: number, body: (...values: readonly unknown[]) => string | number | null): void {
    const fixed = parameterCount === 1 ? (a: unknown) => body(a) : (a: unknown, b: unknown) => body(a, b);
    this.#database.function(name, { deterministic: true, safeIntegers: true }, fixed);
  }

  close(): void {
    this.#database.close();
  }
}

class BetterSqlite3Statement implements BindingStatement {
  readonly hasRows: boolean;
  readonly #statement: Statement;
  readonly #mayChangeNames: boolean;
  #names: readonly string[];
  #bigints = false;
  #isNumbered: boolean;
  #isSettled: boolean;

  constructor(statement: Statement, text: string) {
    // Something like `?1`, if perhaps in a string.
    this.#isNumbered = /\?\d/.test(text);
    this.#isSettled = !this.#isNumbered;
    this.#mayChangeNames = mayChangeNames(text);
    this.hasRows = statement.reader;
    this.#statement = statement.reader ? statement.raw(true) : statement;
    this.#names = namesOf(statement);
  }

  columns(): readonly string[] {
    if (!this.#mayChangeNames) return this.#names;
    try {
      this.#names = namesOf(this.#statement);
    } catch {
      // The database is closed or iterating; the names have not changed since.
    }
    return this.#names;
  }

  all(values: readonly StoredValue[], bigints: boolean): unknown[][] {
    if (!bigints && !this.#statement.readonly) return this.#readNarrowed(values);
    this.#readBigints(bigints);
    const rows = this.#bind(values, (bound) => this.#statement.all(...bound));
    return !bigints && hasDoubtfulNumber(rows) ? this.#readNarrowed(values) : rows;
  }

  first(values: readonly StoredValue[], bigints: boolean): unknown[] | undefined {
    this.#readBigints(bigints);
    const row = this.#bind(values, (bound) => this.#statement.get(...bound));
    return !bigints && row !== undefined && hasDoubtfulNumber([row]) ? this.#readNarrowed(values)[0] : row;
  }

  run(values: readonly StoredValue[]): number {
    return this.#bind(values, (bound) => this.#statement.run(...bound)).changes;
  }

  insert(values: readonly StoredValue[]): number | null {
    const { changes, lastInsertRowid } = this.#bind(values, (bound) => this.#statement.run(...bound));
    return insertedKey(changes, lastInsertRowid);
  }

  iterate(values: readonly StoredValue[], bigints: boolean): Iterator<unknown[]> {
    // One by one there is no second look at a rounded integer, so every integer is read whole and narrowed here.
    this.#readBigints(true);
    const rows = this.#bind(values, (bound) => this.#statement.iterate(...bound));
    if (bigints) return rows;
    return {
      next: () => {
        const step = rows.next();
        if (step.done !== true) narrow(step.value);
        return step;
      },
      return: () => rows.return?.() ?? { done: true, value: undefined },
    };
  }

  /** This library rounds large integers without a word, so what may be one is read whole. A statement that writes is never run twice for it. */
  #readNarrowed(values: readonly StoredValue[]): unknown[][] {
    this.#readBigints(true);
    const rows = this.#bind(values, (bound) => this.#statement.all(...bound));
    for (const row of rows) narrow(row);
    return rows;
  }

  #readBigints(bigints: boolean): void {
    if (this.#bigints === bigints || !this.hasRows) return;
    this.#statement.safeIntegers(bigints);
    this.#bigints = bigints;
  }

  /** Values one by one: the library takes them faster than an array. Placeholders with numbers (`?1`) are names to it. Whether the text has them is settled by the first values that are taken. */
  #bind<T>(values: readonly StoredValue[], use: (bound: readonly unknown[]) => T): T {
    try {
      const result = use(this.#isNumbered ? [numbered(values)] : values);
      this.#isSettled = true;
      return result;
    } catch (error) {
      const isRefused = (error instanceof RangeError || error instanceof TypeError) && error.message.includes("parameter");
      if (!isRefused) throw error;
      if (this.#isSettled) throw new WrongValueCount("wrong number of values", { cause: error });
      this.#isSettled = true;
      this.#isNumbered = false;
      return this.#bind(values, use);
    }
  }
}

const namesOf = (statement: Statement): readonly string[] => (statement.reader ? statement.columns().map((column) => column.name) : []);

const numbered = (values: readonly StoredValue[]): object => {
  const bound: Record<string, StoredValue> = {};
  for (let index = 0; index < values.length; index++) bound[index + 1] = values[index] as StoredValue;
  return bound;
};

const narrow = (row: unknown[]): void => {
  for (let index = 0; index < row.length; index++) {
    const value = row[index];
    if (typeof value !== "bigint") continue;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new IntegerTooLarge("an integer beyond 2^53");
    row[index] = number;
  }
};

/** Whether a number is so large that it may be a rounded integer. Costs 2% of reading 10,000 rows of 6 columns (docs/decisions/0005-sqlite-binding.md). */
const hasDoubtfulNumber = (rows: readonly (readonly unknown[])[]): boolean => {
  for (const row of rows) {
    for (let index = 0; index < row.length; index++) {
      const value = row[index];
      if (typeof value === "number" && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)) return true;
    }
  }
  return false;
};
