/**
 * A piece of SQL text that knows how tightly it binds, so that parentheses stand where they are needed and nowhere else.
 * The levels are the strictest of both databases: PostgreSQL binds `||` and `->` looser than `+`, SQLite tighter than `*`.
 */
export const level = {
  or: 1,
  and: 2,
  not: 3,
  /** `IS NULL`, `=`, `<`, `IN`, `LIKE`, `BETWEEN`: never an operand of one another without parentheses. */
  test: 4,
  /** `||`, `->`, `#>>`: operands of tests, but of nothing else. */
  other: 5,
  sum: 6,
  product: 7,
  /** A name, a call, a literal, a cast. */
  atom: 8,
} as const;

export type Level = (typeof level)[keyof typeof level];

export interface Piece {
  readonly text: string;
  readonly level: Level;
}

export const atom = (text: string): Piece => ({ text, level: level.atom });
export const test = (text: string): Piece => ({ text, level: level.test });
export const other = (text: string): Piece => ({ text, level: level.other });

/** The text, in parentheses if it binds looser than `needed`. */
export const within = (piece: Piece, needed: Level): string => (piece.level < needed ? `(${piece.text})` : piece.text);
