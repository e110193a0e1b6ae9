/** One scenario, all contenders, in turns: verified, warmed up, rounds in an order that moves on each time. */
import type { BenchDatabase } from "./database.ts";
import type { Found, Measurement, Mode } from "./measurement.ts";
import type { Contender } from "./operations.ts";
import { pin } from "./pinning.ts";
import { ProcessStage } from "./process-stage.ts";
import { isProgram, ProgramStage } from "./programs.ts";
import type { CountingProxy } from "./proxy.ts";
import type { Scenario } from "./scenarios.ts";
import { LocalStage } from "./local-stage.ts";
import type { Stage } from "./stage.ts";
import { throughPort } from "./target.ts";
import type { Target } from "./target.ts";

export interface Pace {
  readonly name: "full" | "quick" | "smoke";
  readonly rounds: number;
  /** Milliseconds that a round should take. */
  readonly roundMs: number;
  /** Milliseconds of calls that each contender is warmed up with, three times as many where its process is new; and the most that it takes with tables made anew. */
  readonly warmUpMs: readonly [calls: number, most: number];
  /** A process for each contender and scenario, one for each contender, or none. */
  readonly isolation: "scenario" | "contender" | "none";
}

// A call by id takes three times as long in its first second on one core as in its third, since V8 compiles on that core
// too, and the first calls of a turn find their caches full of somebody else's data: turns are long, and few.
export const paces: Readonly<Record<Pace["name"], Pace>> = {
  full: { name: "full", rounds: 15, roundMs: 150, warmUpMs: [1000, 12_000], isolation: "scenario" },
  quick: { name: "quick", rounds: 5, roundMs: 60, warmUpMs: [700, 2000], isolation: "contender" },
  smoke: { name: "smoke", rounds: 2, roundMs: 1, warmUpMs: [0, 0], isolation: "contender" },
};

interface Player {
  readonly contender: Contender;
  readonly stage: Stage;
  failure: string | null;
  /** What one call takes, in microseconds. */
  perCall: number;
  calls: number;
  next: number;
  readonly times: number[];
  readonly cpu: number[];
  roundTrips: number | null;
  bytesOut: number | null;
  bytesIn: number | null;
  peakMemory: number | null;
  kept: number | null;
}

/** Stages outlive scenarios where a contender has one process for all of them. */
export class Stages {
  readonly #pace: Pace;
  readonly #stages = new Map<string, Stage>();
  readonly #used = new Set<string>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  of(id: string): Stage {
    let stage = this.#stages.get(id);
    if (stage === undefined) {
      stage = isProgram(id) ? new ProgramStage(id) : this.#pace.isolation === "none" ? new LocalStage(id) : new ProcessStage(id);
      this.#stages.set(id, stage);
    }
    return stage;
  }

  /** Whether nothing was measured in the process so far. */
  isNew(id: string): boolean {
    return !this.#used.has(id);
  }

  used(id: string): void {
    this.#used.add(id);
  }

  /** Ends a process that cannot be used any more, or all of them. */
  async end(id?: string): Promise<void> {
    const ending = id === undefined ? [...this.#stages.keys()] : [id];
    for (const each of ending) {
      const stage = this.#stages.get(each);
      this.#stages.delete(each);
      this.#used.delete(each);
      await stage?.end();
    }
  }
}

const playerOf = (contender: Contender, stage: Stage): Player => ({
  contender,
  stage,
  failure: null,
  perCall: 0,
  calls: 1,
  next: 0,
  times: [],
  cpu: [],
  roundTrips: null,
  bytesOut: null,
  bytesIn: null,
  peakMemory: null,
  kept: null,
});

const foundOf = (player: Player): Found => {
  const { id, name, group } = player.contender;
  const { failure, times, cpu, calls, roundTrips, bytesOut, bytesIn, peakMemory, kept } = player;
  return { id, name, group, failure, times, cpu, callsPerRound: calls, roundTrips, bytesOut, bytesIn, peakMemory, kept };
};

