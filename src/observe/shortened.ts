/** A statement for one line of a log or report: lists of placeholders as `(...)`, and not longer than a reader reads. */
const placeholders = /\bIN \((?:\?|\$\d+)(?:, ?(?:\?|\$\d+))*\)/gi;

export const shortened = (sql: string, longest = 200): string => {
  const line = sql.replaceAll(/\s+/g, " ").trim().replaceAll(placeholders, "IN (...)");
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
};
