/** Raw text with `$1`, `?` or `:name` placeholders, in a database's own form. */
import { ConfigurationError } from "../base/errors.ts";
import { tokens } from "./tokens.ts";

export interface PlaceholderRules {
  placeholder(index: number): string;
  readonly repeatsPlaceholders: boolean;
  readonly nestedComments: boolean;
  /** Whether `??` is an operator `?`. */
  readonly hasQuestionOperator: boolean;
}

export interface Placeholders {
  readonly sql: string;
  /** What each placeholder is bound to, in their order: an index from 0 into the given values, or a name. */
  readonly order: readonly (number | string)[];
}

type Style = "$1" | "?" | ":name";

const styleOf = (token: string): Style => (token[0] === "$" ? "$1" : token[0] === "?" ? "?" : ":name");

const mixed = (first: Style, second: Style, rules: PlaceholderRules): ConfigurationError => {
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

/** Throws `ConfigurationError` for mixed kinds. Strings, quoted names, comments and `::casts` are left alone. */
export const placeholdersWith = (rules: PlaceholderRules, text: string): Placeholders => {
  let sql = "";
  let style: Style | null = null;
  let count = 0;
  const order: (number | string)[] = [];
  const places = new Map<number | string, number>();
  for (const token of tokens(text, rules.nestedComments)) {
    if (token.kind !== "placeholder") {
      sql += token.text;
      continue;
    }
    if (token.text === "??" && rules.hasQuestionOperator) {
      sql += "?";
      continue;
    }
    const own = styleOf(token.text);
    if (style !== null && style !== own) throw mixed(style, own, rules);
    style = own;
    const key = keyOf(token.text, own, count++);
    const known = rules.repeatsPlaceholders ? places.get(key) : undefined;
    if (known === undefined) places.set(key, order.push(key) - 1);
    sql += rules.placeholder(known ?? order.length - 1);
  }
  return { sql, order };
};
