/**
 * `postgresql://user:password@host1:5432,[::1]:5433/database?sslmode=require`: libpq's URLs.
 *
 * Read by hand because several hosts make it something that `URL` refuses. Messages never quote the URL: it may hold a password.
 */
import { ConfigurationError } from "../../../base/errors.ts";
import { keyword } from "./keywords.ts";
import type { Settings } from "./keywords.ts";

const decode = (text: string, what: string): string => {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes("\0")) return decoded;
  } catch {
    // Reported below, without the text.
  }
  throw new ConfigurationError(`The ${what} of the PostgreSQL URL is not percent-encoded correctly. Write special characters as %XX.`);
};

const splitHost = (text: string): { host: string; port: string } => {
  const bracketed = /^\[([^\]]+)\](?::(\d*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1]!, port: bracketed[2] ?? "" };
  const plain = /^([^:[\]]*)(?::(\d*))?$/.exec(text);
  if (plain !== null) return { host: decode(plain[1]!, "host"), port: plain[2] ?? "" };
  throw new ConfigurationError("A host of the PostgreSQL URL cannot be read. Write host:port, with an IPv6 address in [brackets].");
};

const readAuthority = (authority: string, settings: Settings): void => {
  const at = authority.lastIndexOf("@");
  if (at >= 0) {
    const who = authority.slice(0, at);
    const colon = who.indexOf(":");
    if (who !== "" && colon !== 0) settings.user = decode(colon < 0 ? who : who.slice(0, colon), "user");
    if (colon >= 0) settings.password = decode(who.slice(colon + 1), "password");
  }
  const hosts = authority.slice(at + 1);
  if (hosts === "") return;
  const parts = hosts.split(",").map(splitHost);
  if (parts.some(({ host }) => host !== "")) settings.host = parts.map(({ host }) => host).join(",");
  if (parts.some(({ port }) => port !== "")) settings.port = parts.map(({ port }) => port).join(",");
};

const readQuery = (query: string, settings: Settings): void => {
  for (const pair of query.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), "parameters");
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1), "parameters");
    if (name === "ssl" && value === "true") settings.sslmode = "require";
    else settings[keyword(name)] = value;
  }
};

/** The URL's parts as libpq keywords. Throws `ConfigurationError` for other schemes, unknown parameters and what cannot be read. */
export const parseConnectionUrl = (url: string): Settings => {
  const match = /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/s.exec(url);
  if (match === null) {
    throw new ConfigurationError(
      "This is not a PostgreSQL URL. Write postgresql://user:password@host:5432/database, special characters as %XX.",
    );
  }
  const settings: Settings = {};
  readAuthority(match[1]!, settings);
  if (match[2] !== undefined && match[2] !== "") settings.dbname = decode(match[2], "database");
  if (match[3] !== undefined) readQuery(match[3], settings);
  return settings;
};
