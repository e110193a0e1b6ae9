/**
 * What the texts of a piece of `sql` hold that the values between them must know of: quotes and comments that a value would stand inside of,
 * and placeholders that nobody gave a value for. Read once for each template of a program.
 */
import { tokens } from "./tokens.ts";

export interface TextMarks {
  /** The gaps, from 0, that lie inside a string, a quoted name or a comment. */
  readonly hidden: ReadonlySet<number>;
  /** Placeholders as they are written in the texts. */
  readonly placeholders: readonly string[];
}

// No SQL text holds it: databases take it for the end.
const gap = "\0";

const read = (texts: readonly string[]): TextMarks => {
  const hidden = new Set<number>();
  const placeholders: string[] = [];
  let gaps = 0;
  for (const { kind, text } of tokens(texts.join(gap), true)) {
    if (kind === "placeholder") placeholders.push(text);
    for (let at = text.indexOf(gap); at >= 0; at = text.indexOf(gap, at + 1)) {
      if (kind === "opaque") hidden.add(gaps);
      gaps++;
    }
  }
  return { hidden, placeholders };
};

const known = new WeakMap<readonly string[], TextMarks>();

/** The marks of `texts`, which must never change. */
export const marksOf = (texts: readonly string[]): TextMarks => {
  let marks = known.get(texts);
  if (marks === undefined) known.set(texts, (marks = read(texts)));
  return marks;
};
