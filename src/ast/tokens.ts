/** SQL text cut where it matters to whoever looks for words or placeholders in it: strings, quoted names and comments are opaque. */

export type TokenKind = "word" | "opaque" | "placeholder" | "other";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ["opaque", /--[^\n]*/y],
  // PostgreSQL's escape strings, in which a backslash protects a quote.
  ["opaque", /[eE]'(?:[^'\\]|\\[^]|'')*(?:'|$)/y],
  ["opaque", /'(?:[^']|'')*(?:'|$)/y],
  ["opaque", /"(?:[^"]|"")*(?:"|$)/y],
  ["opaque", /`(?:[^`]|``)*(?:`|$)/y],
  ["opaque", /\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$(?:[^](?!\$\1\$))*(?:[^]\$\1\$|$)/y],
  ["placeholder", /\$\d+|\?\??\d*|:[A-Za-z_]\w*/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["other", /::|\d[\w.]*|\s+|[^]/y],
];

/** The end of a block comment that starts at `start`; the text's end if it never ends. PostgreSQL nests comments, SQLite does not. */
const commentEnd = (text: string, start: number, nests: boolean): number => {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start + 2;
  let depth = 1;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === "*/") depth--;
    else if (nests) depth++;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
};

const tokenAt = (text: string, at: number, nests: boolean): Token => {
  if (text.startsWith("/*", at)) return { kind: "opaque", text: text.slice(at, commentEnd(text, at, nests)) };
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) return { kind, text: found[0] };
  }
  return { kind: "other", text: text.slice(at) };
};

/** Every character of `text` is in exactly one token, in order. */
export function* tokens(text: string, nestedComments: boolean): Generator<Token> {
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at, nestedComments);
    yield token;
    at += token.text.length;
  }
}
