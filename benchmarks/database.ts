/** The database that everyone is measured on, and its keeper: makes tables, reseeds, and looks at what contenders left behind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createEngine } from "../src/entry/index.ts";
import { startScratchPostgres } from "../test/support/scratch-postgres.ts";
import { createTables, dropTables, reseed } from "./tables.ts";
import { postgresTarget, sqlitePragmas } from "./target.ts";
import type { DatabaseKind, Target } from "./target.ts";

export interface BenchDatabase {
  readonly kind: DatabaseKind;
  readonly version: string;
  readonly settings: string;
  target(connections: number): Target;
  reseed(users: number): Promise<void>;
  /** Two contenders that did the same have the same. */
  state(): Promise<string>;
  /** Process ids of the server for our connections; none where the database is no process. */
  serverPids(): Promise<readonly number[]>;
  close(): Promise<void>;
}

const stateText =
  "SELECT (SELECT count(*) FROM bench_users) AS users, (SELECT sum(score) FROM bench_users) AS score, " +
  "(SELECT count(*) FROM bench_counters) AS counters, (SELECT sum(hits) FROM bench_counters) AS hits";

const openSqlite = (): BenchDatabase => {
  const directory = mkdtempSync(join(tmpdir(), "petrel-bench-"));
  const path = join(directory, "bench.db");
  const database = new DatabaseSync(path);
  const run = (texts: readonly string[]): void => {
    for (const text of texts) database.exec(text);
  };
  run([...sqlitePragmas, ...createTables("sqlite")]);
  return {
    kind: "sqlite",
    version: `SQLite ${process.versions["sqlite"] ?? ""} (of Node; libraries bring their own)`,
    settings: "a file, WAL, synchronous = normal",
    target: () => ({ kind: "sqlite", path, pragmas: sqlitePragmas }),
    reseed: (users) =>
      Promise.resolve(run(["BEGIN", ...reseed("sqlite", { users }).slice(0, -1), "COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)"])),
    state: () => Promise.resolve(JSON.stringify(database.prepare(stateText).get())),
    serverPids: () => Promise.resolve([]),
    close: () => {
      database.close();
      rmSync(directory, { recursive: true });
      return Promise.resolve();
    },
  };
};

/** At PETREL_BENCH_URL, or a server of our own for the time of the run. */
const openPostgres = async (): Promise<BenchDatabase> => {
  const given = process.env["PETREL_BENCH_URL"];
  // Without TLS: some contenders take it where it is offered (Petrel and libpq do), others where it is asked for.
  const scratch =
    given === undefined ? await startScratchPostgres({ settings: { shared_buffers: "256MB", max_connections: "400", ssl: "off" } }) : null;
  const url = given ?? scratch!.url();
  const keeper = await createEngine(url, { maxConnections: 1 });
  const run = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) await keeper.execute(text);
  };
  await run(createTables("postgres"));
  const version = await keeper.execute<{ version: string; fsync: string }>("SELECT version(), current_setting('fsync') AS fsync");
  const { version: text, fsync } = version.all()[0]!;
  return {
    kind: "postgres",
    version: text.split(" on ")[0]!,
    settings: `TCP on this machine, no TLS, fsync ${fsync}, synchronous_commit off`,
    target: (connections) => postgresTarget(url, connections),
    reseed: (users) => run(reseed("postgres", { users })),
    state: async () =>
      JSON.stringify((await keeper.execute(stateText)).all()[0], (_, value: unknown) =>
        typeof value === "bigint" ? Number(value) : value,
      ),
    serverPids: async () =>
      (
        await keeper.execute<{ pid: number }>(
          "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database()",
        )
      )
        .all()
        .map(({ pid }) => pid),
    close: async () => {
      await run(dropTables());
      await keeper.close();
      await scratch?.stop();
    },
  };
};

export const openDatabase = (kind: DatabaseKind): Promise<BenchDatabase> =>
  kind === "sqlite" ? Promise.resolve(openSqlite()) : openPostgres();
