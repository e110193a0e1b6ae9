/** Which tables give the rows of one INSERT the numbers that follow each other: those where nothing of their own can come between two rows. */
import type { BindingDatabase, BindingStatement } from "./binding.ts";

/** A trigger, a view's too, may insert or keep out rows, and so may a constraint that says what to do in a conflict, and a virtual table's code. */
const isPlain = ([type, sql]: readonly unknown[]): boolean =>
  type === "index" || (type === "table" && typeof sql === "string" && /^create table/i.test(sql) && !/conflict/i.test(sql));

export class CountingTables {
  readonly #database: BindingDatabase;
  readonly #known = new Map<string, boolean>();
  #versions: readonly BindingStatement[] | null = null;
  #version = "";

  constructor(database: BindingDatabase) {
    this.#database = database;
  }

  /** Whether this is such a table, of the main database. Nobody can change that before the open transaction ends, which writes. */
  has(table: string): boolean {
    const version = this.#readVersion();
    if (version !== this.#version) {
      this.#known.clear();
      this.#version = version;
    }
    let known = this.#known.get(table);
    if (known === undefined) this.#known.set(table, (known = this.#look(table)));
    return known;
  }

  #readVersion(): string {
    this.#versions ??= ["main", "temp"].map((schema) => this.#database.prepare(`PRAGMA ${schema}.schema_version`));
    return this.#versions.map((statement) => statement.all([], false)[0]![0]).join();
  }

  #look(table: string): boolean {
    const about = (schema: string): string => `SELECT type, sql FROM ${schema} WHERE tbl_name = ? COLLATE NOCASE`;
    const found = this.#database.prepare(about("sqlite_schema")).all([table], false);
    const temporary = this.#database.prepare(about("sqlite_temp_schema")).all([table], false);
    return temporary.length === 0 && found.some(([type]) => type === "table") && found.every(isPlain);
  }
}
