/** One contender with one scenario, in this process: opened, verified, warmed up, timed. `contender-process.ts` offers the same to another process. */
import { findContender } from "./contenders.ts";
import type { Contender, Operations } from "./operations.ts";
import { scenarios } from "./scenarios.ts";
import type { Scenario } from "./scenarios.ts";
import type { Round, Stage } from "./stage.ts";
import type { Target } from "./target.ts";

export const collectGarbage = (type: "major" | "minor"): void => {
  if (globalThis.gc === undefined) throw new Error("Benchmarks need the garbage collector: node --expose-gc, or npm run bench.");
  globalThis.gc({ type });
};

const used = (): number => {
  // Code that was not used for some collections is thrown away; all of it shall be gone before the first figure is taken.
  for (let times = 0; times < 5; times++) collectGarbage("major");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const sequential = async ({ call }: Scenario, operations: Operations, calls: number, first: number): Promise<number> => {
  let sum = 0;
  for (let index = first; index < first + calls; index++) {
    const result = call(operations, index);
    sum = (sum + (result instanceof Promise ? await result : result)) | 0;
  }
  return sum;
};

/** Each loop asks again as soon as it has its answer, as the requests of a server do. */
const concurrent = async ({ call, concurrency = 1 }: Scenario, operations: Operations, calls: number, first: number): Promise<number> => {
  let [next, sum] = [first, 0];
  const loop = async (): Promise<void> => {
    while (next < first + calls) {
      const found = await call(operations, next++);
      sum = (sum + found) | 0;
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, calls) }, loop));
  return sum;
};

const elapsed = (since: bigint): number => Number(process.hrtime.bigint() - since) / 1000;
const cpuSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

const opening = async ({ call }: Scenario, contender: Contender, target: Target, calls: number): Promise<number> => {
  let sum = 0;
  for (let index = 0; index < calls; index++) {
    const operations = await contender.open(target);
    sum = (sum + (await call(operations, index))) | 0;
    await operations.close();
  }
  return sum;
};

/** Only one call of each connection is timed. What opens late is open by then: something else was asked. */
const onNewConnections = async ({ call, timedCall = 1 }: Scenario, contender: Contender, target: Target, calls: number): Promise<Round> => {
  let [time, cpu, sum] = [0, 0, 0];
  for (let index = 0; index < calls; index++) {
    const operations = await contender.open(target);
    await operations.models!();
    for (let times = 1; times < timedCall; times++) await call(operations, times);
    const before = process.cpuUsage();
    const start = process.hrtime.bigint();
    const result = call(operations, index);
    const found = result instanceof Promise ? await result : result;
    time += elapsed(start);
    cpu += cpuSince(before);
    sum = (sum + found) | 0;
    await operations.close();
  }
  return { time, cpu, sum };
};

/** In a function of its own: what an async function has awaited stays in its frame. */
const keep = async (kept: unknown[], make: () => unknown): Promise<void> => {
  kept.push(await make());
};

export class LocalStage implements Stage {
  readonly pid = process.pid;
  readonly #id: string;
  #scenario: Scenario | null = null;
  #contender: Contender | null = null;
  #operations: Operations | null = null;
  #target: Target | null = null;

  constructor(id: string) {
    this.#id = id;
  }

  async enter(name: string, target: Target): Promise<boolean> {
    this.#scenario = scenarios.find((scenario) => scenario.name === name)!;
    this.#target = target;
    this.#contender = await findContender(this.#id, target.kind);
    this.#operations = await this.#contender.open(target);
    if (this.#scenario.can(this.#operations)) return true;
    await this.leave();
    return false;
  }

  async round(calls: number, firstIndex: number): Promise<Round> {
    const [scenario, operations] = [this.#scenario!, this.#operations!];
    // Nobody's garbage is another's to collect. Not a full collection: a few of those throw away hidden classes and compiled code.
    collectGarbage("minor");
    if (scenario.timedCall !== undefined) return onNewConnections(scenario, this.#contender!, this.#target!, calls);
    const before = process.cpuUsage();
    const start = process.hrtime.bigint();
    const sum =
      scenario.kind === "opening"
        ? await opening(scenario, this.#contender!, this.#target!, calls)
        : await (scenario.concurrency === undefined ? sequential : concurrent)(scenario, operations, calls, firstIndex);
    return { time: elapsed(start), cpu: cpuSince(before), sum };
  }

  async hold(): Promise<number> {
    const { hold, weigh, units = 1, connections = 1 } = this.#scenario!;
    const operations = this.#operations!;
    if (weigh !== undefined) {
      // Warms up: what is compiled then is not the second's.
      await weigh(operations, used);
      return weigh(operations, used);
    }
    const found: number[] = [];
    const kept: unknown[] = [];
    if (hold === undefined) {
      // Connections: another pool like the one that is open, with all of its connections used.
      const before = used();
      await keep(kept, () => this.#contender!.open(this.#target!));
      const other = kept[0] as Operations;
      await Promise.all(Array.from({ length: connections * 8 }, async (_, index) => other.byId!(index + 1)));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const bytes = (used() - before) / units;
      await other.close();
      return bytes;
    }
    await keep(kept, () => hold(operations));
    for (let times = 0; times < 3; times++) {
      kept.length = 0;
      const before = used();
      await keep(kept, () => hold(operations));
      found.push((used() - before) / units);
    }
    return found.sort((a, b) => a - b)[1]!;
  }

  peakMemory(): Promise<number> {
    return Promise.resolve(process.resourceUsage().maxRSS * 1024);
  }

  async leave(): Promise<void> {
    const operations = this.#operations;
    this.#operations = null;
    await operations?.close();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}
