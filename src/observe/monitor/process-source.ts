/** What this process asks of one database, as its seam shows it. */
import type { Database } from "../../engine/database.ts";
import { poolStatus } from "../../engine/pool-status.ts";
import { targetOf } from "../../engine/target.ts";
import type { Finished } from "../finished.ts";
import { watchEach } from "../finished.ts";
import type { NPlusOne } from "../n-plus-one.ts";
import { usualThreshold } from "../n-plus-one.ts";
import { NPlusOneWatch } from "../n-plus-one-watch.ts";
import { planOf } from "../plan-of.ts";
import type { ProcessFigures, StatementFigures } from "./sample.ts";

/** Texts beyond are counted, and not listed one by one. */
const mostTexts = 1000;
const mostDurations = 10_000;
const shown = 25;
const shownFindings = 20;

interface Sums {
  readonly sql: string;
  calls: number;
  totalMs: number;
  maxMs: number;
  rows: number;
  bytes: number | null;
  errors: number;
  callSite: string | null;
  plan: string | null;
  isAsked: boolean;
}

const figuresOf = (given: Sums): StatementFigures => {
  const { isAsked: _, ...sums } = given;
  return { ...sums, meanMs: sums.totalMs / sums.calls };
};

export class ProcessSource {
  readonly #database: Database;
  readonly #slowMs: number;
  readonly #texts = new Map<string, Sums>();
  readonly #found = new Map<string, NPlusOne>();
  readonly #stop: () => void;
  #durations: number[] = [];
  #count = 0;
  #errors = 0;
  #running = 0;
  #since = performance.now();

  constructor(database: Database, slowMs: number) {
    this.#database = database;
    this.#slowMs = slowMs;
    const repeated = new NPlusOneWatch(usualThreshold, (found) => this.#note(found));
    const stop = watchEach((statement) => {
      if (statement.host.identity !== database.identity) return null;
      this.#running++;
      repeated.add(statement);
      return (finished) => this.#add(finished);
    });
    this.#stop = () => {
      stop();
      repeated.forget();
    };
  }

  #note(found: NPlusOne): void {
    this.#found.delete(found.subject);
    this.#found.set(found.subject, found);
    if (this.#found.size > shownFindings) this.#found.delete(this.#found.keys().next().value!);
  }

  #add(finished: Finished): void {
    const { statement, duration, rows, error } = finished;
    this.#running--;
    this.#count++;
    if (error !== null) this.#errors++;
    // A sample of those beyond, so that none of them counts more than another.
    if (this.#durations.length < mostDurations) this.#durations.push(duration);
    else if (Math.random() < mostDurations / this.#count) this.#durations[Math.floor(Math.random() * mostDurations)] = duration;
    const sums = this.#sumsOf(statement.sql);
    if (sums === null) return;
    sums.calls++;
    sums.totalMs += duration;
    sums.maxMs = Math.max(sums.maxMs, duration);
    sums.rows += rows;
    if (statement.bytesReceived !== null) sums.bytes = (sums.bytes ?? 0) + statement.bytesReceived;
    if (error !== null) sums.errors++;
    sums.callSite ??= statement.callSite;
    if (duration < this.#slowMs || sums.isAsked || error !== null) return;
    sums.isAsked = true;
    void planOf(statement, false).then((plan) => (sums.plan = plan));
  }

  #sumsOf(sql: string): Sums | null {
    const known = this.#texts.get(sql);
    if (known !== undefined) return known;
    if (this.#texts.size >= mostTexts) return null;
    const made: Sums = { sql, calls: 0, totalMs: 0, maxMs: 0, rows: 0, bytes: null, errors: 0, callSite: null, plan: null, isAsked: false };
    this.#texts.set(sql, made);
    return made;
  }

  /** What there was since it was asked last, and the statements that took most of all time so far. */
  take(): ProcessFigures {
    const now = performance.now();
    const seconds = Math.max(0.001, (now - this.#since) / 1000);
    const sorted = Float64Array.from(this.#durations).sort();
    const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
    const figures: ProcessFigures = {
      perSecond: this.#count / seconds,
      errorsPerSecond: this.#errors / seconds,
      running: this.#running,
      latency: sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
      pool: targetOf(this.#database) === null ? null : poolStatus(this.#database),
      statements: [...this.#texts.values()]
        .sort((one, other) => other.totalMs - one.totalMs)
        .slice(0, shown)
        .map(figuresOf),
      repeated: [...this.#found.values()].reverse().map(({ message, fix, callSite }) => ({ message, fix, callSite })),
    };
    this.#since = now;
    this.#count = this.#errors = 0;
    this.#durations = [];
    return figures;
  }

  stop(): void {
    this.#stop();
  }
}
