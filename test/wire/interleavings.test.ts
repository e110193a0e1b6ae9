/**
 * Random interleavings of everything a driver is asked to do, on a real server through a line that breaks, against a model of what must hold:
 * every promise settles; every answer is the one that was asked for; a transaction is all or nothing; what failed as "not run" has not run;
 * nothing runs twice; nobody is left holding a connection.
 *
 * `PETREL_SEED` repeats a run, `PETREL_STEPS` makes it longer; `npm run test:all` takes 10,000 steps, whatever time they need.
 */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { read, write } from "../postgres/requests.ts";
import { unlessAll } from "../scratch.ts";
import { faultProxy } from "../support/fault-proxy.ts";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { until } from "../support/waiting.ts";

const seed = Number(process.env["PETREL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const steps = Number(process.env["PETREL_STEPS"] ?? (unlessAll === false ? 10_000 : 1500));

let state = seed;
/** Mulberry32: small, and the same everywhere. */
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};
const below = (limit: number): number => Math.floor(random() * limit);
const chance = (probability: number): boolean => random() < probability;

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly mayHaveRun?: boolean;
}

const expectedCodes = new Set(["E2001", "E2002", "E2007", "E2006", "E2008", "E2203", "E2101", "E2301", "E2205", "E2009", "E1401", "E2102"]);

/** What must be in the table at the end: each key certainly there, certainly not, or unknown. */
type Fate = "kept" | "gone" | "unknown";

let server: ScratchPostgres;
let proxy: FaultProxy;
let direct: PostgresDriver;
let driver: PostgresDriver;

before(async () => {
  server = await startScratchPostgres();
  proxy = await faultProxy(server.url());
  direct = openPostgres({ url: server.socketUrl() });
  await direct.run(write("CREATE TABLE ledger (id int PRIMARY KEY, runs int NOT NULL DEFAULT 1)"));
  driver = openPostgres({ url: proxy.url, statementCacheSize: 8, pool: { maxConnections: 4, acquireTimeoutMs: 20_000 } });
});

after(async () => {
  await driver.close();
  await direct.close();
  await proxy.close();
  await server.stop();
});

const fates = new Map<number, Fate>();
let nextKey = 1;

const fateOf = (failure: Failure | null): Fate => {
  if (failure === null) return "kept";
  assert.ok(expectedCodes.has(failure.code), `unexpected ${failure.code}: ${failure.message}`);
  return failure.mayHaveRun === false ? "gone" : "unknown";
};

const outcome = async <T>(promise: Promise<T> | T): Promise<{ value: T; failure: null } | { value: null; failure: Failure }> => {
  try {
    return { value: await promise, failure: null };
  } catch (error) {
    return { value: null, failure: error as Failure };
  }
};

const patience = (): { signal?: AbortSignal; timeoutMs?: number } => {
  if (chance(0.9)) return {};
  if (chance(0.5)) return { timeoutMs: 1 + below(8) };
  const controller = new AbortController();
  setTimeout(() => controller.abort(), below(6));
  return { signal: controller.signal };
};

const insert = "INSERT INTO ledger (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET runs = ledger.runs + 1";

const someRead = async (): Promise<void> => {
  const value = below(1_000_000);
  const kind = below(12);
  const text =
    kind < 9 ? `SELECT $1::int + ${kind}, 'x'` : kind === 9 ? "SELECT 1 / ($1::int - $1::int)" : "SELECT $1::int, generate_series(1, 300)";
  const { value: answer, failure } = await outcome(driver.run(read(text, [value], patience())));
  if (failure !== null) return void fateOf(failure);
  if (kind < 9) assert.deepEqual(answer.rows, [[value + kind, "x"]]);
  else assert.equal(answer.rows.length, kind === 9 ? -1 : 300);
};

const someWrite = async (): Promise<void> => {
  const key = nextKey++;
  const { failure } = await outcome(driver.run(write(insert, [key], patience())));
  fates.set(key, fateOf(failure));
};

const someBatch = async (): Promise<void> => {
  const keys = Array.from({ length: 1 + below(4) }, () => nextKey++);
  const isBad = chance(0.3);
  const requests = keys.map((key) => write(insert, [key]));
  if (isBad) requests.splice(below(requests.length + 1), 0, write("SELECT 1/0"));
  const { failure } = await outcome(driver.batch(requests));
  if (isBad) assert.notEqual(failure, null);
  for (const key of keys) fates.set(key, isBad ? "gone" : fateOf(failure));
};

const someTransaction = async (): Promise<void> => {
  const { value: reserved, failure } = await outcome(driver.reserve({ write: true }));
  if (failure !== null) return void fateOf(failure);
  const keys: number[] = [];
  let broken: Failure | null = null;
  const attempt = async (text: string, values: number[] = []): Promise<Failure | null> => {
    const result = await outcome(reserved.run(write(text, values, broken !== null || text === "COMMIT" ? {} : patience())));
    if (result.failure !== null) fateOf(result.failure);
    return result.failure;
  };
  await attempt("BEGIN");
  for (let step = below(4); step > 0; step--) {
    const isInsert = !chance(0.15);
    const key = isInsert ? nextKey++ : 0;
    const failure = await (isInsert ? attempt(insert, [key]) : attempt("SELECT 1/0"));
    // What was stopped while it stood behind a cancellation was not sent: the transaction does not know of it.
    const isUnsent = failure?.message.includes("before it was sent") === true;
    if (isInsert && isUnsent) fates.set(key, "gone");
    else if (isInsert) keys.push(key);
    if (failure !== null && !isUnsent) broken = failure;
  }
  const end = below(10);
  if (end === 0) {
    // Left open: the pool must close it.
    for (const key of keys) fates.set(key, "gone");
  } else if (end < 3) {
    await attempt("ROLLBACK");
    for (const key of keys) fates.set(key, "gone");
  } else {
    const commit = await attempt("COMMIT");
    if (broken !== null && keys.length > 0) assert.notEqual(commit, null, `committed after ${(broken as Failure).message}`);
    for (const key of keys) fates.set(key, broken !== null ? "gone" : fateOf(commit));
  }
  reserved.release();
};

