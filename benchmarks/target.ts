/** Where contenders find the database. Each takes what its own options ask for. */
export type DatabaseKind = "postgres" | "sqlite";

export interface PostgresTarget {
  readonly kind: "postgres";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** The same as a URL. */
  readonly url: string;
  /** 1 for the time of one thing after another, more for many at once. */
  readonly connections: number;
}

export interface SqliteTarget {
  readonly kind: "sqlite";
  readonly path: string;
  /** What everyone's connections are set to, so that nobody writes with another durability. */
  readonly pragmas: readonly string[];
}

export type Target = PostgresTarget | SqliteTarget;

/** Every session's: what a write takes is then work, and not the wait for a disk. */
export const postgresSettings = { synchronous_commit: "off" } as const;

/** What Petrel sets on its connections (`docs/guide/sqlite.md`). */
export const sqlitePragmas = [
  "PRAGMA journal_mode = wal",
  "PRAGMA synchronous = normal",
  "PRAGMA foreign_keys = ON",
  "PRAGMA cache_size = -16384",
  "PRAGMA busy_timeout = 5000",
] as const;

export const postgresTarget = (url: string, connections: number): PostgresTarget => {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    kind: "postgres",
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    url,
    connections,
  };
};

/** The same server by another port: a proxy's. */
export const throughPort = (target: PostgresTarget, port: number): PostgresTarget => {
  const url = new URL(target.url);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return { ...target, host: "127.0.0.1", port, url: url.href };
};
