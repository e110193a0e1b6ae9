/**
 * Finds the placeholders of raw SQL text: `$1`, `?` or `:name`, outside strings, quoted names and comments.
 *
 *     "a = $1 AND b = '?'"   →   texts ["a = ", " AND b = '?'"], order [0]
 */

/** `order` holds, for each gap between two texts, the index (from 0) or the name of the parameter that goes there. */
export interface SplitText {
  readonly texts: readonly string[];
  readonly order: readonly (number | string)[];
}

// What is skipped whole: '…' and "…" with doubled quotes, `…`, $tag$…$tag$, -- comments, /* comments */, ::casts. Then the three placeholders.
const token =
  /(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|::)|\$(\d+)|(\?)|:([A-Za-z_]\w*)/g;

/** Splits `text` at its placeholders. `?` counts from the left; the three kinds may not be told apart by meaning, only by spelling. */
export const splitPlaceholders = (text: string): SplitText => {
  const texts: string[] = [];
  const order: (number | string)[] = [];
  let from = 0;
  let questions = 0;
  for (const found of text.matchAll(token)) {
    const [whole, , dollar, question, name] = found;
    if (dollar === undefined && question === undefined && name === undefined) continue;
    texts.push(text.slice(from, found.index));
    from = found.index + whole.length;
    order.push(dollar !== undefined ? Number(dollar) - 1 : (name ?? questions++));
  }
  texts.push(text.slice(from));
  return { texts, order };
};
