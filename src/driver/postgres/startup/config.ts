/**
 * Where and how to connect, from options, URL, `PG*` variables and defaults, in this order of weight; checked once, before any socket.
 * The meanings are libpq's (PostgreSQL manual, "Parameter Key Words").
 */
import { readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../../../base/errors.ts";
import { didYouMean } from "../../../base/hint.ts";
import type { ConnectOptions, SessionAttributes } from "./connect-options.ts";
import { parseConnectionUrl } from "./connection-url.ts";
import { keyword, settingsFromEnvironment } from "./keywords.ts";
import type { Keyword, Settings } from "./keywords.ts";
import { Secret } from "./secret.ts";

export interface Host {
  /** The name that certificates and the password file are checked against. */
  readonly name: string;
  readonly port: number;
  /** The socket's file, or null for TCP. */
  readonly path: string | null;
  /** What is dialled: `hostaddr`, or the name. */
  readonly address: string;
}

const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const sessionAttributes: readonly SessionAttributes[] = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"];
const bindings = ["disable", "prefer", "require"] as const;
const negotiations = ["postgres", "direct"] as const;
const authMethods = ["password", "md5", "scram-sha-256", "none"] as const;

export type SslMode = (typeof sslModes)[number];
export type AuthMethod = (typeof authMethods)[number];

export interface TlsConfig {
  readonly mode: SslMode;
  readonly direct: boolean;
  readonly sni: boolean;
  /** PEM text; null where the system's authorities count, or none does. */
  readonly ca: string | null;
  readonly systemAuthorities: boolean;
  readonly cert: string | null;
  readonly key: Secret | null;
  readonly passphrase: Secret | null;
}

export interface ConnectConfig {
  readonly hosts: readonly Host[];
  readonly balanceHosts: boolean;
  readonly user: string;
  readonly database: string;
  readonly password: Secret | (() => string | Promise<string>) | null;
  readonly passwordFile: string;
  readonly sessionAttributes: SessionAttributes;
  readonly connectTimeoutMs: number;
  readonly keepAlive: boolean;
  readonly keepAliveIdleMs: number;
  readonly tls: TlsConfig;
  readonly channelBinding: (typeof bindings)[number];
  readonly allowCleartextPassword: boolean;
  /** Ways to prove who we are that may be used; null for any. */
  readonly allowedAuth: ReadonlySet<AuthMethod> | null;
  /** What StartupMessage carries besides user and database. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What it carries too unless a pooler is in between, which may not know them. */
  readonly pinned: Readonly<Record<string, string>>;
  /** Minor version of protocol 3 that is asked for. */
  readonly protocolMinor: 0 | 2;
}

/** One of a closed set of words. */
const choose = <T extends string>(settings: Settings, name: Keyword, allowed: readonly T[], fallback: T): T => {
  const value = settings[name];
  if (value === undefined || value === "") return fallback;
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return found;
  throw new ConfigurationError(`${name} must be one of ${allowed.join(", ")}.${didYouMean(value.slice(0, 40), allowed)}`);
};

const whole = (text: string | undefined, name: string, fallback: number, max: number): number => {
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value <= max) return value;
  throw new ConfigurationError(`${name} must be a whole number from 0 to ${max}.`);
};

const socketDirectories = ["/var/run/postgresql", "/tmp"];

const hostOf = (name: string, address: string, port: number): Host => {
  const directory = name.startsWith("/") || name.startsWith("@") ? name : null;
  if (directory !== null) return { name: "localhost", port, path: `${directory.replace(/^@/, "\0")}/.s.PGSQL.${port}`, address: directory };
  return { name: name === "" ? address : name, port, path: null, address: address === "" ? name : address };
};

const list = (text: string | undefined): string[] => (text === undefined || text === "" ? [] : text.split(",").map((part) => part.trim()));

const hostsOf = (settings: Settings): Host[] => {
  const named = list(settings.host);
  const addresses = list(settings.hostaddr);
  if (named.length > 0 && addresses.length > 0 && named.length !== addresses.length) {
    throw new ConfigurationError(
      `There are ${named.length} hosts and ${addresses.length} addresses (hostaddr). Give one address per host.`,
    );
  }
  const ports = list(settings.port);
  const count = Math.max(named.length, addresses.length, 1);
  if (ports.length > 1 && ports.length !== count) {
    throw new ConfigurationError(`There are ${count} hosts and ${ports.length} ports. Give one port, or one per host.`);
  }
  const port = (at: number): number => {
    const value = whole(ports.length > 1 ? ports[at] : ports[0], "port", 5432, 65_535);
    if (value === 0) throw new ConfigurationError("port must be a whole number from 1 to 65535.");
    return value;
  };
  if (named.length === 0 && addresses.length === 0) return [hostOf("localhost", "localhost", port(0))];
  return Array.from({ length: count }, (_, at) =>
    hostOf(named[at] === "" ? socketDirectories[0]! : (named[at] ?? ""), addresses[at] ?? "", port(at)),
  );
};

const readPem = (path: string, name: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigurationError(`${name} names a file that cannot be read.`, { cause });
  }
};

const readIfThere = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};

