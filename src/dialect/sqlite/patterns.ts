/**
 * Text matching on SQLite. LIKE there folds ASCII letters, so case-sensitive matching goes by GLOB (which can use an index) and `instr`,
 * caseless matching by LIKE where the pattern is ASCII and by `petrel_lower`, which the driver registers, everywhere else.
 */
import type { MatchNode, RegexNode } from "../../ast/expression.ts";
import type { MatchKind } from "../../ast/operator.ts";
import type { BoundValue } from "../../base/bound-value.ts";
import { describe, ValueProblem } from "../../types/column-type.ts";
import type { Compilation } from "../compilation.ts";
import { escapeLike, likeWithoutTrail } from "../like.ts";
import { level, test } from "../piece.ts";
import type { Piece } from "../piece.ts";

type Encode = (value: string) => BoundValue;

const escapeGlob = (text: string): string => text.replaceAll(/[*?[]/g, "[$&]");

/** `%` and `_` of LIKE as `*` and `?` of GLOB. */
export const globOfLike = (pattern: string): string =>
  pattern.replaceAll(/\\([^])|\\$|[^]/gu, (found, escaped: string | undefined) => {
    if (escaped !== undefined) return escapeGlob(escaped);
    if (found === "%") return "*";
    if (found === "_") return "?";
    return escapeGlob(found);
  });

/** Checks that the value is a text before it becomes a pattern. */
const text =
  (make: Encode) =>
  (value: unknown): BoundValue => {
    if (typeof value !== "string") throw new ValueProblem(`expects a text, got ${describe(value)}`);
    return make(value);
  };

const globs: Record<Exclude<MatchKind, "exact" | "contains">, Encode> = {
  like: globOfLike,
  startsWith: (value) => `${escapeGlob(value)}*`,
  endsWith: (value) => `*${escapeGlob(value)}`,
};

const likes: Record<Exclude<MatchKind, "exact">, (value: string) => string> = {
  like: likeWithoutTrail,
  contains: (value) => `%${escapeLike(value)}%`,
  startsWith: (value) => `${escapeLike(value)}%`,
  endsWith: (value) => `%${escapeLike(value)}`,
};

const caseSensitive = ({ kind, operand, pattern }: MatchNode, compilation: Compilation): Piece => {
  const left = compilation.typed(operand, level.other);
  if (kind === "exact")
    return test(
      `${left} = ${compilation.bind(
        pattern,
        text((value) => value),
      )}`,
    );
  if (kind === "contains")
    return test(
      `instr(${left}, ${compilation.bind(
        pattern,
        text((value) => value),
      )}) > 0`,
    );
  return test(`${left} GLOB ${compilation.bind(pattern, text(globs[kind]))}`);
};

const asciiCaseless = ({ kind, operand, pattern }: MatchNode, compilation: Compilation): Piece => {
  const left = compilation.typed(operand, level.other);
  if (kind === "exact")
    return test(
      `${left} = ${compilation.bind(
        pattern,
        text((value) => value),
      )} COLLATE NOCASE`,
    );
  return test(`${left} LIKE ${compilation.bind(pattern, text(likes[kind]))} ESCAPE '\\'`);
};

const caseless = ({ kind, operand, pattern }: MatchNode, compilation: Compilation): Piece => {
  const left = `petrel_lower(${compilation.typed(operand)})`;
  if (kind === "exact")
    return test(
      `${left} = petrel_lower(${compilation.bind(
        pattern,
        text((value) => value),
      )})`,
    );
  return test(`${left} LIKE petrel_lower(${compilation.bind(pattern, text(likes[kind]))}) ESCAPE '\\'`);
};

export const match = (node: MatchNode, compilation: Compilation): Piece => {
  if (!node.caseless) return caseSensitive(node, compilation);
  return node.ascii ? asciiCaseless(node, compilation) : caseless(node, compilation);
};

/** `regexp` and `regexp_i` are functions of the driver: JavaScript's regular expressions. */
export const regex = (node: RegexNode, compilation: Compilation): Piece => {
  const source = text((value) => value);
  if (!node.caseless) return test(`${compilation.typed(node.operand, level.other)} REGEXP ${compilation.bind(node.pattern, source)}`);
  const pattern = compilation.bind(node.pattern, source);
  return test(`regexp_i(${pattern}, ${compilation.typed(node.operand)})`);
};
