import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LoadTest } from "../../../src/bench/load-test.ts";
import type { LoadTestOptions } from "../../../src/bench/load-test.ts";
import type { ResponseTimes } from "../../../src/bench/response-times.ts";
import { FakeClock } from "./fake-clock.ts";

const quiet = { progress: false } as const;

/** The histogram is exact to one part in a thousand. */
const near = (found: number | null, expected: number): void =>
  assert.ok(found !== null && Math.abs(found - expected) <= Math.max(expected, 1) / 1000, `${found} instead of ${expected}`);

const percentiles = ({ p50, p95, p99, p999, max }: ResponseTimes): (number | null)[] => [p50, p95, p99, p999, max];

const loadTest = (options: LoadTestOptions): { clock: FakeClock; test: LoadTest; take: (ms: number) => Promise<void> } => {
  const clock = new FakeClock();
  return { clock, test: new LoadTest(options, clock), take: (ms) => clock.until(clock.now() + ms, null) };
};

describe("a closed loop", () => {
  test("lets each user ask again as soon as it has its answer", async () => {
    const { test: load, take } = loadTest({ concurrency: 4, duration: "1s" });
    load.scenario("ten milliseconds", () => take(10));
    const results = await load.run(quiet);
    const { throughput, operations, successes, errorCount, errorRate, duration, loop, concurrency, rate, notStarted } = results;
    assert.deepEqual(
      { throughput, operations, successes, errorCount, errorRate, duration, loop, concurrency, rate, notStarted },
      {
        throughput: 396,
        operations: 400,
        successes: 400,
        errorCount: 0,
        errorRate: 0,
        duration: 1000,
        loop: "closed",
        concurrency: 4,
        rate: null,
        notStarted: 0,
      },
    );
    for (const time of percentiles(results.responseTimes)) near(time, 10);
    near(results.avgResponseTime, 10);
    assert.equal(results.avg_response_time, results.avgResponseTime);
  });

  test("lets users join one after the other, and measures from when all are there", async () => {
    const { test: load, clock, take } = loadTest({ concurrency: 4, duration: 1000, rampUpTime: 400 });
    const joined: number[] = [];
    load.scenario("fifty milliseconds", ({ number }) => {
      joined[number] ??= clock.now();
      return take(50);
    });
    const { operations, duration, throughput } = await load.run(quiet);
    assert.deepEqual(joined, [0, 100, 200, 300]);
    assert.deepEqual({ operations, duration, throughput }, { operations: 80, duration: 1000, throughput: 80 });
  });

  test("counts errors by what they are, keeps them out of the times, and goes on", async () => {
    const { test: load, take } = loadTest({ concurrency: 1, duration: 1000 });
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    load.scenario("three kinds", async ({ iteration }) => {
      await take(10);
      if (iteration % 10 < 2) throw refused;
      if (iteration % 10 === 2) throw new TypeError("x is not a function");
      // eslint-disable-next-line typescript/only-throw-error -- somebody's code may
      if (iteration % 50 === 3) throw "a text";
    });
    const results = await load.run(quiet);
    assert.deepEqual(results.errors, [
      { name: "Error", code: "ECONNREFUSED", message: "connect ECONNREFUSED", count: 20 },
      { name: "TypeError", code: null, message: "x is not a function", count: 10 },
      { name: "string", code: null, message: "Something other than an error was thrown.", count: 2 },
    ]);
    assert.deepEqual([results.operations, results.successes, results.errorCount, results.errorRate], [100, 68, 32, 0.32]);
    assert.equal(results.responseTimes.count, 68);
    assert.deepEqual(results.scenarios["three kinds"]?.errors, results.errors);
  });

  test("says null, not zero, where nothing succeeded", async () => {
    const { test: load, take } = loadTest({ concurrency: 1, duration: 100 });
    load.scenario("never", async () => {
      await take(10);
      throw new Error("no");
    });
    const { throughput, avgResponseTime, responseTimes } = await load.run(quiet);
    assert.deepEqual({ throughput, avgResponseTime, p99: responseTimes.p99 }, { throughput: 0, avgResponseTime: null, p99: null });
  });

  test("runs scenarios by their weights and numbers all operations", async () => {
    const { test: load, take } = loadTest({ concurrency: 2, duration: 1000 });
    const numbers = new Set<number>();
    const work = async ({ iteration }: { readonly iteration: number }): Promise<void> => {
      numbers.add(iteration);
      await take(10);
    };
    load.scenario("read", work, { weight: 3 }).scenario("write", work);
    const { scenarios, operations } = await load.run(quiet);
    assert.deepEqual([scenarios["read"]?.operations, scenarios["write"]?.operations, operations, numbers.size], [150, 50, 200, 200]);
  });

  test("ends when the signal says so, with the results until then", async () => {
    const { test: load, clock, take } = loadTest({ concurrency: 2, duration: "1h" });
    const controller = new AbortController();
    load.scenario("ten milliseconds", async () => {
      await take(10);
      if (clock.now() >= 500) controller.abort();
    });
    const { duration, successes } = await load.run({ ...quiet, signal: controller.signal });
    assert.deepEqual({ duration, successes }, { duration: 500, successes: 100 });
  });
});

