/**
 * Answers of queries, kept and given again until they are too old or a write has made them void.
 *
 *     read ─▶ kept and young ─────────────────────────────────▶ answer
 *          ├▶ kept, older than ttl, not than stale as well ───▶ answer; a new one is fetched behind it
 *          ├▶ somebody asks the same already ────────▶ wait ──▶ answer
 *          └▶ ask the database ──▶ keep, if no table changed ─▶ answer
 *
 * Void means: one of its tables was changed by this process, or by one that shares the store or notifies. The stamp that says so is taken before the
 * database is asked. So an answer from before a commit is never kept after it, and a question from after it never waits for one from before.
 */
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { AnswerCache, AnswerSource } from "../engine/answer-cache.ts";
import type { CacheChoice } from "../engine/cache-choice.ts";
import type { Plan } from "../engine/plans/plan.ts";
import type { Rows } from "../engine/run.ts";
import { CacheKeys, UnknownValue } from "./cache-key.ts";
import { CacheCounts } from "./cache-stats.ts";
import type { CacheStats } from "./cache-stats.ts";
import type { CacheStore, Found, KeptAnswer } from "./cache-store.ts";
import { Flight } from "./flight.ts";
import { Invalidation } from "./invalidation.ts";
import { kept, lent } from "./kept-rows.ts";
import type { CacheSettings } from "./settings.ts";
import { withoutTables } from "./without-tables.ts";

/** One question, while it is answered. */
interface Question {
  readonly source: AnswerSource;
  readonly plan: Plan;
  readonly values: readonly unknown[];
  readonly key: string;
  readonly tables: readonly string[];
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly signal: AbortSignal | undefined;
}

export class QueryCache implements AnswerCache {
  readonly #settings: CacheSettings;
  readonly #store: CacheStore;
  readonly #keys: CacheKeys;
  readonly #counts = new CacheCounts();
  readonly #invalidation: Invalidation;
  readonly #flights = new Map<string, Flight<KeptAnswer | null>>();
  readonly #refreshing = new Set<string>();
  readonly #closing: (() => void)[] = [];

  constructor(settings: CacheSettings, database: string) {
    this.#settings = settings;
    this.#store = settings.store;
    this.#keys = new CacheKeys(settings.isOwnStore ? null : database, settings.store.isShared);
    this.#invalidation = new Invalidation(settings.store, () => this.failed());
  }

  get stats(): CacheStats {
    return this.#counts.stats(this.#store.size ?? null);
  }

  /** Makes the answers about these tables void; `null`: all. */
  changed(tables: readonly string[] | null): void {
    this.#counts.invalidations++;
    this.#invalidation.changed(tables);
  }

  /** Counts a failure that no query hears of. */
  failed(): void {
    this.#counts.errors++;
  }

  /** Calls `close` when the database is closed. */
  whenClosed(close: () => void): void {
    this.#closing.push(close);
  }

