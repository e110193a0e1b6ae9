/** How many connections there may be, and for how long: options in their one inner spelling, checked. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";

export interface PoolOptions {
  /** Connections that are kept open once opened. */
  readonly minConnections: number;
  /** Connections that may be open at once, besides overflow. */
  readonly maxConnections: number;
  /** Temporary connections beyond `maxConnections`, closed as soon as nobody waits for them. */
  readonly maxOverflow: number;
  /** How long one waits for a connection; 0 waits for ever. */
  readonly acquireTimeoutMs: number;
  /** A connection beyond `minConnections` that nobody used for so long is closed; 0 keeps it. */
  readonly idleTimeoutMs: number;
  /** A connection this old is replaced when it is free; 0 keeps it. */
  readonly maxLifetimeMs: number;
  /** A connection that nobody used for so long is asked whether it is alive before it is lent; 0 always asks, Infinity never. */
  readonly prePingAfterMs: number;
}

const defaults: PoolOptions = {
  minConnections: 1,
  maxConnections: 10,
  maxOverflow: 0,
  acquireTimeoutMs: 30_000,
  idleTimeoutMs: 600_000,
  maxLifetimeMs: 1_800_000,
  prePingAfterMs: 30_000,
};

/** Fills in what is not said. Throws `ConfigurationError` for unknown names, numbers that are none, and contradictions. */
export const poolOptions = (given: Partial<PoolOptions> = {}): PoolOptions => {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new ConfigurationError(`The pool has no option '${name.slice(0, 60)}'.${didYouMean(name, Object.keys(defaults))}`);
    }
    if (value === undefined) continue;
    const isCount = !name.endsWith("Ms");
    if (typeof value !== "number" || !(value >= 0) || (isCount && !Number.isSafeInteger(value))) {
      throw new ConfigurationError(`The pool's ${name} must be ${isCount ? "a whole number" : "a number of milliseconds"}, 0 or more.`);
    }
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const max = given.maxConnections ?? Math.max(defaults.maxConnections, given.minConnections ?? 0);
  const options = { ...defaults, minConnections: Math.min(defaults.minConnections, max), ...known, maxConnections: max };
  if (options.maxConnections < 1) throw new ConfigurationError("The pool's maxConnections must be 1 or more.");
  if (options.minConnections > options.maxConnections) {
    throw new ConfigurationError(
      `The pool's minConnections (${options.minConnections}) is more than its maxConnections (${options.maxConnections}).`,
    );
  }
  return options;
};
