/** URLs without their secrets, for people to read. */

const secretParameter = /([?&](?:password|sslpassword|passfile|sslkey)=)[^&#]*/gi;

/** The URL with its password as `***`. One that cannot be taken apart is shown by its scheme alone. */
export const masked = (url: string): string => {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? "";
  if (/^(?:sqlite|file):$/i.test(scheme)) return url;
  const [, start, authority = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (start === undefined || rest.includes("@")) return `${scheme}***`;
  const at = authority.lastIndexOf("@");
  const who = at < 0 ? "" : authority.slice(0, at + 1).replace(/:.*@$/s, ":***@");
  return `${start}${who}${authority.slice(at + 1)}${rest.replaceAll(secretParameter, "$1***")}`;
};

const secretName = /password|passphrase|secret|token|\bkey\b/i;

/** A setting's value for people: what may be a secret as `***`, URLs without theirs, and of what only code can say that it is there. */
export const shownSetting = (path: string, value: unknown): string => {
  if (secretName.test(path)) return "***";
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return /^[a-z][a-z0-9+.-]*:/i.test(value) ? masked(value) : value;
  if (Array.isArray(value)) return value.map((each, at) => shownSetting(`${path}[${at}]`, each)).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, each]) => `${name}: ${shownSetting(name, each)}`)
    .join(", ")} }`;
};
