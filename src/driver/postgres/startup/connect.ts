/**
 * Finds a server among the hosts of the configuration, in order or at random, and opens a session on the first that fits
 * `target_session_attrs`. Everything for one host counts against `connect_timeout`.
 */
import { AuthenticationFailed, ConfigurationError, ConnectionError, isPetrelError } from "../../../base/errors.ts";
import type { PoolEvents } from "../../pool.ts";
import { cancelRunning } from "./cancel.ts";
import type { ConnectConfig, Host } from "./config.ts";
import type { SessionAttributes } from "./connect-options.ts";
import { PostgresConnection } from "../connection.ts";
import type { ConnectionSettings } from "../connection-settings.ts";
import { flavorOf } from "../flavor.ts";
import { passwordFromFile } from "./password-file.ts";
import { Secret } from "./secret.ts";
import { openEncrypted, openPlain, timedOut } from "./socket.ts";
import type { Wire } from "./socket.ts";
import { startSession } from "./startup.ts";
import type { Started } from "./startup.ts";

type Parameters = Readonly<Record<string, string>>;

const passwordFor = async (config: ConnectConfig, host: Host): Promise<string | null> => {
  const { password } = config;
  if (password instanceof Secret) return password.reveal();
  if (password !== null) return password();
  return passwordFromFile(config.passwordFile, host.name, host.port, config.database, config.user);
};