describe("an open loop", () => {
  test("begins operations when they are due, however long answers take", async () => {
    const { test: load, take } = loadTest({ rate: 100, duration: 1000 });
    load.scenario("slow", () => take(200));
    const { operations, throughput, responseTimes, loop, rate, notStarted } = await load.run(quiet);
    assert.deepEqual(
      { operations, throughput, loop, rate, notStarted },
      { operations: 100, throughput: 80, loop: "open", rate: 100, notStarted: 0 },
    );
    for (const time of percentiles(responseTimes)) near(time, 200);
  });

  test("counts the time that operations queue behind one that stalls", async () => {
    // One at once, each due 10 ms after the one before. The first takes 500 ms and the others 5: they take 495, 490, 485 … ms.
    const { test: load, take } = loadTest({ rate: 100, concurrency: 1, duration: 2000 });
    load.scenario("stalls once", ({ iteration }) => take(iteration === 0 ? 500 : 5));
    const { responseTimes, serviceTimes, operations, notStarted } = await load.run(quiet);
    assert.deepEqual({ operations, notStarted }, { operations: 200, notStarted: 0 });
    near(serviceTimes.p99, 5);
    near(responseTimes.p50, 5);
    near(responseTimes.p95, 450);
    near(responseTimes.p99, 490);
  });

  test("says how many arrivals never had their turn, and counts what they waited", async () => {
    const { test: load, take } = loadTest({ rate: 200, concurrency: 1, duration: 1000 });
    load.scenario("half as fast as needed", () => take(10));
    const { throughput, successes, notStarted, responseTimes, serviceTimes } = await load.run(quiet);
    assert.deepEqual(
      { throughput, successes, notStarted, waited: responseTimes.count },
      { throughput: 99, successes: 100, notStarted: 100, waited: 200 },
    );
    near(serviceTimes.max, 10);
    near(responseTimes.max, 505);
  });

  test("does not wait for ever for a function that keeps the whole process busy", async () => {
    const { test: load, clock } = loadTest({ rate: 1000, duration: 100 });
    load.scenario("busy", () => clock.pass(10));
    const { successes, notStarted, responseTimes } = await load.run(quiet);
    assert.deepEqual({ sum: successes + notStarted, waited: responseTimes.count }, { sum: 100, waited: 100 });
    assert.ok(notStarted >= 85, `${notStarted} never began`);
  });

  test("measures after the ramp-up", async () => {
    const { test: load, take } = loadTest({ rate: 100, duration: 1000, rampUpTime: 1000 });
    let all = 0;
    load.scenario("short", () => {
      all++;
      return take(1);
    });
    const { operations } = await load.run(quiet);
    assert.deepEqual({ operations, all }, { operations: 100, all: 150 });
  });
});

describe("a load test", () => {
  test("tells how far it is, and that it is done", async () => {
    const { test: load, take } = loadTest({ concurrency: 1, duration: 100 });
    load.scenario("ten milliseconds", () => take(10));
    const told: string[] = [];
    await load.run({ progress: ({ done, text }) => told.push(`${done} ${text}`) });
    assert.equal(told.at(-1), "1 measured: 10 operations, 0 failed");
  });

  test("runs on the real clock", async () => {
    const load = new LoadTest({ rate: 200, duration: 100 }).scenario("nothing", () => undefined);
    const { operations, notStarted, responseTimes } = await load.run(quiet);
    // On a busy machine the last arrivals may not have had their turn.
    assert.equal(operations + notStarted, 20);
    assert.ok(operations > 0);
    assert.equal(responseTimes.count, 20);
  });

  const wrong: Record<string, [() => unknown, RegExp]> = {
    "no duration": [() => new LoadTest({} as LoadTestOptions), /duration is a number of milliseconds or a text such as "30s"/],
    "a duration of nothing": [() => new LoadTest({ duration: 0 }), /duration is longer than nothing/],
    "half a user": [() => new LoadTest({ duration: 1, concurrency: 0.5 }), /concurrency is a whole number of at least 1/],
    "a rate of 0": [() => new LoadTest({ duration: 1, rate: 0 }), /rate is a number above 0/],
    "arrivals without a rate": [() => new LoadTest({ duration: 1, arrivals: "poisson" }), /give a rate, too/],
    "a pattern that there is not": [
      () => new LoadTest({ duration: 1, rate: 1, arrivals: "bursts" as "even" }),
      /arrivals is "even" or "poisson"/,
    ],
    "two scenarios of one name": [
      () => new LoadTest({ duration: 1 }).scenario("a", () => 1).scenario("a", () => 1),
      /There is a scenario 'a' already/,
    ],
    "a weight of 0": [() => new LoadTest({ duration: 1 }).scenario("a", () => 1, { weight: 0 }), /weight of 'a' is a number above 0/],
  };
  for (const [what, [make, message]] of Object.entries(wrong)) {
    test(`refuses ${what}`, () => assert.throws(make, { name: "ConfigurationError", message }));
  }

  test("refuses to run without a scenario", async () => {
    await assert.rejects(new LoadTest({ duration: 1 }).run(quiet), { name: "ConfigurationError", message: /There is nothing to run/ });
  });
});
