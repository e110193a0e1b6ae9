/** Prints what was measured: one table a workload, with ratios to the contenders that a target names. */
import type { Measured } from "./measure.ts";

/** `contender` must not take more than `limit` times what `against` takes. */
export interface Target {
  readonly contender: string;
  readonly against: string;
  readonly limit: number;
}

const unit = (microseconds: number): string => {
  if (microseconds >= 1000) return `${(microseconds / 1000).toFixed(2)} ms`;
  return microseconds >= 1 ? `${microseconds.toFixed(2)} µs` : `${(microseconds * 1000).toFixed(0)} ns`;
};

/** The same with this process's own work, for databases that are processes of their own. */
export const printTableWithCpu = (title: string, measured: readonly Measured[]): void => {
  console.log(`\n${title}\n${"".padEnd(40)}${["median", "fastest", "95%", "client CPU"].map((word) => word.padStart(12)).join("")}`);
  for (const { name, median, fastest, slow, cpu } of measured) {
    console.log(name.padEnd(40) + [median, fastest, slow, cpu].map((time) => unit(time).padStart(12)).join(""));
  }
};

export const printTable = (title: string, measured: readonly Measured[]): void => {
  console.log(`\n${title}\n${"".padEnd(52)}${"median".padStart(11)}${"fastest".padStart(11)}${"95%".padStart(11)}`);
  for (const { name, median, fastest, slow } of measured) {
    console.log(name.padEnd(52) + [median, fastest, slow].map((time) => unit(time).padStart(11)).join(""));
  }
};

const timesOf = (measured: readonly Measured[], name: string): readonly number[] | null =>
  measured.find((each) => each.name === name)?.times ?? null;

/** The median of the ratios of each round: what slows the machine down slows both down. */
const ratioOf = (ours: readonly number[], theirs: readonly number[]): number => {
  const ratios = ours.map((time, round) => time / theirs[round]!).sort((a, b) => a - b);
  return ratios[ratios.length >> 1]!;
};

/** One line per target; those whose opponent is not installed are left out. */
export const printTargets = (measured: readonly Measured[], targets: readonly Target[]): void => {
  for (const { contender, against, limit } of targets) {
    const [ours, theirs] = [timesOf(measured, contender), timesOf(measured, against)];
    if (ours === null || theirs === null) continue;
    const ratio = ratioOf(ours, theirs);
    printVerdict(`${contender} / ${against}`, `${ratio.toFixed(2)} ×`, `${limit.toFixed(2)} ×`, ratio <= limit);
  }
};

export const printVerdict = (what: string, found: string, limit: string, isMet: boolean): void => {
  console.log(`  ${isMet ? "met   " : "missed"}  ${what}: ${found} (target: at most ${limit})`);
};

/** A limit in nanoseconds or bytes rather than against another contender. */
export const printLimit = (what: string, found: number, limit: number, of: string): void =>
  printVerdict(what, `${found.toFixed(0)} ${of}`, `${limit} ${of}`, found <= limit);
