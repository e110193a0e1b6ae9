/**
 * What the shared suites promise, over a line that breaks: at random bytes, in either direction, by a reset, an orderly end of one half, silence, a pause,
 * or with each byte by itself. Every promise settles; what was said to be done is done once, what was said not to have run has not, a unit of work is whole
 * or not there, as SQLite, which has no line, says it should be; and the pool goes on.
 *
 * `PETREL_SEED` repeats a run. `npm run test:all` breaks the line three times as often.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ConnectionError, createEngine, isPetrelError, type Engine } from "../../src/entry/index.ts";
import { unlessAll } from "../scratch.ts";
import { faultProxy, type Break, type FaultProxy, type Side } from "../support/fault-proxy.ts";
import { faultModels, prepare, reading, stateOf, writing } from "../support/fault-scenarios.ts";
import { Random } from "../support/random.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { until } from "../support/waiting.ts";

const seed = Number(process.env["PETREL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const timesEach = unlessAll === false ? 6 : 2;
const random = new Random(seed);

let server: ScratchPostgres;
let direct: Engine;
let reference: Engine;
let units = 0;

before(async () => {
  const settings = { max_connections: "200" };
  server = await startScratchPostgres({ settings, hba: ["host all all 127.0.0.1/32 trust"] });
  direct = await createEngine(server.socketUrl());
  reference = await createEngine("sqlite::memory:");
  for (const engine of [direct, reference]) await engine.createAll([...faultModels]);
});
after(async () => {
  await Promise.all([direct.close(), reference.close()]);
  await server.stop();
});

interface Fault {
  readonly name: string;
  /** Prepares the line; `bytes` says how many a side sends when nothing breaks. */
  readonly arrange: (proxy: FaultProxy, bytes: Readonly<Record<Side, number>>) => void;
  readonly isHarmless: boolean;
  /** Whether it waits for a COMMIT, so that it never comes where there is none. */
  readonly isAtCommit?: boolean;
}

const breakAt = (side: Side, how: Break): Fault => ({
  name: `${how} after some bytes of the ${side}`,
  isHarmless: false,
  arrange: (proxy, bytes) => {
    proxy.cutAfter(random.below(bytes[side] + 1), side, how);
    // A line that is only silent would be so for ever: the operating system finds out, here much sooner than in life.
    if (how === "silence") setTimeout(() => proxy.cut("reset"), 400).unref();
  },
});

const faults: readonly Fault[] = [
  ...(["client", "server"] as const).flatMap((side) => (["reset", "end", "silence"] as const).map((how) => breakAt(side, how))),
  {
    name: "reset before the COMMIT arrives",
    isHarmless: false,
    isAtCommit: true,
    arrange: (proxy) => proxy.cutAt("COMMIT", "before"),
  },
  {
    name: "reset after the COMMIT is done",
    isHarmless: false,
    isAtCommit: true,
    arrange: (proxy) => proxy.cutAt("COMMIT", "answered"),
  },
  {
    name: "a pause",
    isHarmless: true,
    arrange: (proxy) => {
      proxy.fault = "stall";
      setTimeout(() => (proxy.fault = "none"), 50);
    },
  },
  {
    name: "one byte at a time",
    isHarmless: true,
    arrange: (proxy) => void (proxy.fault = "dribble"),
  },
];

/** How many lines broke, and how many of the scenarios on them failed. */
const counts = { broken: 0, failed: 0 };

type Outcome = { readonly answer: unknown } | { readonly error: unknown };

