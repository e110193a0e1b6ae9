/** Every option of an engine, wherever it is written, and what it may be. Who reads it knows what it means; here it is known what it looks like. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { milliseconds } from "./duration.ts";

/** Words stand for a choice among them; `seconds` is a duration whose plain number counts seconds; `code` is what only a program can give. */
export type Kind =
  | "whole"
  | "boolean"
  | "text"
  | "duration"
  | "seconds"
  | "durationOrBoolean"
  | "table"
  | "list"
  | "secret"
  | "code"
  | readonly string[];

export type Kinds = Readonly<Record<string, Kind>>;

export const poolKinds: Kinds = {
  minConnections: "whole",
  maxConnections: "whole",
  acquireTimeout: "duration",
  idleTimeout: "duration",
  maxLifetime: "duration",
  connectionPoolSize: "whole",
  maxOverflow: "whole",
  poolTimeout: "seconds",
  poolRecycle: "seconds",
  poolPrePing: "boolean",
};

export const sqliteKinds: Kinds = {
  queryCache: "table",
  driver: ["auto", "node:sqlite", "better-sqlite3"],
  readOnly: "boolean",
  busyTimeout: "duration",
  acquireTimeout: "duration",
  readers: "whole",
  statementCacheSize: "whole",
  closeGrace: "duration",
  journalMode: ["wal", "delete", "truncate", "persist", "memory", "off"],
  foreignKeys: "boolean",
  synchronous: ["off", "normal", "full", "extra"],
  cacheSize: "whole",
  pragmas: "table",
  attach: "table",
};

export const postgresKinds: Kinds = {
  ...poolKinds,
  queryCache: "table",
  memoryPool: "table",
  replicas: "list",
  readYourWrites: "durationOrBoolean",
  maxReplicaLag: "duration",
  replicaCheckInterval: "duration",
  settings: "table",
  password: "secret",
  parameters: "table",
  tls: "table",
  allowCleartextPassword: "boolean",
  statementCacheSize: "whole",
  codecs: "table",
  pooler: ["auto", "none", "transaction"],
  flavor: ["auto", "postgres", "aurora", "cockroach", "yugabyte"],
  onNotice: "code",
  statementTimeout: "duration",
};

/** What `createEngine` takes beside the URL, of whichever database. */
export const engineKinds: Kinds = { ...sqliteKinds, ...postgresKinds };

/** Two words for one thing: who says one of them, says it instead of the other. */
export const otherWord: Readonly<Record<string, string>> = {
  maxConnections: "connectionPoolSize",
  connectionPoolSize: "maxConnections",
  acquireTimeout: "poolTimeout",
  poolTimeout: "acquireTimeout",
  maxLifetime: "poolRecycle",
  poolRecycle: "maxLifetime",
};

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isDuration = (value: unknown): boolean => {
  try {
    milliseconds(value, "");
    return true;
  } catch {
    return false;
  }
};

const duration = 'is neither a number of milliseconds nor a text such as "30s" or "10m"';
const wants: Readonly<Record<Exclude<Kind, readonly string[]>, readonly [(value: unknown) => boolean, string]>> = {
  whole: [(value) => Number.isSafeInteger(value), "is no whole number"],
  boolean: [(value) => typeof value === "boolean", "is neither true nor false"],
  text: [(value) => typeof value === "string" && value !== "", "is no text"],
  duration: [isDuration, duration],
  seconds: [isDuration, 'is neither a number of seconds nor a text such as "30s" or "10m"'],
  durationOrBoolean: [(value) => typeof value === "boolean" || isDuration(value), `${duration}, nor true or false`],
  table: [isObject, "is no object of names and values"],
  list: [Array.isArray, "is no array"],
  secret: [(value) => typeof value === "string" || typeof value === "function", "is neither a text nor a function"],
  code: [(value) => typeof value === "function", "is no function, which only a program can give"],
};

/** Throws `ConfigurationError` naming `path` for what is not of the kind. The value itself is not shown: it may be a secret at the wrong place. */
export const assertKind = (path: string, kind: Kind, value: unknown): void => {
  if (typeof kind === "string") {
    const [fits, problem] = wants[kind];
    if (!fits(value)) throw new ConfigurationError(`${path} ${problem}.`);
    return;
  }
  if (typeof value === "string" && kind.includes(value)) return;
  throw new ConfigurationError(`${path} is none of ${kind.join(", ")}.${typeof value === "string" ? didYouMean(value, kind) : ""}`);
};

/** Throws `ConfigurationError` for a key that is not among `known`, with the nearest one. */
export const assertKeys = (path: string, given: object, known: readonly string[]): void => {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const all = known.length > 16 ? "" : ` There are: ${known.join(", ")}.`;
  throw new ConfigurationError(`${path} has no setting '${unknown.slice(0, 60)}'.${didYouMean(unknown, known)}${all}`);
};

/** The same where each key has a kind. `undefined` counts as absent. */
export const assertKinds = (path: string, given: object, kinds: Kinds): void => {
  assertKeys(path, given, Object.keys(kinds));
  for (const [name, value] of Object.entries(given)) if (value !== undefined) assertKind(`${path}.${name}`, kinds[name]!, value);
};
