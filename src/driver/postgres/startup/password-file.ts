/**
 * `~/.pgpass`: `host:port:database:user:password` lines, where `*` matches anything and `\` escapes `:` and itself.
 * As libpq, a file that group or others may read is not used at all (checked except on Windows).
 */
import { readFile, stat } from "node:fs/promises";

/** The fields of a line, unescaped; null for comments and lines with too few. */
const fields = (line: string): string[] | null => {
  if (line === "" || line.startsWith("#")) return null;
  const found = [""];
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === "\\" && at + 1 < line.length) found[found.length - 1] += line[++at]!;
    else if (character === ":" && found.length < 5) found.push("");
    else found[found.length - 1] += character;
  }
  return found.length === 5 ? found : null;
};

/** The password of the first matching line, or null. */
export const findPassword = (
  text: string,
  wanted: readonly [host: string, port: string, database: string, user: string],
): string | null => {
  for (const line of text.split(/\r?\n/)) {
    const entry = fields(line);
    if (entry !== null && wanted.every((value, at) => entry[at] === "*" || entry[at] === value)) return entry[4]!;
  }
  return null;
};

/** Reads the file for one host. Null where there is no such file, no such line, or others may read it. */
export const passwordFromFile = async (
  path: string,
  host: string,
  port: number,
  database: string,
  user: string,
): Promise<string | null> => {
  try {
    const { mode } = await stat(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) return null;
    return findPassword(await readFile(path, "utf8"), [host, String(port), database, user]);
  } catch {
    return null;
  }
};