  close(): void {
    this.#invalidation.close();
    for (const close of this.#closing.splice(0)) close();
  }

  read(source: AnswerSource, plan: Plan, values: readonly unknown[], choice: CacheChoice, signal?: AbortSignal): MaybePromise<Rows> {
    if (!this.#takesPart(plan, choice) || signal?.aborted === true) return this.#past(source, plan, values, signal);
    const tables = choice.tables === null ? plan.reads : [...plan.reads, ...choice.tables];
    if (this.#invalidation.isUnsettled(tables)) return this.#past(source, plan, values, signal);
    let key: string;
    try {
      key = this.#keys.keyOf(plan, values, source.contextKey);
    } catch (error) {
      if (error instanceof UnknownValue) return this.#past(source, plan, values, signal);
      throw error;
    }
    const { ttlMs, staleMs } = this.#settings;
    const question: Question = {
      source,
      plan,
      values,
      key,
      tables,
      ttlMs: choice.ttlMs ?? ttlMs,
      staleMs: choice.staleMs ?? staleMs,
      signal,
    };
    const found = this.#found(question);
    return found instanceof Promise ? found.then((later) => this.#answer(question, later)) : this.#answer(question, found);
  }

  #takesPart(plan: Plan, choice: CacheChoice): boolean {
    const { enabled } = this.#settings;
    if (enabled === false || (enabled === "asked" && !choice.isAsked) || plan.locks) return false;
    // SQL of the caller's own may read any table.
    if (!plan.mayWrite || choice.tables !== null) return true;
    if (choice.isAsked) throw withoutTables(plan);
    return false;
  }

  #past(source: AnswerSource, plan: Plan, values: readonly unknown[], signal: AbortSignal | undefined): MaybePromise<Rows> {
    this.#counts.bypassed++;
    return source.run(plan, values, signal);
  }

  /** `null` where the store cannot say. */
  #found({ key, tables }: Question): MaybePromise<Found | null> {
    const failed = (): null => {
      this.failed();
      return null;
    };
    try {
      const found = this.#store.get(key, tables);
      return found instanceof Promise ? found.catch(failed) : found;
    } catch {
      return failed();
    }
  }

  #answer(question: Question, found: Found | null): MaybePromise<Rows> {
    const { plan, tables, ttlMs, staleMs, source, values, signal } = question;
    // While the store was asked, something may have been committed.
    if (found === null || this.#invalidation.isUnsettled(tables)) return this.#past(source, plan, values, signal);
    const { answer, stamp } = found;
    if (answer === null) return this.#ask(question, stamp);
    const age = Date.now() - answer.keptAt;
    if (age < 0 || age >= ttlMs + staleMs) return this.#ask(question, stamp);
    this.#counts.hits++;
    if (age >= ttlMs) {
      this.#counts.stale++;
      this.#refresh(question, stamp);
    }
    return lent(answer, plan.shape.form === "tuples");
  }

  #ask(question: Question, stamp: Found["stamp"]): MaybePromise<Rows> {
    const { source, plan, values, key, tables, signal } = question;
    const epoch = this.#invalidation.epoch(tables);
    const others = this.#flights.get(key);
    if (others !== undefined && others.epoch === epoch && others.isUnderWay) {
      this.#counts.joined++;
      return this.#landed(question, others);
    }
    this.#counts.misses++;
    const flight = new Flight<KeptAnswer | null>(epoch, signal !== undefined);
    const answer = source.ask(plan, values, flight.signal);
    if (!(answer instanceof Promise)) return this.#given(answer, this.#keep(question, stamp, answer), plan);
    let own: Rows;
    flight.begin(answer.then((rows) => this.#keep(question, stamp, (own = rows))));
    this.#flights.set(key, flight);
    const leave = (): void => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    answer.then(leave, leave);
    return flight.join(signal).then((keptAnswer) => this.#given(own, keptAnswer, plan));
  }

  /** What is not kept belongs to the one who asked. */
  #given(rows: Rows, answer: KeptAnswer | null, { shape }: Plan): Rows {
    return answer === null ? rows : lent(answer, shape.form === "tuples");
  }

  async #landed({ source, plan, values, signal }: Question, flight: Flight<KeptAnswer | null>): Promise<Rows> {
    const answer = await flight.join(signal);
    return answer === null ? source.run(plan, values, signal) : lent(answer, plan.shape.form === "tuples");
  }

  #keep({ key, tables, ttlMs, staleMs }: Question, stamp: Found["stamp"], rows: Rows): KeptAnswer | null {
    const answer = rows.rows.length > this.#settings.maxRows ? null : kept(rows, Date.now());
    if (answer === null) {
      this.#counts.refused++;
      return null;
    }
    try {
      const done = this.#store.set(key, answer, { tables, stamp, keepMs: ttlMs + staleMs });
      if (done instanceof Promise) done.catch(() => this.failed());
    } catch {
      this.failed();
    }
    return answer;
  }

  /** Fetches a new answer behind the one that was given: in a turn of its own, as SQLite answers at once. */
  #refresh(question: Question, stamp: Found["stamp"]): void {
    const { key } = question;
    if (this.#refreshing.has(key)) return;
    this.#refreshing.add(key);
    setImmediate(() => {
      this.#fetch({ ...question, signal: undefined }, stamp)
        .catch(() => this.failed())
        .finally(() => this.#refreshing.delete(key));
    });
  }

  async #fetch(question: Question, stamp: Found["stamp"]): Promise<void> {
    await this.#ask(question, stamp);
  }
}
