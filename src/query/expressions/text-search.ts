/** `textSearch(texts, words)`: full-text search with PostgreSQL's dictionaries. */
import { ConfigurationError } from "../../base/errors.ts";
import { condition, expression } from "../../ast/expression-builder.ts";
import type { ExpressionNode, ParameterNode, TextSearchNode } from "../../ast/expression.ts";
import { nodeOf } from "../../ast/node-holder.ts";
import type { Condition, NumberExpression, TextExpression } from "../../ast/typed-expression.ts";
import { describe } from "../../types/column-type.ts";
import type { ColumnType } from "../../types/column-type.ts";

export interface TextSearch {
  /** Whether the words are found. */
  readonly matches: Condition;
  /** How well they match: more is better. */
  readonly rank: NumberExpression<number>;
}

export interface TextSearchOptions {
  /** A text search configuration of the database, such as `"english"`; `"simple"`, which takes words as they are, unless given. */
  readonly language?: string;
}

const text: ColumnType = { kind: "text" };
const float: ColumnType = { kind: "float" };

const documentsOf = (given: unknown): readonly ExpressionNode[] => {
  const list: readonly unknown[] = Array.isArray(given) ? (given as unknown[]) : [given];
  const nodes = list.map((each) => {
    const node = nodeOf(each);
    if (node === undefined) throw new ConfigurationError(`textSearch() searches texts such as page.title, not ${describe(each)}.`);
    return node;
  });
  if (nodes.length === 0) throw new ConfigurationError("textSearch() was given no text to search. Name at least one column.");
  return Object.freeze(nodes);
};

/**
 * Searches texts by words, as a person would type them: `sheep wool` wants both, `"wool is"` the phrase, `or` one of two, `-goat` none.
 * PostgreSQL only: on SQLite running the query throws `ConfigurationError`.
 *
 *     where((page) => textSearch([page.title, page.body], words, { language: "english" }).matches)
 *     // to_tsvector('english', coalesce("title", '') || ' ' || coalesce("body", '')) @@ websearch_to_tsquery('english', $1)
 */
export const textSearch = (
  texts: TextExpression<string | null> | readonly TextExpression<string | null>[],
  words: string,
  { language = "simple" }: TextSearchOptions = {},
): TextSearch => {
  if (typeof words !== "string") throw new ConfigurationError(`textSearch() takes words as a text, not ${describe(words)}.`);
  if (typeof language !== "string" || !/^[a-z_]+$/.test(language))
    throw new ConfigurationError(
      "textSearch() takes a language as the name of a text search configuration, such as 'english' or 'simple'.",
    );
  const query: ParameterNode = Object.freeze({ node: "parameter", form: "one", type: text, value: words });
  const node = (gives: TextSearchNode["gives"]): TextSearchNode => ({
    node: "textSearch",
    gives,
    documents: documentsOf(texts),
    query,
    language,
  });
  return { matches: condition(node("matches")), rank: expression<number, "float">(node("rank"), float, false) };
};
