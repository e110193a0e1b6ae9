/** Fields inside the text of ranges and rows: bare, or in double quotes, with `""` or `\x` for what would end or escape them. Nothing at all is NULL. */

/** One field's text (`null` when there is nothing) and where what follows it begins. */
export interface Field {
  readonly value: string | null;
  readonly next: number;
}

/** Reads the field at `at` up to one of `ends`; `null` when the text stops before. Quoted pieces may stand beside bare ones, as the server allows. */
export const readField = (text: string, at: number, ends: string): Field | null => {
  let value = "";
  let isQuoted = false;
  let hasContent = false;
  for (; at < text.length; at++) {
    const character = text[at]!;
    if (character === "\\") {
      if (++at >= text.length) return null;
      value += text[at]!;
      hasContent = true;
    } else if (character === '"') {
      if (isQuoted && text[at + 1] === '"') {
        value += '"';
        at++;
      } else isQuoted = !isQuoted;
      hasContent = true;
    } else if (!isQuoted && ends.includes(character)) return { value: hasContent ? value : null, next: at };
    else {
      value += character;
      hasContent = true;
    }
  }
  return null;
};
