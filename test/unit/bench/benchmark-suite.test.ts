import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { BenchmarkSuite } from "../../../src/bench/benchmark-suite.ts";
import type { BenchmarkResult } from "../../../src/bench/benchmark-results.ts";
import { compareResults } from "../../../src/bench/comparison.ts";
import { FakeStopwatch } from "./fake-clock.ts";
import { statisticsOf } from "../../../src/bench/statistics.ts";

const folder = mkdtempSync(join(tmpdir(), "petrel-bench-"));
after(() => rmSync(folder, { recursive: true }));

const quiet = { progress: false } as const;
const busy = (milliseconds: number): void => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

describe("a suite", () => {
  test("times each benchmark, in the shape of the seeds", async () => {
    const watch = new FakeStopwatch();
    const takes = (milliseconds: number, cpu = milliseconds): void => watch.pass(milliseconds, cpu);
    const short = [0.5, 0.75, 0.5, 1];
    let call = 0;
    const suite = new BenchmarkSuite(watch)
      // The two of the warm-up take longer, and are not counted.
      .benchmark("short", () => takes(call++ < 2 ? 50 : short[(call - 3) % 4]!))
      .benchmark("long", async () => {
        await Promise.resolve();
        takes(5, 0.25);
      });
    const results = await suite.run({ iterations: 20, warmup: 2, ...quiet });
    const common = { iterations: 20, warmup: 2, operations: 1, successRate: 1, errorCount: 0, errors: [] };
    const { memory: _, standardDeviation, ...ofShort } = results["short"]!;
    assert.deepEqual(ofShort, {
      ...common,
      ...{ avgTime: 0.6875, avg_time: 0.6875, medianTime: 0.625, medianRange: [0.5, 1], minTime: 0.5, maxTime: 1, p95Time: 1 },
      ...{ cpuTime: 0.625, operationsPerSecond: 1600 },
    });
    assert.ok(Math.abs(standardDeviation! - 0.2127) < 0.0001, String(standardDeviation));
    const { memory: __, ...ofLong } = results["long"]!;
    assert.deepEqual(ofLong, {
      ...common,
      ...{ avgTime: 5, avg_time: 5, medianTime: 5, medianRange: [5, 5], minTime: 5, maxTime: 5, p95Time: 5, standardDeviation: 0 },
      ...{ cpuTime: 0.25, operationsPerSecond: 200 },
    });
    assert.deepEqual(Object.keys(results), ["short", "long"]);
  });

  test("times by the real clock", async () => {
    const { busy: result } = await new BenchmarkSuite().benchmark("busy", () => busy(0.5)).run({ iterations: 3, warmup: 0, ...quiet });
    assert.ok(result!.minTime! >= 0.5 && result!.cpuTime! > 0, JSON.stringify(result));
  });

  test("sets up and tears down around each iteration, handing over what was made, and lets benchmarks take turns", async () => {
    const calls: string[] = [];
    let made = 0;
    const suite = new BenchmarkSuite()
      .benchmark("a", (number) => calls.push(`a${number}`), {
        setup: async () => ++made,
        teardown: (number) => calls.push(`-${number}`),
      })
      .benchmark("b", () => calls.push("b"));
    await suite.run({ iterations: 2, warmup: 1, ...quiet });
    assert.deepEqual(calls, ["a1", "-1", "b", "b", "a2", "-2", "a3", "-3", "b"]);
  });

  test("counts what fails, tears it down, and keeps its time out", async () => {
    let [call, torn] = [0, 0];
    const suite = new BenchmarkSuite().benchmark(
      "every other",
      () => {
        if (call++ % 2 === 0) throw new RangeError("odd");
      },
      { teardown: () => torn++ },
    );
    suite.benchmark("never", () => Promise.reject(new Error("no")));
    const results = await suite.run({ iterations: 10, warmup: 0, ...quiet });
    const { successRate, errorCount, errors, avgTime } = results["every other"]!;
    assert.deepEqual(
      { successRate, errorCount, errors },
      {
        successRate: 0.5,
        errorCount: 5,
        errors: [{ name: "RangeError", code: null, message: "odd", count: 5 }],
      },
    );
    assert.ok(avgTime !== null && torn === 10);
    assert.deepEqual([results["never"]!.avgTime, results["never"]!.successRate, results["never"]!.operationsPerSecond], [null, 0, null]);
  });

  test("does not go on when setup fails: what follows could not be believed", async () => {
    const suite = new BenchmarkSuite().benchmark("a", () => 1, { setup: () => Promise.reject(new Error("no table")) });
    await assert.rejects(suite.run(quiet), { message: "no table" });
  });

  test("counts the operations that a call stands for", async () => {
    const suite = new BenchmarkSuite().benchmark("loop", () => busy(0.2), { operations: 1000 });
    const { loop } = await suite.run({ iterations: 5, ...quiet });
    assert.equal(loop!.operationsPerSecond, (1000 / loop!.medianTime!) * 1000);
  });

  test("tells of each round", async () => {
    const told: string[] = [];
    await new BenchmarkSuite()
      .benchmark("a", () => 1)
      .run({ iterations: 2, warmup: 1, progress: ({ done, text }) => told.push(`${done.toFixed(2)} ${text}`) });
    assert.deepEqual(told, ["0.33 round 1 of 3", "0.67 round 2 of 3", "1.00 round 3 of 3"]);
  });

  test("saves its results with the machine, and finds them again as a baseline", async () => {
    const path = join(folder, "baseline.json");
    const suite = new BenchmarkSuite().benchmark("a", () => busy(0.1));
    const results = await suite.run({ iterations: 10, ...quiet });
    await suite.save(path);
    const saved = JSON.parse(readFileSync(path, "utf8"));
    assert.deepEqual(saved.results, JSON.parse(JSON.stringify(results)));
    assert.deepEqual([saved.format, saved.machine.node], ["petrel-benchmark-1", process.version]);
    const time = results["a"]!.medianTime;
    assert.deepEqual(await suite.compare(path), { a: { verdict: "same", ratio: 1, medianTime: time, baselineTime: time } });
  });

  test("refuses files that are no baseline", async () => {
    const suite = new BenchmarkSuite().benchmark("a", () => 1);
    await suite.run({ iterations: 1, ...quiet });
    for (const text of ["{}", "null", "no JSON"]) {
      const path = join(folder, "other.json");
      writeFileSync(path, text);
      await assert.rejects(suite.compare(path), { name: "ConfigurationError", message: /other\.json is no (?:JSON|baseline)/ });
    }
  });

  test("refuses to save before it has run, to run nothing, and names that are taken or nothing", async () => {
    const suite = new BenchmarkSuite();
    await assert.rejects(suite.save(join(folder, "none.json")), { name: "ConfigurationError", message: /has not run yet/ });
    await assert.rejects(suite.run(quiet), { name: "ConfigurationError", message: /There is nothing to run/ });
    suite.benchmark("a", () => 1);
    assert.throws(() => suite.benchmark("a", () => 1), { message: /There is a benchmark 'a' already/ });
    assert.throws(() => suite.benchmark("", () => 1), { message: /A benchmark has a name/ });
    await assert.rejects(suite.run({ iterations: 0 }), { message: /iterations is a whole number of at least 1/ });
  });
});

