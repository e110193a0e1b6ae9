/**
 * What watching costs: reading a row by its key, while nobody watches and while somebody does, in turns in one process. Ratios are to nobody.
 *
 *     node benchmarks/watching.ts                                  on SQLite, in memory
 *     node scripts/scratch-postgres.ts benchmarks/watching.ts      on a PostgreSQL of its own
 */
import { tracingChannel } from "node:diagnostics_channel";
import { createEngine, int, Model, text } from "../src/entry/index.ts";
import { intercept, openTelemetry, QueryProfiler, sampleCallSites } from "../src/entry/observe.ts";

class User extends Model("watched_users", { id: int().primaryKey(), name: text() }) {}

const url = process.argv[process.argv.indexOf("--url") + 1];
const isPostgres = process.argv.includes("--url");
await using engine = await createEngine(isPostgres ? url! : "sqlite::memory:");
await engine.createAll([User]);
await engine.session().insertAll(
  User,
  Array.from({ length: 1000 }, (_, index) => ({ name: `User ${index}` })),
);

/** Each begins to watch, and gives what ends it. */
const ways: Readonly<Record<string, () => Promise<() => void>>> = {
  nobody: async () => () => undefined,
  "an interceptor": async () => intercept((_statement, next) => next()),
  "a subscriber of petrel:query": async () => {
    const hear = (): void => undefined;
    const { asyncEnd, end } = tracingChannel("petrel:query");
    asyncEnd.subscribe(hear);
    end.subscribe(hear);
    return () => {
      asyncEnd.unsubscribe(hear);
      end.unsubscribe(hear);
    };
  },
  "an interceptor, one call site in 100": async () => {
    sampleCallSites(0.01);
    const stop = intercept((_statement, next) => next());
    return () => {
      stop();
      sampleCallSites(0);
    };
  },
  "OpenTelemetry without an SDK": () => openTelemetry({ engine }),
};

const reads = isPostgres ? 300 : 5000;
const rounds = isPostgres ? 61 : 41;

const read = async (): Promise<number> => {
  const startedAt = performance.now();
  for (let at = 0; at < reads; at++)
    await engine
      .query(User)
      .filter({ id: 1 + (at % 1000) })
      .first();
  return ((performance.now() - startedAt) / reads) * 1000;
};

const profiled = async (): Promise<number> => (await QueryProfiler.run(read)).result;

const took: Record<string, number[]> = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, watch] of Object.entries(ways)) {
    const stop = await watch();
    (took[name] ??= []).push(await read());
    stop();
  }
  (took["a QueryProfiler"] ??= []).push(await profiled());
}

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
const nobody = took["nobody"]!;
for (const [name, values] of Object.entries(took)) {
  const ratio = median(values.slice(3).map((value, index) => value / nobody.slice(3)[index]!));
  console.log(`${name.padEnd(40)}${median(values.slice(3)).toFixed(2).padStart(8)} µs   ${ratio.toFixed(2)} ×`);
}
