/** What a whole program wants to be told of its queries. */
import { ConfigurationError, NPlusOneDetected } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { watchEach } from "./finished.ts";
import type { NPlusOne } from "./n-plus-one.ts";
import { textOf, usualThreshold } from "./n-plus-one.ts";
import { NPlusOneWatch } from "./n-plus-one-watch.ts";
import { isTerminal, logLine, slowLines, standardError } from "./query-log.ts";
import { planOf } from "./plan-of.ts";

export interface LoggingOptions {
  /** A line for every statement. */
  readonly queries?: boolean | undefined;
  /** A line for every statement that takes as many milliseconds or more, with the database's plan for it. */
  readonly slowQueryMs?: number | undefined;
  /** Show the values of parameters, which may be anybody's secrets. False unless said. */
  readonly parameters?: boolean | undefined;
  /** Lines for people, or objects as JSON for programs. Lines on a terminal and JSON elsewhere, unless said. */
  readonly format?: "pretty" | "json" | undefined;
  /** Where lines go, instead of the standard error stream. */
  readonly write?: ((line: string) => void) | undefined;
}

export interface ObserveOptions {
  /** The same as `logging: { queries: true }`, for development. */
  readonly debug?: boolean | undefined;
  readonly warnOnNPlusOne?: boolean | undefined;
  /** How many times it takes. 3 unless said. */
  readonly nPlusOneThreshold?: number | undefined;
  /** `warn` writes a line where log lines go; `throw` fails the query that reaches the threshold; a function gets what was found. `warn` unless said. */
  readonly onNPlusOne?: "warn" | "throw" | ((found: NPlusOne) => void) | undefined;
  readonly logging?: LoggingOptions | undefined;
}

const names = ["debug", "warnOnNPlusOne", "nPlusOneThreshold", "onNPlusOne", "logging"];
const loggingNames = ["queries", "slowQueryMs", "parameters", "format", "write"];

const assertKnown = (given: object, known: readonly string[], where: string): void => {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`${where} has no option '${unknown}'.${didYouMean(unknown, known)}`);
};

const check = ({ nPlusOneThreshold = usualThreshold, logging = {} }: ObserveOptions): void => {
  if (!Number.isSafeInteger(nPlusOneThreshold) || nPlusOneThreshold < 2)
    throw new ConfigurationError("configure(): nPlusOneThreshold is a whole number from 2 on.");
  const { slowQueryMs, format } = logging;
  if (slowQueryMs !== undefined && !(slowQueryMs >= 0))
    throw new ConfigurationError("configure(): logging.slowQueryMs is a number of milliseconds.");
  if (format !== undefined && format !== "pretty" && format !== "json")
    throw new ConfigurationError("configure(): logging.format is 'pretty' or 'json'.");
};

let stopAll: (() => void)[] = [];

const logStatements = (options: ObserveOptions, write: (line: string) => void, isPretty: boolean): (() => void) | null => {
  const { queries = options.debug === true, slowQueryMs = Infinity, parameters = false } = options.logging ?? {};
  if (!queries && slowQueryMs === Infinity) return null;
  return watchEach(() => (finished) => {
    if (queries) write(logLine(finished, isPretty, parameters));
    if (finished.duration < slowQueryMs) return;
    void planOf(finished.statement, parameters).then((plan) => write(slowLines(finished, plan, isPretty, parameters)));
  });
};

const watchNPlusOne = (options: ObserveOptions, write: (line: string) => void, isPretty: boolean): (() => void) | null => {
  if (options.warnOnNPlusOne !== true) return null;
  const { onNPlusOne = "warn", nPlusOneThreshold = usualThreshold } = options;
  const warn = (found: NPlusOne): void => write(isPretty ? textOf(found) : JSON.stringify({ level: "warn", ...found }));
  const watch = new NPlusOneWatch(nPlusOneThreshold, typeof onNPlusOne === "function" ? onNPlusOne : warn);
  const stop = watchEach((statement) => {
    const found = watch.add(statement);
    if (found !== null && onNPlusOne === "throw") throw new NPlusOneDetected(textOf(found));
    return null;
  });
  return () => {
    stop();
    if (onNPlusOne !== "throw") watch.tell();
    watch.forget();
  };
};

/**
 * Says what the program is to be told of its queries, in place of what was said before; `configure({})` ends it. Parameter values are shown by nothing
 * but `logging.parameters`.
 *
 *     configure({ debug: true, warnOnNPlusOne: true });
 *     // WARNING: N+1 query detected - Post.author accessed 42 times
 */
export const configure = (options: ObserveOptions): void => {
  assertKnown(options, names, "configure()");
  assertKnown(options.logging ?? {}, loggingNames, "configure(): logging");
  check(options);
  for (const stop of stopAll) stop();
  const { write = standardError, format } = options.logging ?? {};
  const isPretty = format === undefined ? isTerminal() : format === "pretty";
  stopAll = [logStatements(options, write, isPretty), watchNPlusOne(options, write, isPretty)].filter((stop) => stop !== null);
};
