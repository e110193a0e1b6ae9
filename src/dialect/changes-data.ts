/** Whether a text of the user's own may change data. Guessed from its words; in doubt it does. */
import { tokens } from "../ast/tokens.ts";

const readers: ReadonlySet<string> = new Set(["select", "values", "table", "with", "explain", "show"]);
const writers: ReadonlySet<string> = new Set([
  "insert",
  "update",
  "delete",
  "merge",
  "replace",
  "into",
  "truncate",
  "drop",
  "create",
  "alter",
]);

/** The statement's words, lower case, without the one that is a function's name too (`replace(…)`). */
function* words(text: string): Generator<string> {
  let last: string | null = null;
  for (const { kind, text: token } of tokens(text, true)) {
    if (kind === "other" && token.trim() === "") continue;
    if (last !== null && !(last === "replace" && token === "(")) yield last;
    last = kind === "word" ? token.toLowerCase() : null;
  }
  if (last !== null) yield last;
}

/** True unless the text starts as a reading statement and holds no word of a writing one outside of strings, names and comments. */
export const changesData = (text: string): boolean => {
  const found = [...words(text)];
  // `SELECT … FOR UPDATE` and `INSERT (…)`-like calls count as writing: the safe side.
  return found.length === 0 || !readers.has(found[0]!) || found.some((word) => writers.has(word));
};
