/** What only the text of a CREATE TABLE or CREATE INDEX says: names of constraints, checks, expressions, collations, AUTOINCREMENT. */
import type { Deferrable } from "../../schema/snapshot.ts";
import { closing, isMark, isWord, sqlTokens, textBetween } from "./sql-tokens.ts";
import type { SqlToken } from "./sql-tokens.ts";

export interface ColumnText {
  readonly name: string;
  readonly collation: string | null;
  readonly generated: { readonly expression: string; readonly stored: boolean } | null;
  readonly autoincrement: boolean;
}

/** A constraint, in the words that a pragma does not repeat. `columns` as declared; a column's own constraint has that column. */
export interface ConstraintText {
  readonly kind: "primary key" | "unique" | "foreign key" | "check";
  readonly name: string | null;
  readonly columns: readonly string[];
  /** Of a check. */
  readonly expression: string;
  readonly deferrable: Deferrable;
}

export interface TableText {
  readonly columns: readonly ColumnText[];
  readonly constraints: readonly ConstraintText[];
}

/** The items between the parentheses that begin at `open`, each as its first place and the one behind its last. */
const itemsIn = (tokens: readonly SqlToken[], open: number): [number, number][] => {
  const end = closing(tokens, open);
  const items: [number, number][] = [];
  let first = open + 1;
  for (let at = first; at <= end; at++) {
    if (isMark(tokens[at], "(")) at = closing(tokens, at);
    else if (at === end || isMark(tokens[at], ",")) {
      items.push([first, at]);
      first = at + 1;
    }
  }
  return items;
};

/** Reads the constraints of one item; what it does not know it passes over. */
class ItemReader {
  readonly #text: string;
  readonly #tokens: readonly SqlToken[];
  readonly #end: number;
  readonly #column: string | null;
  #at: number;
  #name: string | null = null;
  collation: string | null = null;
  generated: ColumnText["generated"] = null;
  autoincrement = false;
  readonly constraints: ConstraintText[] = [];

