/** Puts load on your own code and says how it held: how much it did, how long answers took, what failed. */
import { ConfigurationError } from "../base/errors.ts";
import { milliseconds } from "../config/duration.ts";
import type { Duration } from "../config/duration.ts";
import type { ArrivalPattern } from "./arrivals.ts";
import { realClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { LoadTestResults } from "./load-results.ts";
import { closedLoop, openLoop } from "./loops.ts";
import type { Load } from "./loops.ts";
import { resultsOf, ScenarioCount } from "./measured-load.ts";
import type { Window } from "./measured-load.ts";
import { checkNamed, positiveNumber, wholeNumber } from "./option.ts";
import { progressTeller } from "./progress.ts";
import type { ProgressOption } from "./progress.ts";
import { nextByWeight } from "./scenario-mix.ts";

export interface LoadTestOptions {
  /** How long is measured: `"60s"`. A number is milliseconds. */
  readonly duration: Duration;
  /** Before that, not measured: users join one after the other, or the rate grows from 0. None when absent. */
  readonly rampUpTime?: Duration;
  /** Users who each ask again when they have their answer, 10 when absent. With a `rate`: how many operations may run at once, 1000 when absent. */
  readonly concurrency?: number;
  /** Arrivals a second, whether answers come or not. */
  readonly rate?: number;
  /** How arrivals are spread: at `"even"` distances (when absent), or as strangers come, `"poisson"`. Only with a `rate`. */
  readonly arrivals?: ArrivalPattern;
}

export interface LoadRunOptions {
  /** Ends the test early; the results are of the time until then. */
  readonly signal?: AbortSignal;
  /** Told ten times a second; `true` writes a line to standard error. Written when absent and standard error is a terminal. */
  readonly progress?: ProgressOption;
}

export interface ScenarioContext {
  /** Of the user in a closed loop, of the arrival in an open one, from 0. */
  readonly number: number;
  /** Counts the operations of the whole test, from 0: good for values that must be unique. */
  readonly iteration: number;
}

export interface ScenarioOptions {
  /** How often it takes part: 3 as often as three scenarios of 1. 1 when absent. */
  readonly weight?: number;
}

export type ScenarioWork = (context: ScenarioContext) => unknown;

interface Scenario {
  readonly name: string;
  readonly work: ScenarioWork;
  readonly weight: number;
}

const loadOf = (options: LoadTestOptions): Omit<Load, "signal"> => {
  const isOpen = options.rate !== undefined;
  const durationMs = milliseconds(options.duration, "duration");
  if (durationMs === 0) throw new ConfigurationError("duration is longer than nothing.");
  const pattern = options.arrivals ?? "even";
  if (pattern !== "even" && pattern !== "poisson") throw new ConfigurationError('arrivals is "even" or "poisson".');
  if (!isOpen && options.arrivals !== undefined) throw new ConfigurationError("arrivals says how a rate is spread: give a rate, too.");
  return {
    concurrency: wholeNumber(options.concurrency, "concurrency", 1, isOpen ? 1000 : 10),
    rate: isOpen ? positiveNumber(options.rate, "rate", 1) : null,
    pattern,
    rampUpMs: milliseconds(options.rampUpTime ?? 0, "rampUpTime"),
    durationMs,
  };
};

/**
 * A load test. Errors are counted and never stop it.
 *
 *     const test = new LoadTest({ concurrency: 100, duration: "60s", rampUpTime: "10s" });
 *     test.scenario("create", ({ iteration }) => User.objects.create({ name: "Load", email: `load${iteration}@example.com` }));
 *     const results = await test.run();
 *     results.throughput;        // successes a second
 *     results.avgResponseTime;   // milliseconds
 */
export class LoadTest {
  readonly #load: Omit<Load, "signal">;
  readonly #clock: Clock;
  readonly #scenarios = new Map<string, Scenario>();

  /** Throws `ConfigurationError` for options that mean nothing. Another `clock` is for tests. */
  constructor(options: LoadTestOptions, clock: Clock = realClock) {
    this.#load = loadOf(options);
    this.#clock = clock;
  }

  /** Adds a scenario; the test itself comes back, for the next one. Throws `ConfigurationError` for a name that is taken. */
  scenario(name: string, work: ScenarioWork, options: ScenarioOptions = {}): this {
    checkNamed("scenario", name, work, this.#scenarios);
    this.#scenarios.set(name, { name, work, weight: positiveNumber(options.weight, `weight of '${name}'`, 1) });
    return this;
  }

  async run({ signal, progress }: LoadRunOptions = {}): Promise<LoadTestResults> {
    const scenarios = [...this.#scenarios.values()];
    if (scenarios.length === 0) throw new ConfigurationError('There is nothing to run: add a scenario first, test.scenario("name", …).');
    const load: Load = { ...this.#load, signal: signal ?? null };
    const clock = this.#clock;
    const from = clock.now() + load.rampUpMs;
    const window: Window = { from, to: from + load.durationMs };
    const counts = new Map(scenarios.map(({ name }) => [name, new ScenarioCount()]));
    const next = nextByWeight(scenarios);
    let iteration = 0;
    let [ended, failed] = [0, 0];
    const operate = async (due: number, number: number): Promise<void> => {
      const { name, work } = next();
      const count = counts.get(name)!;
      const started = clock.now();
      try {
        await work({ number, iteration: iteration++ });
        count.succeeded({ due, started, ended: clock.now() }, window);
      } catch (error) {
        failed++;
        count.failed(error, due, window);
      }
      ended++;
    };
    const stopTelling = telling(progress, window, load, clock, () => `${ended} operations, ${failed} failed`);
    const waiting = load.rate === null ? (await closedLoop(load, operate, clock), []) : await openLoop(load, operate, clock);
    stopTelling();
    return results(load, window, Math.min(clock.now(), window.to), counts, waiting);
  }
}

/** Tells ten times a second, on real time: it is for people. */
const telling = (option: ProgressOption | undefined, { from, to }: Window, load: Load, clock: Clock, text: () => string): (() => void) => {
  const tell = progressTeller(option);
  const start = from - load.rampUpMs;
  const say = (now: number): void => {
    const phase = now < from ? "ramping up" : "measuring";
    tell({ done: Math.min(1, (now - start) / (to - start)), text: `${phase}: ${text()}` });
  };
  const timer = setInterval(() => say(Math.min(clock.now(), to - 1)), 100);
  timer.unref();
  return () => {
    clearInterval(timer);
    tell({ done: 1, text: `measured: ${text()}` });
  };
};

const results = (
  load: Load,
  window: Window,
  until: number,
  counts: ReadonlyMap<string, ScenarioCount>,
  waiting: readonly number[],
): LoadTestResults => {
  const duration = Math.max(0, until - window.from);
  // Arrivals that never began waited at least until the end: left out, they would make the slowest look faster than they were.
  const neverBegan = waiting.filter((due) => due >= window.from);
  const late = new ScenarioCount();
  for (const due of neverBegan) late.response.record(window.to - due);
  return {
    loop: load.rate === null ? "closed" : "open",
    concurrency: load.concurrency,
    rate: load.rate,
    duration,
    ...resultsOf([...counts.values(), late], duration),
    notStarted: neverBegan.length,
    scenarios: Object.fromEntries([...counts].map(([name, count]) => [name, resultsOf([count], duration)])),
  };
};