export interface FieldRun {
  readonly scenario: Scenario;
  readonly database: BenchDatabase;
  readonly contenders: readonly Contender[];
  readonly pace: Pace;
  readonly modes: readonly Mode[];
  readonly proxy: CountingProxy | null;
  readonly stages: Stages;
  readonly say: (text: string) => void;
}

const verifyCalls = 3;

/** All modes of one scenario. */
export const runField = async (run: FieldRun): Promise<readonly Measurement[]> => {
  const { scenario, database, contenders, pace, stages, say } = run;
  const target = database.target(scenario.connections ?? 1);
  const players = contenders.map((contender) => playerOf(contender, stages.of(contender.id)));
  const here: Player[] = [];
  let expected: { readonly sum: number; readonly state: string; readonly of: string } | null = null;

  /** A contender that fails, or whose process ends, is out of this scenario, and the report says why. */
  const attempt = async (player: Player, work: () => Promise<void>): Promise<void> => {
    if (player.failure !== null) return;
    try {
      await work();
    } catch (error) {
      player.failure = error instanceof Error ? error.message.replaceAll("\n", " ").slice(0, 300) : String(error);
      say(`${player.contender.name}: ${player.failure}`);
      await stages.end(player.contender.id);
    }
  };

  const reseed = (): Promise<void> => database.reseed(scenario.users ?? 10_000);

  for (const player of players) {
    await attempt(player, async () => {
      await reseed();
      if (!(await player.stage.enter(scenario.name, target))) return;
      here.push(player);
      if (scenario.kind === "memory") {
        // One after the other: pools of fifty connections each would be too many for any server.
        player.kept = await player.stage.hold();
        await player.stage.leave();
        return;
      }
      const calls = Math.min(verifyCalls, scenario.mostCalls ?? verifyCalls);
      const { sum } = await player.stage.round(calls, 0);
      player.next = calls;
      const state = await database.state();
      const found = { sum: scenario.isComparable === true ? sum : 0, state, of: player.contender.name };
      expected ??= found;
      if (found.sum !== expected.sum) throw new Error(`Its result is not that of ${expected.of}.`);
      if (found.state !== expected.state)
        throw new Error(`It left other rows than ${expected.of}: ${found.state} instead of ${expected.state}.`);
    });
  }

  const turn = async (player: Player, calls: number): Promise<number> => {
    if (scenario.writes === true) {
      await reseed();
      player.next = 0;
    }
    const { time, cpu } = await player.stage.round(calls, player.next);
    player.next += calls;
    player.perCall = time / calls;
    const units = calls * (scenario.units ?? 1);
    player.times.push(time / units);
    player.cpu.push(cpu / units);
    return time;
  };

  /** Warms up, and finds how many calls a round takes: by the fastest turn, since one that was disturbed would leave rounds too short to get warm in. */
  const calibrate = async (player: Player): Promise<void> => {
    const most = scenario.mostCalls ?? 100_000;
    const [least, longest] = pace.warmUpMs;
    const enough = least * 1000 * (stages.isNew(player.contender.id) ? 3 : 1);
    let [spent, calls, fastest] = [0, 1, Infinity];
    const start = performance.now();
    do {
      spent += await turn(player, calls);
      fastest = Math.min(fastest, player.perCall);
      calls = Math.min(most, Math.max(scenario.concurrency ?? 1, Math.ceil((pace.roundMs * 1000) / fastest)));
      // What is not timed (tables made anew, connections opened) may take much longer than what is.
    } while (spent < enough && performance.now() - start < longest);
    stages.used(player.contender.id);
    player.calls = calls;
  };

  const rounds = async (): Promise<void> => {
    for (const player of here) {
      player.times.length = 0;
      await attempt(player, () => calibrate(player));
      player.times.length = 0;
      player.cpu.length = 0;
    }
    for (let round = 0; round < pace.rounds; round++) {
      for (let place = 0; place < here.length; place++) {
        const player = here[(place + round) % here.length]!;
        await attempt(player, async () => void (await turn(player, player.calls)));
      }
    }
  };

  const measurementOf = (mode: Mode): Measurement => ({
    scenario: scenario.name,
    title: scenario.title,
    unit: scenario.unit,
    database: database.kind,
    mode,
    found: players.filter((player) => here.includes(player) || player.failure !== null).map((player) => structuredClone(foundOf(player))),
  });

  const measurements: Measurement[] = [];
  if (scenario.kind === "memory") {
    measurements.push(measurementOf("free"));
  } else {
    for (const mode of run.modes.filter((each) => each !== "delay")) {
      const isAlone = scenario.isLocal === true || scenario.kind === "opening";
      if (mode === "pinned" && isAlone && run.modes.includes("free")) continue;
      const pids = [...here.map(({ stage }) => stage.pid), ...(await database.serverPids())];
      if (!pin(pids, mode === "pinned" && !isAlone) && mode === "pinned") {
        say("taskset does not work here: nothing is pinned");
        continue;
      }
      await rounds();
      for (const player of here) {
        await attempt(player, async () => {
          if (pace.isolation === "scenario") player.peakMemory = await player.stage.peakMemory();
        });
      }
      measurements.push(measurementOf(isAlone ? "free" : mode));
      pin(pids, false);
    }
    if (run.proxy !== null && scenario.isLocal !== true && scenario.kind === "time" && target.kind === "postgres") {
      const counted = await throughProxy({ ...run, proxy: run.proxy }, here, throughPort(target, run.proxy.port), {
        attempt,
        turn,
        reseed,
      });
      for (const measurement of measurements)
        Object.assign(measurement, { found: measurement.found.map((each) => withTraffic(each, counted)) });
      if (run.modes.includes("delay")) measurements.push(measurementOf("delay"));
    }
  }
  for (const player of here) await attempt(player, () => player.stage.leave());
  if (pace.isolation === "scenario") await stages.end();
  return measurements;
};