const someStream = async (): Promise<void> => {
  const stopAfter = below(6);
  let next = 1;
  const { failure } = await outcome(
    (async () => {
      for await (const { rows } of driver.stream(read("SELECT generate_series(1, 200)"), 50)) {
        for (const [value] of rows) assert.equal(value, next++);
        if (next > stopAfter * 50) break;
      }
    })(),
  );
  if (failure !== null) fateOf(failure);
};

const somethingBad = async (): Promise<void> => {
  const kind = below(4);
  if (kind === 0) proxy.cut(chance(0.5) ? "end" : "reset");
  else if (kind === 1) proxy.cutAfter(below(2000));
  else if (kind === 2)
    await direct.run(
      write("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND client_port > 0 LIMIT 1"),
    );
  else {
    proxy.fault = "stall";
    await new Promise((resolve) => setTimeout(resolve, below(15)));
    proxy.fault = "none";
  }
};

const acts: readonly (readonly [number, () => Promise<void>])[] = [
  [60, someRead],
  [20, someWrite],
  [6, someBatch],
  [12, someTransaction],
  [3, someStream],
  [0.6, somethingBad],
];
const weightOfAll = acts.reduce((sum, [weight]) => sum + weight, 0);

const someAct = (): (() => Promise<void>) => {
  let at = random() * weightOfAll;
  for (const [weight, act] of acts) {
    at -= weight;
    if (at < 0) return act;
  }
  return someRead;
};

const whatSessionsDo =
  "SELECT state, wait_event, now() - state_change, query FROM pg_stat_activity WHERE backend_type = 'client backend' AND client_port > 0";

/** Everything settles well within this: the longest wait is that for a connection. */
const patienceMs = 45_000;

/** What is under way, by the name of the act and the step that began it. */
const running = new Map<Promise<void>, string>();

/** Throws when that takes longer than anything may take, and names what did. */
const inTime = async (waiting: (promises: Promise<void>[]) => Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const acts = [...running.values()].join(", ");
      const pool = JSON.stringify(driver.poolStatus);
      const text = `Not settled within ${patienceMs} ms: ${acts}. The pool: ${pool}; the line: ${proxy.fault}, ${proxy.open} open`;
      // Whether the server works on it, waits for us, or is not there any more.
      const sessions = outcome(direct.run(read(whatSessionsDo)));
      void sessions.then(({ value, failure }) =>
        reject(new Error(`${text}; its sessions: ${JSON.stringify(value?.rows ?? failure?.message)}.`)),
      );
    }, patienceMs);
  });
  try {
    await Promise.race([waiting([...running.keys()]), late]);
  } finally {
    clearTimeout(timer);
  }
};

it(
  `${steps} random steps leave the database as every answer said (invariants I1, I2, I5; seed ${seed})`,
  { timeout: 300_000 },
  async () => {
    const problems: unknown[] = [];
    for (let step = 0; step < steps && problems.length === 0; step++) {
      const act = someAct();
      const tracked = act()
        .catch((problem: unknown) => void problems.push(problem))
        .finally(() => running.delete(tracked));
      running.set(tracked, `${act.name} ${step}`);
      if (running.size > 30 || chance(0.05)) await inTime((promises) => Promise.race(promises));
    }
    proxy.fault = "none";
    proxy.cutAfter(Infinity);
    await inTime((promises) => Promise.all(promises));
    assert.deepEqual(problems, []);

    assert.deepEqual([driver.poolStatus.reserved, driver.poolStatus.waiting], [0, 0]);
    assert.deepEqual((await driver.run(read("SELECT 'alive'"))).rows, [["alive"]]);

    // A statement whose outcome is unknown may still be ending on the server, and a cancellation on its way.
    await driver.close();
    const others = read("SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND client_port > 0");
    await until(async () => (await direct.run(others)).rows[0]![0] === 0);
    const { rows } = await direct.run(read("SELECT id, runs FROM ledger"));
    const runs = new Map(rows.map(([id, count]) => [id as number, count as number]));
    for (const [key, fate] of fates) {
      if (fate === "kept") assert.equal(runs.get(key), 1, `key ${key} was said to be kept`);
      else if (fate === "gone") assert.equal(runs.get(key), undefined, `key ${key} was said to be gone`);
      else assert.ok((runs.get(key) ?? 1) === 1, `key ${key} ran twice`);
    }
    const certain = [...fates.values()].filter((fate) => fate !== "unknown").length;
    assert.ok(certain > fates.size * 0.5, "too little is certain for this to be a test");
  },
);