const start = async (
  open: Promise<Wire>,
  host: Host,
  config: ConnectConfig,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<Started> => {
  const wire = await open;
  const stop = (): void => wire.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await startSession(wire, host, config, parameters, () => passwordFor(config, host));
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

/** The order in which libpq tries encryption: `allow` begins without, `prefer` with; both try the other when the server refuses the user so. */
const startOnHost = async (host: Host, config: ConnectConfig, parameters: Parameters, signal: AbortSignal): Promise<Started> => {
  const { mode } = config.tls;
  const plain = (): Promise<Started> => start(openPlain(host, config, signal), host, config, parameters, signal);
  const encrypted = (): Promise<Started> => start(openEncrypted(host, config, signal), host, config, parameters, signal);
  if (host.path !== null || mode === "disable") return plain();
  if (mode !== "allow" && mode !== "prefer") return encrypted();
  const [first, second] = mode === "allow" ? [plain, encrypted] : [encrypted, plain];
  try {
    return await first();
  } catch (error) {
    const isRefused = error instanceof AuthenticationFailed && isPetrelError(error) && error.sqlState === "28000";
    if (!isRefused || signal.aborted) throw error;
    return second();
  }
};

/** A pooler that refuses what it does not know gives itself away by it. */
const startAsAllowed = async (host: Host, config: ConnectConfig, { names }: ConnectionSettings, signal: AbortSignal): Promise<Started> => {
  if (!names.areKept) return startOnHost(host, config, config.parameters, signal);
  try {
    return await startOnHost(host, config, { ...config.parameters, ...config.pinned }, signal);
  } catch (error) {
    const isRefused = isPetrelError(error) && error.sqlState === "08P01" && error.message.includes("startup parameter");
    if (!isRefused || signal.aborted) throw error;
    if (names.mayVanish) names.areKept = false;
    return startOnHost(host, config, config.parameters, signal);
  }
};

const withTimeout = async (host: Host, config: ConnectConfig, settings: ConnectionSettings, outer: AbortSignal): Promise<Started> => {
  if (config.connectTimeoutMs === 0) return startAsAllowed(host, config, settings, outer);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(timedOut(host, config.connectTimeoutMs)), config.connectTimeoutMs);
  try {
    return await startAsAllowed(host, config, settings, AbortSignal.any([outer, limit.signal]));
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
};

const connectionOf = (started: Started, config: ConnectConfig, settings: ConnectionSettings): PostgresConnection => {
  const { wire, host, key } = started;
  const cancel = (): Promise<void> => (key === null ? Promise.resolve() : cancelRunning(host, config, wire.isEncrypted, key));
  const catalog = settings.catalogs.of(host);
  const connection = new PostgresConnection({ wire, cancel, parameters: started.parameters, catalog }, settings);
  settings.flavor.name ??= flavorOf((name) => started.parameters.get(name));
  started.deliverTo(connection.pipeline, (error) => connection.destroy(error));
  return connection;
};

const isOn = async (connection: PostgresConnection, parameter: string, query: string): Promise<boolean> => {
  const reported = connection.parameter(parameter);
  if (reported !== undefined) return reported === "on";
  // Servers before 14 report neither.
  const answer = await connection.run({ text: query, values: [], writes: false, bigints: false, batched: false });
  return answer.rows[0]?.[0] === "on" || answer.rows[0]?.[0] === true;
};

/** Poolers do not pass on what we pin, so a role's own settings hold: a number that the server has cut would be read as if it were whole. */
const checkSettings = async (connection: PostgresConnection): Promise<void> => {
  const text =
    "SELECT pg_catalog.current_setting('extra_float_digits')::int > 0, pg_catalog.current_setting('IntervalStyle') <> 'sql_standard'";
  const { rows } = await connection.run({ text, values: [], writes: false, bigints: false, batched: false });
  const wrong = ["extra_float_digits below 1", "IntervalStyle sql_standard"].filter((_, at) => rows[0]?.[at] === false);
  if (wrong.length === 0) return;
  connection.end();
  throw new ConfigurationError(
    `Behind the pooler the session has ${wrong.join(" and ")}, which cannot be read back whole. Take it off the role or the database: ALTER ROLE … RESET ….`,
  );
};

const isStandby = (connection: PostgresConnection): Promise<boolean> =>
  isOn(connection, "in_hot_standby", "SELECT pg_catalog.pg_is_in_recovery()");

const isReadOnly = async (connection: PostgresConnection): Promise<boolean> =>
  (await isStandby(connection)) || isOn(connection, "default_transaction_read_only", "SHOW transaction_read_only");

const fits = async (connection: PostgresConnection, wanted: SessionAttributes): Promise<boolean> => {
  if (wanted === "any") return true;
  if (wanted === "primary") return !(await isStandby(connection));
  if (wanted === "standby" || wanted === "prefer-standby") return isStandby(connection);
  const readOnly = await isReadOnly(connection);
  return wanted === "read-only" ? readOnly : !readOnly;
};

const shuffled = <T>(items: readonly T[]): T[] => {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
};

const tryHosts = async (
  hosts: readonly Host[],
  wanted: SessionAttributes,
  config: ConnectConfig,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<PostgresConnection> => {
  const problems: Error[] = [];
  for (const host of hosts) {
    try {
      const connection = connectionOf(await withTimeout(host, config, settings, signal), config, settings);
      if (!settings.names.areKept) await checkSettings(connection);
      if (await fits(connection, wanted)) return connection;
      connection.end();
      problems.push(
        new ConnectionError(`PostgreSQL at ${host.name}:${host.port} is not what target_session_attrs=${wanted} asks for.`, {
          mayHaveRun: false,
        }),
      );
    } catch (error) {
      // Another host has the same users: what is wrong with ours is wrong there too.
      if (error instanceof AuthenticationFailed || signal.aborted) throw error;
      problems.push(error as Error);
    }
  }
  if (problems.length === 1) throw problems[0]!;
  const text = `None of ${hosts.length} PostgreSQL hosts would do. ${problems.map((problem) => problem.message).join(" ")}`;
  throw new ConnectionError(text, { cause: new AggregateError(problems), mayHaveRun: false });
};

/** A connection that is ready for statements. Throws what kept the last host from it. */
export const connectPostgres = async (
  config: ConnectConfig,
  settings: ConnectionSettings,
  events: PoolEvents,
  signal: AbortSignal,
): Promise<PostgresConnection> => {
  const hosts = config.balanceHosts ? shuffled(config.hosts) : config.hosts;
  const wanted = config.sessionAttributes;
  const attempt = tryHosts(hosts, wanted, config, settings, signal);
  const found =
    wanted !== "prefer-standby"
      ? attempt
      : attempt.catch((error: unknown) => (signal.aborted ? Promise.reject(error) : tryHosts(hosts, "any", config, settings, signal)));
  const connection = await found;
  connection.attach(events);
  return connection;
};
