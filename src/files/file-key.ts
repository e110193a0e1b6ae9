/**
 * Names of stored files. A key is a path of plain segments below the store's own place, and nothing else: what could lead upwards, out of
 * the store, to a device or to a file of another name on some system is refused, never mended (OWASP, "Path Traversal"; Microsoft, "Naming Files").
 */
import { UnsafeFileKey } from "../base/errors.ts";

const longestSegment = 255;
const longestKey = 1024;
const deviceName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
// Control characters, separators of Windows, its wildcards and streams. A lone surrogate cannot be a file's name.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const forbidden = /[\u0000-\u001f\u007f\\:*?"<>|]/;

const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

const segmentProblem = (segment: string): string | null => {
  if (segment === "") return "has an empty part";
  if (segment === "." || segment === "..") return "leads upwards";
  if (forbidden.test(segment)) return "has a character that file systems read in their own way";
  if (!segment.isWellFormed()) return "has half a character";
  if (/[. ]$/.test(segment)) return "has a part that ends with a dot or a space";
  if (deviceName.test(segment)) return "names a device";
  return bytesIn(segment) > longestSegment ? `has a part of more than ${longestSegment} bytes` : null;
};

const keyProblem = (key: unknown): string | null => {
  if (typeof key !== "string" || key === "") return "is not a text";
  if (key.startsWith("/")) return "begins with a slash";
  if (bytesIn(key) > longestKey) return `is longer than ${longestKey} bytes`;
  for (const segment of key.split("/")) {
    const problem = segmentProblem(segment);
    if (problem !== null) return problem;
  }
  return null;
};

/** Throws `UnsafeFileKey` for anything but a relative path of plain segments with `/` between them. The key itself is not in the message. */
export const assertSafeKey = (key: unknown): void => {
  const problem = keyProblem(key);
  if (problem !== null) {
    throw new UnsafeFileKey(`The key of a stored file ${problem}. A key is a relative path like "reports/2026/total.pdf".`);
  }
};

/** A folder to write to: "" for the store's own place, otherwise a safe path that ends with a slash. */
export const folderOf = (uploadTo: string): string => {
  if (uploadTo === "") return "";
  const folder = uploadTo.replace(/\/$/, "");
  assertSafeKey(folder);
  return `${folder}/`;
};

/** The last part of what a browser calls the file, fit to be shown and to be offered for download again. */
export const plainName = (name: string): string => {
  const last = name.toWellFormed().split(/[/\\]/).at(-1)!;
  // oxlint-disable-next-line no-control-regex -- and what turns the reading direction, so that "gpj.exe" does not look like "exe.jpg"
  const plain = last.replace(/[\u0000-\u001f\u007f"<>|:*?\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").trim();
  let short = plain;
  while (bytesIn(short) > longestSegment) short = short.slice(1).toWellFormed();
  return short === "" || short === "." || short === ".." ? "unnamed" : short;
};

/** In lower case and without the dot; "" where there is none. */
export const extensionOf = (name: string): string => /[^.]\.([\p{L}\p{N}]{1,16})$/u.exec(name)?.[1]?.toLowerCase() ?? "";
