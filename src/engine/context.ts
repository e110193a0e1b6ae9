/** `engine.with({ role, settings, on, after })`: who the rows are read for, as a statement that holds until the end of its transaction, and which server is asked. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { Driver, Request } from "../driver/driver.ts";
import { describe } from "../types/column-type.ts";
import { ContextDriver } from "./context-driver.ts";
import { positionOf } from "./replicas/log-position.ts";
import { ReplicatedDriver } from "./replicas/replicated-driver.ts";
import type { Server } from "./replicas/replicated-driver.ts";

export interface Context {
  /**
   * Which server answers reads, where there are replicas: `primary` alone, or a `replica` even when it has not yet what this process wrote.
   * Without replicas there is one server for both.
   */
  readonly on?: Server;
  /**
   * What `lastWrite()` gave, perhaps in another process: a replica answers once it has what was written before, and what is written here. `null` for nothing
   * yet. Other writes of this process do not count, so that each request waits for its own only.
   */
  readonly after?: string | null;
  /** The role to act as, which the user of the connection must be a member of. */
  readonly role?: string;
  /** Settings by name, as policies read them: `current_setting('app.user_id')`. */
  readonly settings?: Readonly<Record<string, string | number | bigint | boolean>>;
}

const known = ["on", "after", "role", "settings"];
const settingName = /^[a-z_][\w$]*(?:\.[a-z_][\w$]*)*$/i;
// They would say who acts beside what `role` says.
const reserved: ReadonlySet<string> = new Set(["role", "session_authorization", "is_superuser"]);

const roleOf = (role: unknown): string[] => {
  if (role === undefined) return [];
  if (typeof role === "string" && role !== "" && role.toLowerCase() !== "none" && !role.includes("\0")) return ["role", role];
  throw new ConfigurationError(
    `engine.with() takes the name of a role, not ${typeof role === "string" ? "an empty name or 'none', which would be nobody's" : describe(role)}.`,
  );
};

const settingOf = ([name, value]: readonly [string, unknown]): string[] => {
  if (!settingName.test(name) || reserved.has(name.toLowerCase()))
    throw new ConfigurationError(
      `engine.with(): '${name.slice(0, 60)}' is no setting to be given. Use names such as 'app.user_id', and role for the role.`,
    );
  const isText = typeof value === "string" && !value.includes("\0");
  if (isText || typeof value === "bigint" || typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)))
    return [name, String(value)];
  throw new ConfigurationError(`engine.with(): the setting '${name}' is ${describe(value)}. Give it a text, a number or a boolean.`);
};

const check = (context: Context): void => {
  if (typeof context !== "object" || context === null)
    throw new ConfigurationError(`engine.with() takes { role, settings, on, after }, not ${describe(context)}.`);
  const unknown = Object.keys(context).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ConfigurationError(`engine.with() has no option '${unknown}'.${didYouMean(unknown, known)}`);
  const { on } = context;
  if (on !== undefined && on !== "primary" && on !== "replica")
    throw new ConfigurationError("engine.with() takes on: 'primary' or on: 'replica'.");
  if (on === "replica" && context.after !== undefined)
    throw new ConfigurationError("engine.with() takes on: 'replica', which may be behind, or after, which must not be. Leave one out.");
};

/** The role comes last: it may not be allowed to set what it reads. `null` where only the server is said. */
const requestOf = ({ on, after, role, settings = {} }: Context): Request | null => {
  const values = [...Object.entries(settings).flatMap(settingOf), ...roleOf(role)];
  if (values.length === 0 && (on !== undefined || after !== undefined)) return null;
  if (values.length === 0) throw new ConfigurationError("engine.with() was given neither a role nor settings. Use the engine itself.");
  const calls = values.flatMap((_, index) => (index % 2 === 0 ? [`set_config($${index + 1}::text, $${index + 2}::text, true)`] : []));
  return { text: `SELECT ${calls.join(", ")}`, values, writes: false, readsOnly: true, bigints: false, batched: false };
};

/** The servers that the context asks for. Without replicas there is one for all. */
const towards = (driver: Driver, on: Server | undefined, after: bigint | null): Driver => {
  if (driver instanceof ContextDriver) return driver.over((inner) => towards(inner, on, after));
  if (!(driver instanceof ReplicatedDriver)) return driver;
  if (on !== undefined) return driver.towards(on);
  return after === null ? driver : driver.after(after);
};

/** The driver in a context. Throws `ConfigurationError` where the database has no row security. */
export const inContext = (driver: Driver, context: Context): Driver => {
  check(context);
  const request = requestOf(context);
  const chosen = towards(driver, context.on, context.after === undefined ? null : positionOf(context.after));
  if (request === null) return chosen;
  if (driver.batch !== undefined) return new ContextDriver(chosen, request);
  throw new ConfigurationError(
    "engine.with() needs roles and settings, which SQLite does not have: whoever opens the file may read all of it. Filter the queries, or open a file per tenant.",
  );
};
