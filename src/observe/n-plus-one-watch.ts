/**
 * Looks for N+1 in a program that marks no pieces of work. The statements of a transaction are one piece, and so are those of one flow: what code asks for
 * after another, with its `await`s, and not what others ask beside it. A piece is over when nothing of it has come for a moment; then what was found is told,
 * once, with its last count.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { WatchedStatement } from "../engine/watching/watched-statement.ts";
import { RepeatedReads } from "./n-plus-one.ts";
import type { NPlusOne } from "./n-plus-one.ts";

const quietMs = 100;

interface Piece {
  readonly reads: RepeatedReads;
  /** Whose it is: a flow may be seen by several watches. */
  readonly watch: NPlusOneWatch;
  lastAt: number;
  isOver: boolean;
}

/** The pieces of the flow that runs. It is entered by its first statement, and left by nobody: when it is over, the next statement begins another. */
const flow = new AsyncLocalStorage<readonly Piece[]>();

export class NPlusOneWatch {
  readonly #threshold: number;
  readonly #found: (found: NPlusOne) => void;
  readonly #transactions = new WeakMap<object, Piece>();
  readonly #pieces = new Set<Piece>();
  #timer: NodeJS.Timeout | null = null;

  constructor(threshold: number, found: (found: NPlusOne) => void) {
    this.#threshold = threshold;
    this.#found = found;
  }

  /** Counts a statement; what it is part of, from the threshold on. */
  add(statement: WatchedStatement): NPlusOne | null {
    const { transaction } = statement;
    const piece = transaction === null ? this.#inFlow() : this.#inTransaction(transaction);
    piece.lastAt = performance.now();
    this.#timer ??= setInterval(() => this.#look(), quietMs).unref();
    const found = piece.reads.add(statement, this.#threshold);
    // A program that has found something tells it before it ends; it does not stay for nothing.
    if (found !== null) this.#timer.ref();
    return found;
  }

  #inTransaction(transaction: object): Piece {
    const known = this.#transactions.get(transaction);
    if (known !== undefined && !known.isOver) return known;
    const made = this.#begin();
    this.#transactions.set(transaction, made);
    return made;
  }

  #inFlow(): Piece {
    const open = flow.getStore() ?? [];
    const known = open.find((piece) => piece.watch === this && !piece.isOver);
    if (known !== undefined) return known;
    const made = this.#begin();
    flow.enterWith([...open.filter((piece) => !piece.isOver), made]);
    return made;
  }

  #begin(): Piece {
    const made: Piece = { reads: new RepeatedReads(), watch: this, lastAt: 0, isOver: false };
    this.#pieces.add(made);
    return made;
  }

  #look(): void {
    const now = performance.now();
    for (const piece of this.#pieces) if (now - piece.lastAt >= quietMs) this.#end(piece);
    if (this.#pieces.size === 0) this.#rest();
  }

  #end(piece: Piece): void {
    piece.isOver = true;
    this.#pieces.delete(piece);
    for (const found of piece.reads.found(this.#threshold)) this.#found(found);
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Tells what was found, and begins anew. */
  tell(): void {
    this.#rest();
    for (const piece of this.#pieces) this.#end(piece);
  }

  forget(): void {
    this.#rest();
    for (const piece of this.#pieces) piece.isOver = true;
    this.#pieces.clear();
  }
}
