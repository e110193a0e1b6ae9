/** SQL files cut into statements, and statements into what matters of them: words, names and marks. */
import { tokens } from "../../ast/tokens.ts";
import type { Snapshot } from "../../schema/snapshot.ts";

export interface StatementText {
  /** Without the comments in front of it and without the semicolon. */
  readonly sql: string;
  /** The lines `-- petrel: …` in front of it. */
  readonly directives: readonly string[];
}

const isBlank = (text: string): boolean => /^\s+$/.test(text);
const isComment = (text: string): boolean => text.startsWith("--") || text.startsWith("/*");

/** How deep a statement is inside of BEGIN … END: the bodies of SQLite's triggers and of PostgreSQL's SQL functions hold semicolons of their own. */
class Blocks {
  #depth = 0;
  #last = "";
  readonly #words: string[] = [];

  get isOutside(): boolean {
    return this.#depth === 0;
  }

  see(given: string): void {
    const word = given.toUpperCase();
    if (this.#words.length < 4) this.#words.push(word);
    const opensTrigger = word === "BEGIN" && this.#words.slice(1, 3).includes("TRIGGER");
    const opensFunction = word === "ATOMIC" && this.#last === "BEGIN";
    if (opensTrigger || opensFunction || (word === "CASE" && this.#depth > 0)) this.#depth++;
    else if (word === "END" && this.#depth > 0) this.#depth--;
    this.#last = word;
  }
}

/** The statements of a text, in order. Strings, quoted names, comments and bodies may hold semicolons. */
export const splitStatements = (text: string, dialect: Snapshot["dialect"]): readonly StatementText[] => {
  const found: StatementText[] = [];
  let directives: string[] = [];
  let sql = "";
  let blocks = new Blocks();
  const finish = (): void => {
    if (sql.trim() !== "") found.push({ sql: sql.trim(), directives });
    [sql, directives, blocks] = ["", [], new Blocks()];
  };
  for (const { kind, text: token } of tokens(text, dialect === "postgres")) {
    if (sql === "" && (isBlank(token) || isComment(token))) {
      const directive = /^--\s*petrel:\s*(.*?)\s*$/.exec(token)?.[1];
      if (directive !== undefined) directives.push(directive);
      continue;
    }
    if (token === ";" && blocks.isOutside) {
      finish();
      continue;
    }
    if (kind === "word") blocks.see(token);
    sql += token;
  }
  finish();
  return found;
};

/** A word of SQL in capitals, a name as it is stored, a string, or a mark. A bare name is both a word and a name. */
export interface Lexeme {
  readonly word: string | null;
  readonly name: string | null;
  readonly text: string;
}

const lexeme = (text: string, dialect: Snapshot["dialect"]): Lexeme => {
  if (/^["`]/.test(text)) return { word: null, name: text.slice(1, -1).replaceAll(text[0]! + text[0]!, text[0]!), text };
  if (/^[A-Za-z_\u0080-\uffff]/.test(text) && !/^[eE]'/.test(text))
    return { word: text.toUpperCase(), name: dialect === "postgres" ? text.toLowerCase() : text, text };
  return { word: null, name: null, text };
};

/** Without blanks and comments. */
export const lexemes = (sql: string, dialect: Snapshot["dialect"]): readonly Lexeme[] => {
  const found: Lexeme[] = [];
  for (const { text } of tokens(sql, dialect === "postgres")) if (!isBlank(text) && !isComment(text)) found.push(lexeme(text, dialect));
  return found;
};
