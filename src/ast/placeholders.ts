/**
 * SQL text of the user's own, split at its placeholders: `$1`, `?` or `:name`, outside strings, quoted names and comments.
 *
 *     "a = $1 AND b = '?'"   →   texts ["a = ", " AND b = '?'"], order [0]
 */
import { ConfigurationError } from "../base/errors.ts";
import { tokens } from "./tokens.ts";

/** `order` holds, for each gap between two texts, the index (from 0) or the name of the parameter that goes there. */
export interface SplitText {
  readonly texts: readonly string[];
  readonly order: readonly (number | string)[];
}

export interface SplitRules {
  readonly nestedComments: boolean;
  /** Whether `??` is an operator `?`. */
  readonly hasQuestionOperator: boolean;
}

type Style = "$1" | "?" | ":name";

const styleOf = (token: string): Style => (token[0] === "$" ? "$1" : token[0] === "?" ? "?" : ":name");

const mixed = (first: Style, second: Style, rules: SplitRules): ConfigurationError => {
  const operator = rules.hasQuestionOperator ? " For the operator '?' write '??'." : "";
  return new ConfigurationError(`The SQL text mixes '${first}' and '${second}' placeholders. Use one kind.${operator}`);
};

const keyOf = (token: string, style: Style, count: number): number | string => {
  if (style === ":name") return token.slice(1);
  if (style === "?") {
    if (token !== "?") throw new ConfigurationError(`The SQL text has the placeholder '${token}'. Write '?' without a number, or '$1'.`);
    return count;
  }
  const number = Number(token.slice(1));
  if (number < 1 || number > 65535)
    throw new ConfigurationError(`The SQL text has the placeholder '${token}'. Placeholders count from $1 to $65535.`);
  return number - 1;
};

/** Throws `ConfigurationError` for mixed kinds and for numbers that no placeholder has. `::casts` are left alone. */
export const splitPlaceholders = (text: string, rules: SplitRules): SplitText => {
  const texts: string[] = [];
  const order: (number | string)[] = [];
  let current = "";
  let style: Style | null = null;
  for (const token of tokens(text, rules.nestedComments)) {
    const isOperator = token.text === "??" && rules.hasQuestionOperator;
    if (token.kind !== "placeholder" || isOperator) {
      current += isOperator ? "?" : token.text;
      continue;
    }
    const own = styleOf(token.text);
    if (style !== null && style !== own) throw mixed(style, own, rules);
    style = own;
    order.push(keyOf(token.text, own, order.length));
    texts.push(current);
    current = "";
  }
  return { texts: [...texts, current], order };
};