  constructor(text: string, tokens: readonly SqlToken[], first: number, end: number, column: string | null) {
    [this.#text, this.#tokens, this.#at, this.#end, this.#column] = [text, tokens, first, end, column];
  }

  read(): this {
    while (this.#at < this.#end) this.#step();
    return this;
  }

  #step(): void {
    const at = this.#at++;
    const token = this.#tokens[at];
    if (isMark(token, "(")) this.#at = closing(this.#tokens, at) + 1;
    else if (isWord(token, "CONSTRAINT")) this.#name = this.#tokens[this.#at++]?.value ?? null;
    else if (isWord(token, "CHECK")) this.#add("check", [], this.#parenthesised());
    else if (isWord(token, "COLLATE")) this.collation = this.#tokens[this.#at++]?.value ?? null;
    else if (isWord(token, "AS")) this.#readGenerated();
    else if (isWord(token, "AUTOINCREMENT")) this.autoincrement = true;
    else if (isWord(token, "DEFAULT")) this.#passDefault();
    else if (isWord(token, "UNIQUE")) this.#add("unique", this.#columns());
    else if (isWord(token, "PRIMARY")) this.#readKey();
    else if (isWord(token, "FOREIGN")) this.#readForeignKey();
    else if (isWord(token, "REFERENCES") && this.#column !== null) this.#readReferences([this.#column]);
  }

  #add(kind: ConstraintText["kind"], columns: readonly string[], expression = "", deferrable: Deferrable = null): void {
    this.constraints.push({ kind, name: this.#name, columns, expression, deferrable });
    this.#name = null;
  }

  /** The text in the parentheses that come next; nothing where none do. */
  #parenthesised(): string {
    const open = this.#at;
    if (open >= this.#end || !isMark(this.#tokens[open], "(")) return "";
    const end = closing(this.#tokens, open);
    this.#at = end + 1;
    return textBetween(this.#text, this.#tokens, open + 1, end);
  }

  /** The names in the parentheses that come next; the column itself where none do. */
  #columns(): readonly string[] {
    const open = this.#at;
    if (open >= this.#end || !isMark(this.#tokens[open], "(")) return this.#column === null ? [] : [this.#column];
    this.#at = closing(this.#tokens, open) + 1;
    return itemsIn(this.#tokens, open).map(([first]) => this.#tokens[first]!.value);
  }

  #readKey(): void {
    this.#at++;
    this.#add("primary key", this.#columns());
  }

  #readForeignKey(): void {
    this.#at++;
    const columns = this.#columns();
    this.#at++;
    this.#readReferences(columns);
  }

  #readReferences(columns: readonly string[]): void {
    this.#at++;
    this.#parenthesised();
    let deferrable: Deferrable = null;
    for (; this.#at < this.#end; this.#at++) {
      const token = this.#tokens[this.#at];
      if (isWord(token, "ON") || isWord(token, "MATCH")) this.#passAction();
      else if (isWord(token, "NOT") && isWord(this.#tokens[this.#at + 1], "DEFERRABLE")) this.#at++;
      else if (isWord(token, "DEFERRABLE")) deferrable = "initially immediate";
      else if (isWord(token, "INITIALLY"))
        deferrable = isWord(this.#tokens[++this.#at], "DEFERRED") && deferrable !== null ? "initially deferred" : deferrable;
      else break;
    }
    this.#add("foreign key", columns, "", deferrable);
  }

  /** `ON DELETE SET NULL`, `MATCH FULL`: the loop goes on behind its last word. */
  #passAction(): void {
    if (isWord(this.#tokens[this.#at], "MATCH")) this.#at++;
    else {
      const action = this.#tokens[this.#at + 2];
      this.#at += isWord(action, "SET") || isWord(action, "NO") ? 3 : 2;
    }
  }

  #readGenerated(): void {
    const expression = this.#parenthesised();
    const stored = isWord(this.#tokens[this.#at], "STORED");
    this.generated = { expression, stored };
  }

  /** A default that is one bare word is no constraint. */
  #passDefault(): void {
    if (isMark(this.#tokens[this.#at], "(")) this.#parenthesised();
    else this.#at += isMark(this.#tokens[this.#at], "-") || isMark(this.#tokens[this.#at], "+") ? 2 : 1;
  }
}

const isConstraint = (token: SqlToken | undefined): boolean =>
  ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].some((word) => isWord(token, word));

/** Reads a CREATE TABLE as SQLite keeps it. A table made from a query (`CREATE TABLE … AS`) is kept as a list of columns, too. */
export const readTableText = (text: string): TableText => {
  const tokens = sqlTokens(text);
  const open = tokens.findIndex((token) => isMark(token, "("));
  if (open < 0) return { columns: [], constraints: [] };
  const columns: ColumnText[] = [];
  const constraints: ConstraintText[] = [];
  for (const [first, end] of itemsIn(tokens, open)) {
    if (first >= end) continue;
    const isTable = isConstraint(tokens[first]);
    const name = isTable ? null : tokens[first]!.value;
    const item = new ItemReader(text, tokens, isTable ? first : first + 1, end, name).read();
    constraints.push(...item.constraints);
    if (name !== null) columns.push({ name, collation: item.collation, generated: item.generated, autoincrement: item.autoincrement });
  }
  return { columns, constraints };
};

export interface IndexText {
  /** The expression of each term, without its direction and collation. */
  readonly terms: readonly string[];
  readonly where: string | null;
}

/** Without `COLLATE x`, `ASC` and `DESC` at its end, and without parentheses around the whole. */
const bareTerm = (text: string, tokens: readonly SqlToken[], from: number, to: number): string => {
  let [first, end] = [from, to];
  for (;;) {
    const last = tokens[end - 1];
    if (isWord(last, "ASC") || isWord(last, "DESC")) end--;
    else if (end - first > 2 && isWord(tokens[end - 2], "COLLATE")) end -= 2;
    else break;
  }
  while (isMark(tokens[first], "(") && closing(tokens.slice(0, end), first) === end - 1) [first, end] = [first + 1, end - 1];
  return textBetween(text, tokens, first, end);
};

/** Reads a CREATE INDEX as SQLite keeps it. */
export const readIndexText = (text: string): IndexText => {
  const tokens = sqlTokens(text);
  const open = tokens.findIndex((token) => isMark(token, "("));
  if (open < 0) return { terms: [], where: null };
  const end = closing(tokens, open);
  const where = isWord(tokens[end + 1], "WHERE") ? textBetween(text, tokens, end + 2, tokens.length) : null;
  return { terms: itemsIn(tokens, open).map(([first, behind]) => bareTerm(text, tokens, first, behind)), where };
};
