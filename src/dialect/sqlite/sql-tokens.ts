/** SQLite's SQL cut into words (https://sqlite.org/lang_expr.html, https://sqlite.org/lang_keywords.html): blanks and comments are left out. */

export interface SqlToken {
  /** `word` is a bare name or keyword, `name` a quoted one. */
  readonly kind: "word" | "name" | "string" | "number" | "mark";
  /** As written. */
  readonly text: string;
  /** What a name or string holds; for the others, the text. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const blank = /(?:\s+|--[^\n]*|\/\*[^]*?(?:\*\/|$))+/y;
const patterns: readonly (readonly [SqlToken["kind"], RegExp])[] = [
  ["string", /[xX]?'(?:[^']|'')*(?:'|$)/y],
  ["name", /"(?:[^"]|"")*(?:"|$)/y],
  ["name", /`(?:[^`]|``)*(?:`|$)/y],
  ["name", /\[[^\]]*(?:\]|$)/y],
  ["number", /(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?)/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["mark", /\|\||->>|->|<<|>>|<=|>=|<>|!=|==|[^]/y],
];

const valueOf = (kind: SqlToken["kind"], text: string): string => {
  if (kind === "name" && text.startsWith("[")) return text.slice(1, -1);
  if (kind !== "name" && !(kind === "string" && text.startsWith("'"))) return text;
  const quote = text[0]!;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
};

export const sqlTokens = (text: string): SqlToken[] => {
  const found: SqlToken[] = [];
  for (let at = 0; at < text.length;) {
    blank.lastIndex = at;
    at += blank.exec(text)?.[0].length ?? 0;
    if (at >= text.length) break;
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null) continue;
      found.push({ kind, text: match[0], value: valueOf(kind, match[0]), start: at, end: at + match[0].length });
      at = pattern.lastIndex;
      break;
    }
  }
  return found;
};

/** Whether the token is this keyword; a quoted name never is. */
export const isWord = (token: SqlToken | undefined, word: string): boolean => token?.kind === "word" && token.text.toUpperCase() === word;

export const isMark = (token: SqlToken | undefined, mark: string): boolean => token?.kind === "mark" && token.text === mark;

/** The place of the `)` that closes the `(` at `open`; the last place if none does. */
export const closing = (tokens: readonly SqlToken[], open: number): number => {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (isMark(tokens[at], "(")) depth++;
    else if (isMark(tokens[at], ")") && --depth === 0) return at;
  }
  return tokens.length - 1;
};

/** What stands between two places, as written. */
export const textBetween = (text: string, tokens: readonly SqlToken[], first: number, behind: number): string =>
  first >= behind ? "" : text.slice(tokens[first]!.start, tokens[behind - 1]!.end);