describe("a comparison", () => {
  const taking = (medianTime: number | null, spread = 0.1): BenchmarkResult => ({
    iterations: 10,
    warmup: 0,
    avgTime: medianTime,
    avg_time: medianTime,
    medianTime,
    medianRange: medianTime === null ? null : [medianTime - spread, medianTime + spread],
    minTime: medianTime,
    maxTime: medianTime,
    p95Time: medianTime,
    standardDeviation: 0,
    cpuTime: 0,
    memory: 0,
    operations: 1,
    operationsPerSecond: null,
    successRate: 1,
    errorCount: 0,
    errors: [],
  });
  const verdict = (now: BenchmarkResult | null, before: BenchmarkResult | null, tolerance?: number): string =>
    compareResults(now === null ? {} : { a: now }, before === null ? {} : { a: before }, tolerance === undefined ? {} : { tolerance })["a"]!
      .verdict;

  test("calls a difference one only when it is beyond the tolerance and beyond the noise", () => {
    assert.equal(verdict(taking(20), taking(10)), "slower");
    assert.equal(verdict(taking(5), taking(10)), "faster");
    assert.equal(verdict(taking(10.4), taking(10)), "same", "4 %");
    assert.equal(verdict(taking(10.4), taking(10), 0.01), "slower", "4 % where 1 % counts");
    assert.equal(verdict(taking(20, 8), taking(10, 8)), "same", "the ranges of the medians touch");
  });

  test("says what one side alone has, and what failed", () => {
    assert.equal(verdict(taking(1), null), "added");
    assert.equal(verdict(null, taking(1)), "missing");
    assert.equal(verdict(taking(null), taking(1)), "failed");
    const twice = compareResults({ a: taking(20) }, { a: taking(10) });
    assert.deepEqual(twice, { a: { verdict: "slower", ratio: 2, medianTime: 20, baselineTime: 10 } });
  });
});

describe("statistics", () => {
  test("are those of the textbook", () => {
    assert.deepEqual(statisticsOf([4, 1, 3, 2]), {
      mean: 2.5,
      median: 2.5,
      min: 1,
      max: 4,
      p95: 4,
      standardDeviation: Math.sqrt(5 / 3),
      medianRange: [1, 4],
    });
    const hundred = statisticsOf(Array.from({ length: 100 }, (_, index) => index + 1))!;
    assert.deepEqual([hundred.median, hundred.p95, hundred.medianRange], [50.5, 95, [40, 61]]);
    assert.deepEqual([statisticsOf([7])?.standardDeviation, statisticsOf([])], [0, null]);
  });
});
