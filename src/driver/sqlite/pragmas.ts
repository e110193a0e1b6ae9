/** The settings of a connection: what we find right for an application, and how each is said otherwise. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";

export interface PragmaOptions {
  /** `"wal"` unless said otherwise: readers then do not wait for the writer. Files only. */
  readonly journalMode?: "wal" | "delete" | "truncate" | "persist" | "memory" | "off" | undefined;
  /** True unless said otherwise: references are checked. */
  readonly foreignKeys?: boolean | undefined;
  /** `"normal"` unless said otherwise: with WAL, a power failure may lose the last commits but never damages the file. */
  readonly synchronous?: "off" | "normal" | "full" | "extra" | undefined;
  /** Pages when positive, KiB when negative, as SQLite's `cache_size`. 16 MiB unless said otherwise. */
  readonly cacheSize?: number | undefined;
  /** Any other `PRAGMA name = value`, run last on every connection. */
  readonly pragmas?: Readonly<Record<string, string | number | boolean>> | undefined;
}

const journalModes = ["wal", "delete", "truncate", "persist", "memory", "off"];
const synchronousLevels = ["off", "normal", "full", "extra"];

/** What the connection that writes says of each file by itself. */
export const filePragmas = (options: PragmaOptions, keepsJournal: boolean): Readonly<Record<string, string>> => ({
  ...(keepsJournal ? {} : { journal_mode: oneOf("journalMode", options.journalMode ?? "wal", journalModes) }),
  synchronous: oneOf("synchronous", options.synchronous ?? "normal", synchronousLevels),
});

/** Statements for the connection that writes, in order. Throws `ConfigurationError` for values that SQLite would not take. */
export const writerPragmas = (options: PragmaOptions, memory: boolean, readOnly: boolean): readonly string[] => {
  const own = Object.entries(filePragmas(options, memory || readOnly)).map(([name, value]) => `PRAGMA ${name} = ${value}`);
  return [...own, ...sharedPragmas(options)];
};

/** Statements for a connection that reads beside the writer, in order. */
export const readerPragmas = (options: PragmaOptions): readonly string[] => [...sharedPragmas(options), "PRAGMA query_only = ON"];

const sharedPragmas = (options: PragmaOptions): string[] => [
  `PRAGMA foreign_keys = ${(options.foreignKeys ?? true) ? "ON" : "OFF"}`,
  `PRAGMA cache_size = ${wholeNumber("cacheSize", options.cacheSize ?? -16_384)}`,
  "PRAGMA trusted_schema = OFF",
  ...Object.entries(options.pragmas ?? {}).map(([name, value]) => `PRAGMA ${pragmaName(name)} = ${pragmaValue(name, value)}`),
];

const oneOf = (option: string, value: string, known: readonly string[]): string => {
  const found = known.find((word) => word === String(value).toLowerCase());
  if (found === undefined)
    throw new ConfigurationError(`The option ${option} is one of ${known.join(", ")}.${didYouMean(String(value), known)}`);
  return found;
};

const wholeNumber = (option: string, value: number): number => {
  if (!Number.isSafeInteger(value)) throw new ConfigurationError(`The option ${option} has to be a whole number.`);
  return value;
};

const pragmaName = (name: string): string => {
  if (!/^[a-z_]{1,64}$/i.test(name)) throw new ConfigurationError("The names in the option pragmas have only letters and underscores.");
  return name;
};

const pragmaValue = (name: string, value: string | number | boolean): string => {
  if (typeof value === "boolean") return value ? "ON" : "OFF";
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string" && /^\w{1,64}$/.test(value)) return value;
  throw new ConfigurationError(`The pragma ${name} has to be a number, a boolean or one word.`);
};
