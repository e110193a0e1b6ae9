/** What was measured of one contender, and what the rounds say. Plain data: this is what stands in the results' JSON. */
import type { Group } from "./operations.ts";
import type { DatabaseKind } from "./target.ts";

export type Mode = "free" | "pinned" | "delay";

export interface Found {
  readonly id: string;
  readonly name: string;
  readonly group: Group;
  /** Why there are no figures: it failed, or gave another result than the others. */
  readonly failure: string | null;
  /** Microseconds per unit, a figure a round, in order; empty for memory. */
  readonly times: readonly number[];
  /** Of this process's processors, likewise. */
  readonly cpu: readonly number[];
  readonly callsPerRound: number;
  /** Per call, through a proxy that counts; null where nothing crosses a wire. */
  readonly roundTrips: number | null;
  readonly bytesOut: number | null;
  readonly bytesIn: number | null;
  /** Bytes; the peak is of a process that did this scenario, null where it did others too. */
  readonly peakMemory: number | null;
  readonly kept: number | null;
}

export interface Measurement {
  readonly scenario: string;
  readonly title: string;
  readonly unit: string;
  readonly database: DatabaseKind;
  readonly mode: Mode;
  readonly found: readonly Found[];
}

export interface Run {
  readonly format: "petrel-results-1";
  readonly takenAt: string;
  readonly commit: string;
  /** How it was run: quick, smoke, full. */
  readonly pace: string;
  readonly rounds: number;
  readonly isIsolated: boolean;
  readonly machine: { readonly processor: string; readonly cores: number; readonly memory: number; readonly system: string };
  readonly versions: Readonly<Record<string, string>>;
  readonly databases: Readonly<Record<string, string>>;
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly measurements: readonly Measurement[];
}

const sortedOf = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b);

/** Between two values where the middle has none. */
export const median = (values: readonly number[]): number => {
  const sorted = sortedOf(values);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly p95: number;
  /** The middle half of the rounds lies between these. */
  readonly quartiles: readonly [number, number];
  readonly standardDeviation: number;
  readonly cpu: number;
}

export const summaryOf = ({ times, cpu }: Found): Summary | null => {
  if (times.length === 0) return null;
  const sorted = sortedOf(times);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * part) - 1))]!;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  return {
    median: median(times),
    min: sorted[0]!,
    p95: at(0.95),
    quartiles: [at(0.25), at(0.75)],
    standardDeviation: times.length < 2 ? 0 : Math.sqrt(squares / (times.length - 1)),
    cpu: median(cpu),
  };
};

/** The median of the ratios of each round: what slows the machine down slows both down. Of memory, the plain ratio. Null where one has no figures. */
export const ratioOf = (one: Found, other: Found): number | null => {
  if (one.kept !== null && other.kept !== null) return other.kept === 0 ? null : one.kept / other.kept;
  const rounds = Math.min(one.times.length, other.times.length);
  if (rounds === 0) return null;
  return median(one.times.slice(0, rounds).map((time, round) => time / other.times[round]!));
};

/** Petrel's contender that others are compared with: the engine where it can do it, otherwise the session. */
export const petrelOf = ({ found }: Measurement): Found | null =>
  ["petrel-engine", "petrel-session", "petrel-raw"].map((id) => hasFigures(found, id)).find((each) => each !== null) ?? null;

/** The bare driver that everyone is compared with: pg, or better-sqlite3. */
export const driverOf = ({ found, database }: Measurement): Found | null =>
  hasFigures(found, database === "postgres" ? "pg" : "better-sqlite3");

const hasFigures = (found: readonly Found[], id: string): Found | null =>
  found.find((each) => each.id === id && (each.times.length > 0 || each.kept !== null)) ?? null;