/** Settles, or says that it did not. */
const settled = async (promise: Promise<unknown>): Promise<Outcome> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("It has not settled within 20 s.")), 20_000);
  });
  try {
    return { answer: await Promise.race([promise, late]) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
};

/** Runs `work` on an engine behind a line of its own; `look` comes when no session of that engine is left on the server. */
const onOwnLine = async (work: (engine: Engine, proxy: FaultProxy) => Promise<void>, look: () => Promise<void>): Promise<void> => {
  const proxy = await faultProxy(server.url());
  const name = `faults_${++units}`;
  const engine = await createEngine(`${proxy.url}?sslmode=disable&application_name=${name}`, { maxConnections: 3 });
  try {
    await work(engine, proxy);
  } finally {
    await engine.close();
    await proxy.close();
  }
  const left = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = '${name}'`;
  await until(async () => (await direct.execute<{ n: number }>(left)).all()[0]!.n === 0);
  await look();
};

type Scenario = (engine: Engine, unit: number) => Promise<unknown>;

interface Expected {
  readonly answer: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly bytes: Readonly<Record<Side, number>>;
}

/** What SQLite gives, and PostgreSQL over a line in order; they must agree. */
const expectedOf = async (scenario: Scenario): Promise<Expected> => {
  const unit = ++units;
  await prepare(reference, unit);
  const before = await stateOf(reference, unit);
  const answer = await scenario(reference, unit);
  const after = await stateOf(reference, unit);
  const bytes = { client: 0, server: 0 };
  await prepare(direct, unit);
  const run = async (engine: Engine, proxy: FaultProxy): Promise<void> => {
    await engine.execute("SELECT 1");
    const { client, server: ofServer } = proxy.sent;
    assert.deepEqual(await scenario(engine, unit), answer);
    Object.assign(bytes, { client: proxy.sent.client - client, server: proxy.sent.server - ofServer });
  };
  await onOwnLine(run, async () => assert.deepEqual(await stateOf(direct, unit), after));
  return { answer, before, after, bytes };
};

/** What is left when it failed: nothing, where the error or the fault is certain of that. */
const statesAfter = (error: unknown, { before, after }: Expected): readonly unknown[] => {
  if (!isPetrelError(error)) throw error;
  const isLost = error instanceof ConnectionError || error.name === "QueryCanceled" || error.name === "TransactionError";
  assert.ok(isLost, `${error.code}: ${error.message}`);
  return error.mayHaveRun === false ? [before] : [before, after];
};

const isOneOf = (state: unknown, states: readonly unknown[]): boolean =>
  states.some((each) => JSON.stringify(each) === JSON.stringify(state));

const runOnce = async (scenario: Scenario, fault: Fault, expected: Expected): Promise<void> => {
  const unit = ++units;
  await prepare(direct, unit);
  let possible: readonly unknown[] = [];
  const broken = async (engine: Engine, proxy: FaultProxy): Promise<void> => {
    await engine.execute("SELECT 1");
    fault.arrange(proxy, expected.bytes);
    const outcome = await settled(scenario(engine, unit));
    if (!fault.isHarmless) counts.broken++;
    if ("answer" in outcome) assert.deepEqual(outcome.answer, expected.answer);
    else if (!fault.isHarmless) counts.failed++;
    // On a busy machine the one with a time limit may need more.
    else if (!isPetrelError(outcome.error) || outcome.error.name !== "QueryCanceled") throw outcome.error;
    possible = "answer" in outcome ? [expected.after] : statesAfter(outcome.error, expected);
    proxy.cutAfter(Infinity);
    proxy.fault = "none";
    proxy.cut("end");
    // Nobody holds a connection, and the next ones work.
    await until(() => engine.poolStatus().reserved === 0 && engine.poolStatus().waiting === 0);
    await until(async () => "answer" in (await settled(engine.execute("SELECT 1"))));
  };
  await onOwnLine(broken, async () => {
    const state = await stateOf(direct, unit);
    assert.ok(isOneOf(state, possible), `there is ${JSON.stringify(state)}, which is none of ${JSON.stringify(possible)}`);
  });
};

for (const [name, scenario] of Object.entries({ ...writing, ...reading })) {
  describe(name, { concurrency: 6 }, () => {
    let expected: Expected;
    before(async () => {
      expected = await expectedOf(scenario);
    });
    const commits = /^(?:transaction|unit of work)/.test(name);
    for (const fault of faults.filter(({ isAtCommit }) => commits || isAtCommit !== true)) {
      it(`${fault.name} (seed ${seed})`, { timeout: 60_000 }, async () => {
        for (let time = 0; time < timesEach; time++) await runOnce(scenario, fault, expected);
      });
    }
  });
}

it("most lines that broke were in use", () => {
  assert.ok(counts.failed > counts.broken * 0.6, JSON.stringify(counts));
});
