/**
 * Looks for N+1 in a program that marks no pieces of work. The statements of a transaction are one piece; the others are taken together until none of
 * them has come for a moment, and then what was found is told, once, with its last count.
 */
import type { WatchedStatement } from "../engine/watched-statement.ts";
import { RepeatedReads } from "./n-plus-one.ts";
import type { NPlusOne } from "./n-plus-one.ts";

const quietMs = 100;

export class NPlusOneWatch {
  readonly #threshold: number;
  readonly #found: (found: NPlusOne) => void;
  readonly #pieces = new Map<object | null, RepeatedReads>();
  #timer: NodeJS.Timeout | null = null;

  constructor(threshold: number, found: (found: NPlusOne) => void) {
    this.#threshold = threshold;
    this.#found = found;
  }

  /** Counts a statement; what it is part of, from the threshold on. */
  add(statement: WatchedStatement): NPlusOne | null {
    const piece = this.#pieces.get(statement.transaction) ?? new RepeatedReads();
    this.#pieces.set(statement.transaction, piece);
    const found = piece.add(statement, this.#threshold);
    if (this.#timer === null) this.#timer = setTimeout(() => this.tell(), quietMs);
    else this.#timer.refresh();
    // A program that has found something tells it before it ends; it does not stay for nothing.
    if (found === null) this.#timer.unref();
    else this.#timer.ref();
    return found;
  }

  /** Tells what was found, and begins anew. */
  tell(): void {
    const pieces = [...this.#pieces.values()];
    this.forget();
    for (const piece of pieces) for (const found of piece.found(this.#threshold)) this.#found(found);
  }

  forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pieces.clear();
  }
}
