/**
 * One row inserted for each of many lists of values: several rows by one statement where that says the same, which takes two thirds of the time of one
 * statement each (`npm run bench -- bulk-10000`), and one by one where it does not.
 */
import { BugError } from "../../base/errors.ts";
import type { RepeatedInsert } from "../driver.ts";
import type { BindingStatement } from "./binding.ts";
import type { Command, SqliteConnection } from "./connection.ts";
import { storedSlice } from "./values.ts";

/** More rows a statement are no faster, and take longer to prepare. */
const rowsPerStatement = 32;
/** Values a statement, where rows are wide. */
const valuesPerStatement = 256;

/** What has been inserted so far, so that what was refused as busy goes on where it was. */
export class Repetition {
  readonly #connection: SqliteConnection;
  readonly #command: Command;
  readonly #repeats: RepeatedInsert;
  readonly #count: number;
  readonly #rows: unknown[][] = [];
  #next = 0;
  #changes = 0;
  #keptOut: number[] | undefined = undefined;

  constructor(connection: SqliteConnection, command: Command, repeats: RepeatedInsert) {
    this.#connection = connection;
    this.#command = command;
    this.#repeats = repeats;
    this.#count = command.values.length / repeats.width;
  }

  /** Inserts what is left. */
  run(): RepeatedAnswer {
    const { text } = this.#command;
    const { binding } = this.#connection.prepare(text);
    const size = this.#rowsAtOnce();
    try {
      // What does not fill a statement goes first, one row at least: its key says what the others have to be.
      while (this.#next === 0 || (this.#count - this.#next) % size > 0) this.#insertOne(binding);
      if (this.#next < this.#count) this.#insertRest(size);
    } catch (error) {
      throw this.#connection.explain(error, text);
    }
    return { rows: this.#rows, count: this.#changes, columns: [], keptOut: this.#keptOut };
  }

  #insertRest(size: number): void {
    if (size === 1) {
      const { binding } = this.#connection.prepare(this.#command.text);
      while (this.#next < this.#count) this.#insertOne(binding);
      return;
    }
    const { binding } = this.#connection.prepare(this.#command.text + this.#repeats.oneMore!.repeat(size - 1));
    while (this.#next < this.#count) this.#insertTogether(binding, size);
  }

  /** How many rows one statement inserts: one, where rows may get other keys than the next numbers, or where each has an answer of its own. */
  #rowsAtOnce(): number {
    const { oneMore, width, table } = this.#repeats;
    const size = Math.min(rowsPerStatement, Math.floor(valuesPerStatement / width));
    if (oneMore === null || size < 2 || this.#count < 2 * size) return 1;
    return this.#command.returnsKey === true && !this.#connection.countsUp(table) ? 1 : size;
  }

  #insertOne(binding: BindingStatement): void {
    const values = storedSlice(this.#command.values, this.#next * this.#repeats.width, this.#repeats.width, this.#command.text);
    if (this.#command.returnsKey === true) {
      const key = binding.insert(values);
      this.#inserted(key === null ? undefined : [key]);
    } else if (binding.hasRows) this.#inserted(binding.all(values, this.#command.bigints)[0]);
    else {
      this.#changes += binding.run(values);
      this.#next++;
    }
  }

  #inserted(row: unknown[] | undefined): void {
    if (row === undefined) (this.#keptOut ??= []).push(this.#next);
    else {
      this.#rows.push(row);
      this.#changes++;
    }
    this.#next++;
  }

  #insertTogether(binding: BindingStatement, size: number): void {
    const { width } = this.#repeats;
    const values = storedSlice(this.#command.values, this.#next * width, size * width, this.#command.text);
    if (this.#command.returnsKey !== true) this.#changes += binding.run(values);
    else {
      const last = binding.insert(values);
      const before = this.#rows.at(-1)![0] as number;
      if (last !== before + size) throw new BugError("rows that were inserted together did not get the keys that follow each other.");
      for (let key = before + 1; key <= last; key++) this.#rows.push([key]);
      this.#changes += size;
    }
    this.#next += size;
  }
}

interface RepeatedAnswer {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
  readonly columns: readonly string[];
  readonly keptOut: readonly number[] | undefined;
}
