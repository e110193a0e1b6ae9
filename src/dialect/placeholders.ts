/** Raw text with `$1`, `?` or `:name` placeholders, in a database's own form. */
import { splitPlaceholders } from "../ast/placeholders.ts";
import type { SplitRules } from "../ast/placeholders.ts";

export interface PlaceholderRules extends SplitRules {
  placeholder(index: number): string;
  readonly repeatsPlaceholders: boolean;
}

export interface Placeholders {
  readonly sql: string;
  /** What each placeholder is bound to, in their order: an index from 0 into the given values, or a name. */
  readonly order: readonly (number | string)[];
}

/** Throws `ConfigurationError` for mixed kinds. Strings, quoted names, comments and `::casts` are left alone. */
export const placeholdersWith = (rules: PlaceholderRules, text: string): Placeholders => {
  const split = splitPlaceholders(text, rules);
  const order: (number | string)[] = [];
  const places = new Map<number | string, number>();
  let sql = split.texts[0]!;
  split.order.forEach((key, gap) => {
    const known = rules.repeatsPlaceholders ? places.get(key) : undefined;
    const index = known ?? order.push(key) - 1;
    if (known === undefined) places.set(key, index);
    sql += rules.placeholder(index) + split.texts[gap + 1]!;
  });
  return { sql, order };
};