const withTraffic = (found: Found, players: readonly Player[]): Found => {
  const player = players.find(({ contender }) => contender.id === found.id);
  return player === undefined ? found : { ...found, roundTrips: player.roundTrips, bytesOut: player.bytesOut, bytesIn: player.bytesIn };
};

interface Turns {
  readonly attempt: (player: Player, work: () => Promise<void>) => Promise<void>;
  readonly turn: (player: Player, calls: number) => Promise<number>;
  readonly reseed: () => Promise<void>;
}

/** Counts what a warm call sends and waits for; and, with a delay, how long it takes then. */
const throughProxy = async (
  { scenario, pace, modes, proxy }: FieldRun & { readonly proxy: CountingProxy },
  players: readonly Player[],
  target: Target,
  { attempt, turn }: Turns,
): Promise<readonly Player[]> => {
  const calls = Math.min(scenario.mostCalls ?? 10, (scenario.concurrency ?? 1) * 10, scenario.users === undefined ? 640 : 1);
  for (const player of players) {
    await attempt(player, async () => {
      await player.stage.leave();
      player.times.length = 0;
      player.cpu.length = 0;
      await player.stage.enter(scenario.name, target);
      for (let times = 0; times < 3; times++) await turn(player, calls);
      proxy.take();
      await turn(player, calls);
      const { roundTrips, bytesOut, bytesIn } = proxy.take();
      player.roundTrips = roundTrips / calls;
      player.bytesOut = bytesOut / calls;
      player.bytesIn = bytesIn / calls;
      player.times.length = 0;
      player.cpu.length = 0;
      player.calls = calls;
      if (!modes.includes("delay")) return;
      proxy.delay = 1;
      for (let round = 0; round < Math.min(5, pace.rounds); round++) await turn(player, calls);
      proxy.delay = 0;
    }).finally(() => {
      proxy.delay = 0;
    });
  }
  return players;
};
