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
