/** SQLite through the module that Node brings along. */
import { existsSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Binding, BindingDatabase, BindingStatement, OpenOptions, StoredValue } from "./binding.ts";
import { insertedKey, IntegerTooLarge, mayChangeNames, NotOneStatement, WrongValueCount } from "./binding.ts";
import { FreshStatement, SchemaVersion } from "./fresh-statement.ts";
import type { ArrayStatement } from "./object-rows.ts";
import { withArrayRows } from "./object-rows.ts";

/** `null` where Node has no such module: before 22.13, or when it is switched off. */
export const loadNodeSqlite = async (): Promise<Binding | null> => {
  const module = await import("node:sqlite").catch(() => null);
  if (module === null) return null;
  const staleColumns = countsColumnsTooEarly(module.DatabaseSync);
  return {
    name: "node:sqlite",
    open: (path, options) => new NodeSqliteDatabase(openDatabase(module.DatabaseSync, path, options), staleColumns),
  };
};

/** Whether `SELECT *`, prepared before its table changed, gives the columns of before once more. Node 22 does. */
const countsColumnsTooEarly = (Database: typeof DatabaseSync): boolean => {
  const database = new Database(":memory:");
  database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  const statement = database.prepare("SELECT * FROM t");
  database.exec("ALTER TABLE t ADD COLUMN b");
  const row = statement.all()[0] as object;
  database.close();
  return !("b" in row);
};

const openDatabase = (Database: typeof DatabaseSync, path: string, options: OpenOptions): DatabaseSync => {
  if (options.mustExist && !existsSync(path)) throw Object.assign(new Error("unable to open database file"), { errcode: 14 });
  return new Database(path, {
    readOnly: options.readOnly,
    allowExtension: false,
    enableDoubleQuotedStringLiterals: false,
    // Set by PRAGMA, as the options say.
    enableForeignKeyConstraints: false,
    defensive: true,
  });
};

class NodeSqliteDatabase implements BindingDatabase {
  readonly #database: DatabaseSync;
  /** Where statements with a star have to be prepared again once the schema has changed; `null` where Node sees to it. */
  readonly #schema: SchemaVersion | null;

  constructor(database: DatabaseSync, staleColumns: boolean) {
    this.#database = database;
    this.#schema = staleColumns ? new SchemaVersion(database) : null;
  }

