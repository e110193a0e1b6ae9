/**
 * The prepared statements of one connection: a bounded number, found by their whole text and the types of their parameters.
 * Never by a hash alone: two texts with one hash would run each other's statements.
 */
import { randomBytes } from "node:crypto";
import type { ResultField } from "../../row-sink.ts";
import type { BindExecute } from "../protocol/bind.ts";

const unknownCostMicros = 100;

/** One statement as this connection knows it. The name is never used again for another text. */
export class PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly parameterTypes: readonly number[];
  /** Result columns as the first execution gets them, all in text; null until the server has described them, empty where there are none. */
  textFields: readonly ResultField[] | null = null;
  /** The same columns in the formats that later executions ask for. */
  fields: readonly ResultField[] | null = null;
  /** The parameters' types as the server takes them; null until it has described them. */
  describedTypes: readonly number[] | null = null;
  /** Writes Bind and Execute: the first with text results, the second with the formats of `fields`. */
  bindText: BindExecute | null = null;
  bind: BindExecute | null = null;
  /** The server does not have it (any more): whoever finds it here prepares again. */
  isDead = false;
  /** Other parameter types of the same text. */
  next: PreparedStatement | null = null;
  /** The higher, the later it was used. */
  usedAt = 0;
  /** How long the server needs for it, in microseconds, by experience (`workload.ts`). */
  costMicros = unknownCostMicros;

  constructor(name: string, text: string, parameterTypes: readonly number[]) {
    this.name = name;
    this.text = text;
    this.parameterTypes = parameterTypes;
  }
}

export const noTypes: readonly number[] = [];

const sameTypes = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((type, at) => type === b[at]));

export class StatementCache {
  /**
   * Not a map in the order of use: moving an entry at every run costs more than the whole lookup. Instead each statement says when it was used,
   * and only a new one that finds no room looks through them all.
   */
  readonly #byText = new Map<string, PreparedStatement>();
  readonly #limit: number;
  /** Names that the server still has and nobody here uses any more. */
  readonly #toClose: string[] = [];
  /**
   * Of this connection alone. A pooler that nobody told us of may hand our server connection to another client: under a name that both count
   * up to, one would run the other's statement. A name that nobody else has can only be missing, and that is noticed.
   */
  readonly #prefix = randomBytes(6).toString("base64url");
  #named = 0;
  #uses = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  #retire(first: PreparedStatement): void {
    for (let statement: PreparedStatement | null = first; statement !== null; statement = statement.next) {
      if (!statement.isDead && statement.name !== "") this.#toClose.push(statement.name);
      statement.isDead = true;
    }
  }

  get size(): number {
    return this.#byText.size;
  }

  /** The living statement, or undefined. */
  find(text: string, types: readonly number[]): PreparedStatement | undefined {
    const first = this.#byText.get(text);
    if (first === undefined) return undefined;
    first.usedAt = ++this.#uses;
    for (let statement: PreparedStatement | null = first; statement !== null; statement = statement.next) {
      if (!statement.isDead && sameTypes(statement.parameterTypes, types)) return statement;
    }
    return undefined;
  }

  /** Remembers a new statement, named or unnamed, which the caller prepares on the server. The one that was used least leaves for it. */
  add(text: string, types: readonly number[], isNamed = true): PreparedStatement {
    const statement = new PreparedStatement(isNamed ? `${this.#prefix}${++this.#named}` : "", text, types);
    const first = this.#byText.get(text);
    if (first === undefined) {
      if (this.#byText.size >= this.#limit) this.#evict();
      statement.usedAt = ++this.#uses;
      this.#byText.set(text, statement);
      return statement;
    }
    // Behind the first, so that replacing it does not count as eviction of its siblings.
    while (first.next?.isDead === true) first.next = first.next.next;
    statement.next = first.next;
    first.next = statement;
    return statement;
  }

  /** The server does not know it: it is not closed there. */
  markDead(statement: PreparedStatement): void {
    statement.isDead = true;
    const first = this.#byText.get(statement.text);
    if (first === statement && statement.next === null) this.#byText.delete(statement.text);
  }

  /** The server still has it, but its plan cannot be used again. */
  discard(statement: PreparedStatement): void {
    if (!statement.isDead && statement.name !== "") this.#toClose.push(statement.name);
    this.markDead(statement);
  }

  #evict(): void {
    let oldest: PreparedStatement | null = null;
    for (const statement of this.#byText.values()) if (oldest === null || statement.usedAt < oldest.usedAt) oldest = statement;
    if (oldest === null) return;
    this.#byText.delete(oldest.text);
    this.#retire(oldest);
  }

  /** Forgets all. `onServerToo`: the server has forgotten them itself (DISCARD ALL), so nothing is left to be closed. */
  clear(onServerToo: boolean): void {
    for (const first of this.#byText.values()) this.#retire(first);
    this.#byText.clear();
    if (onServerToo) this.#toClose.length = 0;
  }

  /** The names to close on the server now; each is given once. */
  takeClosable(): readonly string[] {
    return this.#toClose.length === 0 ? [] : this.#toClose.splice(0);
  }
}
