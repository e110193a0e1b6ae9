/** SQLite through the module that Node brings along. */
import { existsSync } from "node:fs";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Binding, BindingDatabase, BindingStatement, OpenOptions, StoredValue } from "./binding.ts";
import { IntegerTooLarge, NotOneStatement, WrongValueCount } from "./binding.ts";

/** `null` where Node has no such module, or one too old to give rows as arrays and to say whether a transaction is open. */
export const loadNodeSqlite = async (): Promise<Binding | null> => {
  const module = await import("node:sqlite").catch(() => null);
  if (module === null || !("setReturnArrays" in module.StatementSync.prototype)) return null;
  if (!("isTransaction" in module.DatabaseSync.prototype) && !hasOwnIsTransaction(new module.DatabaseSync(":memory:"))) return null;
  return {
    name: "node:sqlite",
    open: (path, options) => new NodeSqliteDatabase(openDatabase(module.DatabaseSync, path, options)),
  };
};

const hasOwnIsTransaction = (database: DatabaseSync): boolean => {
  const known = "isTransaction" in database;
  database.close();
  return known;
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

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  prepare(text: string): BindingStatement {
    return new NodeSqliteStatement(this.#prepareOne(text), text);
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
  #prepareOne(text: string): StatementSync {
    const statement = prepareSome(this.#database, text);
    const rest = text.slice(statement.sourceSQL.length).trim();
    if (rest !== "" && rest !== ";" && !isEmpty(this.#database, rest)) throw new NotOneStatement("more than one statement");
    return statement;
  }
}

const prepareSome = (database: DatabaseSync, text: string): StatementSync => {
  try {
    return database.prepare(text);
  } catch (error) {
    if (isInvalidArgument(error)) throw new NotOneStatement("no statement", { cause: error });
    throw error;
  }
};

/** Whether a text is comments and semicolons only, as SQLite itself sees it. */
const isEmpty = (database: DatabaseSync, text: string): boolean => {
  try {
    database.prepare(text);
    return false;
  } catch (error) {
    return isInvalidArgument(error);
  }
};

const isInvalidArgument = (error: unknown): boolean => (error as { code?: unknown }).code === "ERR_INVALID_ARG_VALUE";

const changesRows = /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:insert|update|delete|replace|with)\b/i;

class NodeSqliteStatement implements BindingStatement {
  readonly hasRows: boolean;
  readonly #statement: StatementSync;
  readonly #changesRows: boolean;
  #names: readonly string[];
  #bigints = false;
  #checkedCount = -1;

  constructor(statement: StatementSync, text: string) {
    statement.setReturnArrays(true);
    this.#statement = statement;
    this.#names = statement.columns().map((column) => column.name);
    this.hasRows = this.#names.length > 0;
    // After other statements SQLite still reports the changes of the last one that made some.
    this.#changesRows = changesRows.test(text);
  }

  columns(): readonly string[] {
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
      // With `setReturnArrays` rows are arrays, which the declarations do not know.
      return this.#statement.all(...values) as unknown as unknown[][];
    } catch (error) {
      throw translate(error);
    }
  }

  run(values: readonly StoredValue[]): number {
    this.#prepareFor(values, false);
    try {
      const changes = this.#statement.run(...values).changes;
      return this.#changesRows ? Number(changes) : 0;
    } catch (error) {
      throw translate(error);
    }
  }

  iterate(values: readonly StoredValue[], bigints: boolean): Iterator<unknown[]> {
    this.#prepareFor(values, bigints);
    const rows = this.#statement.iterate(...values) as unknown as Iterator<unknown[]>;
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
      this.#statement.all(...(probe as null[]));
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
