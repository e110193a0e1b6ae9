/**
 * A private PgBouncer in front of a scratch PostgreSQL, on a Unix socket and a free TCP port; it ends with this process, as the server does.
 * The machine must have the program; `pgbouncerVersion` says which one, or null.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, isListening, scratchPassword, scratchUser, serverAccount } from "./scratch-postgres.ts";
import type { ScratchPostgres } from "./scratch-postgres.ts";

export interface ScratchPgbouncer {
  /** `postgresql://petrel@/<database>?host=<socket's directory>&port=<port>`: nobody is asked for a password. */
  readonly url: (database?: string) => string;
  /** The same over TCP. */
  readonly tcpUrl: (database?: string) => string;
  readonly stop: () => Promise<void>;
}

/** Debian keeps it where only administrators look. */
const places = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"];
const program = places.map((place) => join(place, "pgbouncer")).find((path) => existsSync(path));

const versionOf = (path: string): readonly [number, number] | null => {
  try {
    const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(execFileSync(path, ["--version"], { encoding: "utf8" })) ?? [];
    return minor === undefined ? null : [Number(major), Number(minor)];
  } catch {
    return null;
  }
};

/** Major and minor number, `[1, 18]`; null where there is none. */
export const pgbouncerVersion: readonly [number, number] | null = program === undefined ? null : versionOf(program);

/** A reason to skip, or false. */
export const withoutPgbouncer: string | false =
  pgbouncerVersion === null ? "pgbouncer is not installed here (Debian: apt-get install pgbouncer)" : false;

/** Since 1.21 it keeps prepared statements apart itself, where `max_prepared_statements` is set: a reason to skip, or false. */
export const withoutPreparedStatements: string | false =
  pgbouncerVersion === null
    ? withoutPgbouncer
    : pgbouncerVersion[0] > 1 || pgbouncerVersion[1] >= 21
      ? false
      : `pgbouncer ${pgbouncerVersion.join(".")} cannot keep prepared statements; 1.21 can`;

const guard = `"$0" "$1/pgbouncer.ini" >"$1/output" 2>&1 & pid=$!
cat >/dev/null
kill -TERM $pid 2>/dev/null; wait $pid
rm -rf "$1"`;

/** Lines of `pgbouncer.ini`, by name. What the caller gives comes last and wins. */
const configuration = (server: ScratchPostgres, directory: string, port: number, settings: Readonly<Record<string, string>>): string => {
  const all = {
    listen_addr: "127.0.0.1",
    listen_port: String(port),
    unix_socket_dir: directory,
    auth_type: "trust",
    auth_file: join(directory, "users"),
    pool_mode: "transaction",
    default_pool_size: "3",
    max_client_conn: "200",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return `[databases]\n* = host=${server.directory} port=${server.port}\n\n[pgbouncer]\n${lines.join("\n")}\n`;
};

/** Starts one that pools by the transaction, three server connections per database. `settings` are those of `pgbouncer.ini`. */
export const startScratchPgbouncer = async (
  server: ScratchPostgres,
  settings: Readonly<Record<string, string>> = {},
  users: readonly string[] = [scratchUser],
): Promise<ScratchPgbouncer> => {
  if (program === undefined || withoutPgbouncer !== false) throw new Error(`No scratch PgBouncer: ${String(withoutPgbouncer)}.`);
  const account = serverAccount();
  const directory = mkdtempSync("/tmp/petrel-pgbouncer-");
  const port = await freePort();
  writeFileSync(join(directory, "users"), users.map((user) => `"${user}" "${scratchPassword}"\n`).join(""));
  writeFileSync(join(directory, "pgbouncer.ini"), configuration(server, directory, port, settings));
  chmodSync(directory, 0o755);
  if (account !== null) chownSync(directory, account.uid, account.gid);
  const guardian = spawn("/bin/sh", ["-c", guard, program, directory], {
    ...account,
    cwd: directory,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guardian.unref();
  const pipe = guardian.stdin;
  // It is a socket underneath, which must not keep this process.
  (pipe as unknown as { unref?: () => void }).unref?.();
  const socket = join(directory, `.s.PGSQL.${port}`);
  for (let waitedMs = 0; !(await isListening(socket)); waitedMs += 20) {
    if (waitedMs > 15_000 || guardian.exitCode !== null)
      throw new Error(`The scratch PgBouncer did not start. It said: ${readFileSync(join(directory, "output"), "utf8")}`);
    await sleep(20);
  }
  return {
    url: (database = "postgres") =>
      `postgresql://${scratchUser}@/${encodeURIComponent(database)}?host=${encodeURIComponent(directory)}&port=${port}`,
    tcpUrl: (database = "postgres") => `postgresql://${scratchUser}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: () =>
      new Promise((resolve) => {
        if (guardian.exitCode !== null || guardian.signalCode !== null) return resolve();
        guardian.ref();
        guardian.once("exit", () => resolve());
        pipe.end();
      }),
  };
};