const tlsOf = (settings: Settings, options: ConnectOptions, home: string): TlsConfig => {
  const system = settings.sslrootcert === "system";
  const mode = choose(settings, "sslmode", sslModes, system ? "verify-full" : "prefer");
  if (system && mode !== "verify-full")
    throw new ConfigurationError("sslrootcert=system needs sslmode=verify-full: anybody may have a certificate of a public authority.");
  const direct = choose(settings, "sslnegotiation", negotiations, "postgres") === "direct";
  if (direct && !["require", "verify-ca", "verify-full"].includes(mode)) {
    throw new ConfigurationError(
      "sslnegotiation=direct needs sslmode=require, verify-ca or verify-full: there is no way back to clear text.",
    );
  }
  const file = (name: "sslcert" | "sslkey" | "sslrootcert", standard: string): string | null =>
    settings[name] === undefined || settings[name] === ""
      ? readIfThere(join(home, ".postgresql", standard))
      : readPem(settings[name], name);
  if (mode === "disable") {
    return { mode, direct, sni: false, ca: null, systemAuthorities: false, cert: null, key: null, passphrase: null };
  }
  const cert = options.tls?.cert ?? file("sslcert", "postgresql.crt");
  const key = options.tls?.key ?? (cert === null ? null : file("sslkey", "postgresql.key"));
  const passphrase = options.tls?.passphrase ?? settings.sslpassword;
  const ca = system ? null : (options.tls?.ca ?? file("sslrootcert", "root.crt"));
  if (mode.startsWith("verify") && ca === null && !system) {
    throw new ConfigurationError(`sslmode=${mode} needs to know whom to trust: give sslrootcert a file of authorities, or 'system'.`);
  }
  return {
    mode,
    direct,
    sni: settings.sslsni !== "0",
    ca,
    systemAuthorities: system,
    cert,
    key: key === null ? null : new Secret(key),
    passphrase: passphrase === undefined ? null : new Secret(passphrase),
  };
};

const allowedAuthOf = (settings: Settings): ReadonlySet<AuthMethod> | null => {
  const given = list(settings.require_auth);
  if (given.length === 0) return null;
  const isNegative = given[0]!.startsWith("!");
  const words = given.map((word) => {
    if (word.startsWith("!") !== isNegative)
      throw new ConfigurationError("require_auth either lists methods or excludes them with '!', not both.");
    return choose({ require_auth: word.replace(/^!/, "") }, "require_auth", authMethods, "none");
  });
  return new Set(isNegative ? authMethods.filter((method) => !words.includes(method)) : words);
};

/** Sessions talk as the codecs read: what a role or a database may have set otherwise is set back. */
const parametersOf = (settings: Settings, options: ConnectOptions): Record<string, string> => {
  const parameters: Record<string, string> = { __proto__: null } as unknown as Record<string, string>;
  const name = settings.application_name ?? settings.fallback_application_name;
  if (name !== undefined && name !== "") parameters["application_name"] = name;
  if (settings.options !== undefined && settings.options !== "") parameters["options"] = settings.options;
  for (const [key, value] of Object.entries(options.parameters ?? {})) {
    if (
      /^(?:client_encoding|datestyle|intervalstyle|bytea_output|extra_float_digits|standard_conforming_strings|user|database|replication)$/i.test(
        key,
      )
    ) {
      throw new ConfigurationError(`The session parameter '${key}' is set by Petrel itself and cannot be given.`);
    }
    if (`${key}${value}`.includes("\0")) throw new ConfigurationError("A session parameter holds a NUL character.");
    parameters[key] = value;
  }
  return Object.assign(parameters, { client_encoding: "UTF8", DateStyle: "ISO", standard_conforming_strings: "on" });
};

const systemUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return "postgres";
  }
};

const connectTimeoutMs = (settings: Settings): number => {
  const seconds = whole(settings.connect_timeout, "connect_timeout", 30, 86_400);
  // libpq: 0 waits for ever, 1 means 2.
  return seconds === 0 ? 0 : Math.max(2, seconds) * 1000;
};

/** Puts the sources together and checks them. Throws `ConfigurationError`; reads certificate files but opens no socket. */
export const connectConfig = (options: ConnectOptions = {}): ConnectConfig => {
  const environment = options.environment ?? process.env;
  for (const name of Object.keys(options.settings ?? {})) keyword(name);
  const settings: Settings = {
    ...settingsFromEnvironment(environment),
    ...(options.url === undefined ? {} : parseConnectionUrl(options.url)),
    ...options.settings,
  };
  const user = settings.user ?? systemUser();
  const home = environment["HOME"] ?? homedir();
  const given = options.password ?? settings.password;
  return {
    hosts: hostsOf(settings),
    balanceHosts: choose(settings, "load_balance_hosts", ["disable", "random"], "disable") === "random",
    user,
    database: settings.dbname === undefined || settings.dbname === "" ? user : settings.dbname,
    password: given === undefined ? null : typeof given === "string" ? new Secret(given) : given,
    passwordFile: settings.passfile ?? join(home, ".pgpass"),
    sessionAttributes: choose(settings, "target_session_attrs", sessionAttributes, options.sessionAttributes ?? "any"),
    connectTimeoutMs: connectTimeoutMs(settings),
    keepAlive: settings.keepalives !== "0",
    keepAliveIdleMs: whole(settings.keepalives_idle, "keepalives_idle", 60, 86_400) * 1000,
    tls: tlsOf(settings, options, home),
    channelBinding: choose(settings, "channel_binding", bindings, "prefer"),
    allowCleartextPassword: options.allowCleartextPassword ?? false,
    allowedAuth: allowedAuthOf(settings),
    parameters: parametersOf(settings, options),
    pinned: { IntervalStyle: "postgres", extra_float_digits: "1", bytea_output: "hex" },
    protocolMinor: choose(settings, "max_protocol_version", ["3.0", "3.2", "latest"], "3.0") === "3.0" ? 0 : 2,
  };
};