  get inTransaction(): boolean {
    // Unknown before Node 22.16.
    const known: boolean | undefined = this.#database.isTransaction;
    return known ?? isInTransaction(this.#database);
  }

  prepare(text: string): BindingStatement {
    const prepare = (): BindingStatement => new NodeSqliteStatement(this.#prepareOne(text), text);
    return this.#schema !== null && text.includes("*") ? new FreshStatement(prepare, this.#schema) : prepare();
  }

  exec(text: string): void {
    this.#database.exec(text);
  }

  define(name: string, parameterCount: number, body: (...values: readonly unknown[]) => string | number | null): void {
    // The length of the function is the number of its SQL parameters.
    const fixed = parameterCount === 1 ? (a: unknown) => body(a) : (a: unknown, b: unknown) => body(a, b);
    this.#database.function(name, { deterministic: true, useBigIntArguments: true }, fixed);
  }

  close(): void {
    this.#database.close();
  }

  /** `prepare` drops whatever follows the first statement; what SQLite kept of the text tells where that was. */
  #prepareOne(text: string): ArrayStatement {
    const found = prepareFirst(this.#database, text);
    if (found === null) throw new NotOneStatement("no statement");
    const rest = text.slice(found.sql.length).trim();
    if (rest !== "" && rest !== ";" && !isEmpty(this.#database, rest)) throw new NotOneStatement("more than one statement");
    return toArrays(this.#database, found, text);
  }
}

interface First {
  readonly statement: StatementSync;
  /** Its part of the text. */
  readonly sql: string;
}

/** The first statement of a text; `null` for comments and semicolons only. Node 24 says so when it prepares, Node 22 when it is asked for the text. */
const prepareFirst = (database: DatabaseSync, text: string): First | null => {
  let statement: StatementSync | null = null;
  try {
    statement = database.prepare(text);
    return { statement, sql: statement.sourceSQL };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_INVALID_ARG_VALUE" || (code === "ERR_INVALID_STATE" && statement !== null)) return null;
    throw error;
  }
};

/** Whether a text is comments and semicolons only, as SQLite itself sees it. */
const isEmpty = (database: DatabaseSync, text: string): boolean => {
  try {
    return prepareFirst(database, text) === null;
  } catch {
    return false;
  }
};

/** With `setReturnArrays` rows are arrays, which the declarations do not know. Node before 22.16 does not know it either. */
const toArrays = (database: DatabaseSync, { statement, sql }: First, text: string): ArrayStatement => {
  if (!("setReturnArrays" in statement)) return withArrayRows(database, statement, sql, changingText.test(text));
  statement.setReturnArrays(true);
  return statement as unknown as ArrayStatement;
};

/** Asks SQLite, which refuses a transaction within another. One that begins here has read nothing and taken no lock when it ends. */
const isInTransaction = (database: DatabaseSync): boolean => {
  try {
    database.exec("BEGIN");
  } catch (error) {
    if ((error as Error).message.includes("within a transaction")) return true;
    throw error;
  }
  database.exec("COMMIT");
  return false;
};

const changingText = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:insert|update|delete|replace|with)\b/i;

class NodeSqliteStatement implements BindingStatement {
  readonly hasRows: boolean;
  readonly #statement: ArrayStatement;
  readonly #changesRows: boolean;
  readonly #mayChangeNames: boolean;
  #names: readonly string[];
  #bigints = false;
  #checkedCount = -1;

  constructor(statement: ArrayStatement, text: string) {
    this.#statement = statement;
    this.#mayChangeNames = mayChangeNames(text);
    this.#names = statement.columns().map((column) => column.name);
    this.hasRows = this.#names.length > 0;
    // After other statements SQLite still reports the changes of the last one that made some.
    this.#changesRows = changingText.test(text);
  }

  columns(): readonly string[] {
    if (!this.#mayChangeNames) return this.#names;
    try {
      this.#names = this.#statement.columns().map((column) => column.name);
    } catch {
      // The database is closed; the names have not changed since.
    }
    return this.#names;
  }

  all(values: readonly StoredValue[], bigints: boolean): unknown[][] {
    this.#prepareFor(values, bigints);
    try {
      return this.#statement.all(...values);
    } catch (error) {
      throw translate(error);
    }
  }

  first(values: readonly StoredValue[], bigints: boolean): unknown[] | undefined {
    return this.all(values, bigints)[0];
  }

  // With bigints in both: since Node 26 a key beyond 2^53 is an error otherwise, after the row has been inserted.
  run(values: readonly StoredValue[]): number {
    this.#prepareFor(values, true);
    try {
      const changes = this.#statement.run(...values).changes;
      return this.#changesRows ? Number(changes) : 0;
    } catch (error) {
      throw translate(error);
    }
  }

  insert(values: readonly StoredValue[]): number | null {
    this.#prepareFor(values, true);
    try {
      const { changes, lastInsertRowid } = this.#statement.run(...values);
      return insertedKey(changes, lastInsertRowid);
    } catch (error) {
      throw translate(error);
    }
  }

  iterate(values: readonly StoredValue[], bigints: boolean): Iterator<unknown[]> {
    this.#prepareFor(values, bigints);
    const rows = this.#statement.iterate(...values);
    return {
      next: () => {
        try {
          return rows.next();
        } catch (error) {
          throw translate(error);
        }
      },
      return: () => rows.return?.() ?? { done: true, value: undefined },
    };
  }

  #prepareFor(values: readonly StoredValue[], bigints: boolean): void {
    if (this.#bigints !== bigints) {
      this.#statement.setReadBigInts(bigints);
      this.#bigints = bigints;
    }
    if (values.length !== this.#checkedCount) this.#checkCount(values.length);
  }

  /**
   * Node leaves placeholders without a value NULL, and does not say how many there are.
   * So we bind one NULL too many and then something unbindable: whichever is refused tells, and nothing has run either way.
   */
  #checkCount(count: number): void {
    const probe: unknown[] = new Array<null>(count + 1).fill(null);
    probe.push(Symbol("unbindable"));
    try {
      this.#statement.all(...(probe as StoredValue[]));
    } catch (error) {
      if ((error as { errcode?: unknown }).errcode !== rangeError) throw new WrongValueCount("too few values");
    }
    this.#checkedCount = count;
  }
}

/** SQLITE_RANGE: a value for a placeholder that is not there. */
const rangeError = 25;

const translate = (error: unknown): unknown => {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (code === "ERR_OUT_OF_RANGE") return new IntegerTooLarge("an integer beyond 2^53", { cause: error });
  if (errcode === rangeError) return new WrongValueCount("too many values", { cause: error });
  return error;
};
