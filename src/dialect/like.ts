/** Texts as patterns of LIKE, where a backslash takes away the meaning of the next character. */

/** A text that matches itself only. */
export const escapeLike = (text: string): string => text.replaceAll(/[%_\\]/g, "\\$&");

/** A pattern of the caller's own. A backslash at the very end stands for itself (PostgreSQL would refuse it, SQLite match nothing). */
export const likeWithoutTrail = (pattern: string): string => {
  const trail = /\\*$/.exec(pattern)![0].length;
  return trail % 2 === 1 ? `${pattern}\\` : pattern;
};
