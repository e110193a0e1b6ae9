/** Reads a statement from left to right, just far enough to say what it does to which table. */
import type { ObjectName, Snapshot } from "../../schema/snapshot.ts";
import { lexemes } from "./statement-text.ts";
import type { Lexeme } from "./statement-text.ts";

export class StatementReader {
  readonly #lexemes: readonly Lexeme[];
  #at = 0;

  constructor(given: readonly Lexeme[]) {
    this.#lexemes = given;
  }

  static of(sql: string, dialect: Snapshot["dialect"]): StatementReader {
    return new StatementReader(lexemes(sql, dialect));
  }

  #peek(ahead = 0): Lexeme | undefined {
    return this.#lexemes[this.#at + ahead];
  }

  /** Takes these words if they are next: `read.take("IF", "EXISTS")`. */
  take(...words: readonly string[]): boolean {
    if (!words.every((word, place) => this.#peek(place)?.word === word || this.#peek(place)?.text === word)) return false;
    this.#at += words.length;
    return true;
  }

  /** Takes whichever of these words are next, in any order. */
  skip(...words: readonly string[]): void {
    while (words.some((word) => this.take(word)));
  }

  next(): Lexeme | null {
    return this.#lexemes[this.#at++] ?? null;
  }

  /** What is left. */
  tail(): readonly Lexeme[] {
    return this.#lexemes.slice(this.#at);
  }

  startsWith(word: string): boolean {
    return this.#peek()?.word === word;
  }

  /** Goes on behind the next of these words, in whatever brackets it is; to the end, if there is none. */
  seek(...words: readonly string[]): boolean {
    const found = this.#lexemes.findIndex((each, place) => place >= this.#at && each.word !== null && words.includes(each.word));
    this.#at = found < 0 ? this.#lexemes.length : found + 1;
    return found >= 0;
  }

  /** Whether the word comes anywhere from here on. */
  has(...words: readonly string[]): boolean {
    const rest = this.#lexemes.slice(this.#at);
    return rest.some((_, place) => words.every((word, next) => rest[place + next]?.word === word || rest[place + next]?.text === word));
  }

  name(): string | null {
    const found = this.#peek();
    if (found === undefined || found.name === null) return null;
    this.#at++;
    return found.name;
  }

  /** `name` or `schema.name`. */
  object(): ObjectName | null {
    const first = this.name();
    if (first === null) return null;
    if (!this.take(".")) return { schema: null, name: first };
    const second = this.name();
    return second === null ? null : { schema: first === "main" || first === "public" ? null : first, name: second };
  }

  /** `a, b, c`. */
  objects(): ObjectName[] {
    const found: ObjectName[] = [];
    do {
      const object = this.object();
      if (object !== null) found.push(object);
    } while (this.take(","));
    return found;
  }

  /** The rest, cut at commas outside of brackets. */
  parts(): StatementReader[] {
    const parts: Lexeme[][] = [[]];
    let depth = 0;
    for (const each of this.#lexemes.slice(this.#at)) {
      if (each.text === "(" || each.text === "[") depth++;
      if (each.text === ")" || each.text === "]") depth--;
      if (each.text === "," && depth === 0) parts.push([]);
      else parts.at(-1)!.push(each);
    }
    this.#at = this.#lexemes.length;
    return parts.map((part) => new StatementReader(part));
  }

  /** The tables behind REFERENCES, from here on. */
  references(): ObjectName[] {
    const copy = new StatementReader(this.#lexemes.slice(this.#at));
    const found: ObjectName[] = [];
    while (copy.seek("REFERENCES")) {
      const object = copy.object();
      if (object !== null) found.push(object);
    }
    return found;
  }
}
