/** Texts that have broken other libraries, and every character that means something to SQL, JSON, patterns or JavaScript. */
const controls = ["\u0001", "\b", "\t", "\n", "\r", "\u001b", "\u007f", "\u0085", "\u2028", "\u2029", "\ufeff"];
const quotes = ["'", '"', "`", "''", '""', "\\'", '\\"', "\\", "\\\\", "\u02bc", "\u2019", "\u201c", "\uff07", "[", "]", "$$", "$a$"];
const sqlTexts = [
  "'; DROP TABLE canaries; --",
  '"; DROP TABLE canaries; --',
  "' OR '1'='1",
  '" OR ""="',
  "1; DROP TABLE canaries",
  "1 OR 1=1",
  "') OR 1=1 --",
  "a')) OR 1=1--",
  'a"."b',
  'x" FROM users; --',
  "admin'--",
  "admin'/*",
  "*/ OR 1=1 /*",
  "-- comment",
  "/* comment",
  "UNION SELECT * FROM canaries",
  "' UNION SELECT name, sql FROM sqlite_master --",
  "||(SELECT body FROM canaries)||",
  "name DESC; DELETE FROM canaries",
  "(SELECT 1)",
  "id::int; --",
  "CASE WHEN 1=1 THEN 1 END",
  "load_extension('x')",
  "PRAGMA writable_schema=1",
  "ATTACH 'x' AS y",
  "_connector=OR 1=1",
];
const placeholders = ["?", "??", "?1", "$1", ":name", "@name", "$name", "%s", "{0}", "${value}", "#{x}"];
const jsonPaths = [
  "$",
  "$.a",
  "$[*]",
  "$[0]",
  "*",
  ".",
  "..",
  "a.b",
  "a[0]",
  "[0]",
  "0",
  "-1",
  "#",
  "#-1",
  "",
  " ",
  '$."a"',
  "a\\u0000",
  "\\u2028",
];
const patterns = ["%", "_", "%%", "\\%", "\\_", "[a-z]", "[!a]", "^$", ".*", "(a+)+$", "a{2}", "(?i)x"];
const javascript = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "toJSON",
  "length",
  "name",
  "undefined",
  "null",
  "NaN",
  "true",
  "[object Object]",
];
const words = [
  "select",
  "SELECT",
  "from",
  "order",
  "group",
  "table",
  "user",
  "rowid",
  "ROWID",
  "oid",
  "_rowid_",
  "excluded",
  "NULL",
  "default",
];
const letters = [
  "é",
  "e\u0301",
  "ß",
  "İ",
  "ı",
  "ﬁ",
  "日本語",
  "\u202eabc",
  "\u200b",
  "👩‍👩‍👧",
  "\ud83d\ude00",
  "a".repeat(64),
  "a".repeat(1000),
];

export const hostileTexts: readonly string[] = [
  ...new Set([...controls, ...quotes, ...sqlTexts, ...placeholders, ...jsonPaths, ...patterns, ...javascript, ...words, ...letters]),
];

/** What no database stores as text. */
export const impossibleTexts: readonly string[] = ["\0", "a\0b", "\ud800", "a\udc00b", "\udc00\ud800"];
