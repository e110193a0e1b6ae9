/** Names in the database, made from names in TypeScript. The same input gives the same name on every machine. */

/** PostgreSQL cuts longer names silently, which would make two constraints one. */
export const maxNameBytes = 63;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/**
 * `createdAt` → `created_at`, `userID` → `user_id`, `HTMLParser` → `html_parser`, `userIDs` → `user_ids`, `html5Parser` → `html5_parser`.
 * What is in snake case already stays as it is.
 */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    // The last capital of a run begins the next word, unless only a plural "s" follows it.
    .replace(/([A-Z]+)([A-Z](?!s(?![a-z]))[a-z])/g, "$1_$2")
    .toLowerCase();

/** `created_at` → `createdAt`. */
export const camelCase = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const irregular: Readonly<Record<string, string>> = { people: "person", children: "child", men: "man", women: "woman", mice: "mouse" };

/**
 * One of what a table is called after, for the columns of join tables without a model: `post_tags` → `post_tag`, `categories` → `category`,
 * `boxes` → `box`, `addresses` → `address`, `people` → `person`; a name that does not end in `s` stays as it is.
 */
export const singular = (table: string): string => {
  const start = table.lastIndexOf("_") + 1;
  const [before, word] = [table.slice(0, start), table.slice(start)];
  if (Object.hasOwn(irregular, word)) return before + irregular[word]!;
  if (/[^aeiou]ies$/.test(word)) return before + word.slice(0, -3) + "y";
  if (/(?:ss|x|z|ch|sh)es$/.test(word)) return before + word.slice(0, -2);
  return /[^su]s$/.test(word) ? before + word.slice(0, -1) : table;
};

/** FNV-1a over the text's UTF-8 bytes, as eight hexadecimal digits. */
const hash = (text: string): string => {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
};

const cutToBytes = (text: string, limit: number): string => {
  let cut = "";
  let size = 0;
  for (const character of text) {
    size += bytesOf(character);
    if (size > limit) break;
    cut += character;
  }
  return cut;
};

/** `users_email_key`: at most 63 bytes; a longer one is cut and ends in a hash of the whole. */
export const constraintName = (table: string, columns: readonly string[], suffix: "key" | "idx" | "fkey" | "check" | "pkey"): string => {
  const whole = [table, ...columns, suffix].join("_");
  if (bytesOf(whole) <= maxNameBytes) return whole;
  const end = `_${hash(whole)}_${suffix}`;
  return cutToBytes(whole, maxNameBytes - end.length) + end;
};

/** What is wrong with a name of the database, as the end of a sentence ("is empty"); `null` when it may be used. */
export const nameProblem = (name: unknown): string | null => {
  if (typeof name !== "string") return "is not a string";
  if (name.trim() === "") return "is empty";
  if (name.includes("\0")) return "holds a NUL character";
  return bytesOf(name) > maxNameBytes ? `is longer than ${maxNameBytes} bytes, which PostgreSQL would cut` : null;
};
