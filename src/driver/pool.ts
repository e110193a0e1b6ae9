/**
 * Lends connections of one database, fairly and each to one borrower at a time.
 *
 * Three kinds of use. *Shared*: a read that may stand in line behind other reads; it goes to the first connection whose line is short, so that
 * small reads travel together on few connections (one packet, one Sync) and long ones spread. *Exclusive*: one statement alone on a connection,
 * because it may wait for a lock: whatever stood behind it would wait too, perhaps for the very one who holds the lock. *Reserved*: a transaction.
 * Whoever has to wait stands in one queue, first come first served, shared ones too: otherwise reads would never let a connection become idle.
 */
import { ConnectionLost, DatabaseClosed, PoolTimeout, QueryCanceled, ServerUnavailable } from "../base/errors.ts";
import type { PetrelError } from "../base/errors.ts";
import type { PoolOptions } from "./pool-options.ts";
import { PoolWatch } from "./pool-watch.ts";
import type { Lent } from "./pool-watch.ts";

/** What the pool needs to know of a connection. */
export interface Pooled {
  /** Requests that are sent or queued and not answered yet. */
  readonly inFlight: number;
  /** How long the server will need for them, in microseconds, by experience. */
  readonly loadMicros: number;
  /** Nothing in flight, no transaction, no cancellation under way. */
  readonly isClean: boolean;
  readonly isOpen: boolean;
  readonly inTransaction: boolean;
  /** Someone changed settings of the session: `reset` before the next borrower. */
  readonly needsReset: boolean;
  /** The text of the last statement, without values. */
  readonly lastText: string | null;
  ping(): Promise<void>;
  reset(): Promise<void>;
  /** Nothing is expected: until something is sent, the connection alone does not keep the process. */
  rest(): void;
  /** Says goodbye to the server and closes the socket. */
  end(): void;
  /** Closes the socket now; everything in flight is rejected with `reason`. */
  destroy(reason: Error): void;
}

/** What a connection tells its pool. */
export interface PoolEvents {
  /** The last request in flight was answered. */
  readonly idle: () => void;
  readonly ended: () => void;
}

export type Connect<C extends Pooled> = (events: PoolEvents, signal: AbortSignal) => Promise<C>;

export type Use = "shared" | "exclusive" | "reserved";

export interface Slot<C extends Pooled> extends Lent {
  readonly connection: C;
  readonly id: number;
  readonly openedAt: number;
  use: Use | null;
  usedSince: number;
}

interface Waiter<C extends Pooled> {
  readonly use: Use;
  readonly lend: (slot: Slot<C>) => void;
  readonly fail: (error: Error) => void;
  readonly since: number;
  timer: NodeJS.Timeout | null;
  readonly forget: () => void;
}

export interface PoolStatus {
  readonly open: number;
  readonly idle: number;
  readonly busy: number;
  readonly reserved: number;
  readonly connecting: number;
  readonly waiting: number;
  readonly max: number;
  /** Connections that ended without our doing since the start. */
  readonly lost: number;
}

export interface Patience {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Lines shorter than this are joined; a longer one makes the next read go elsewhere. */
const shortLineMicros = 1000;
/** More than this at once is a storm on a server that has just come back. */
const maxConnectingAtOnce = 4;
const closeGraceMs = 5000;
/** A connection without work lets the process end after about so long. */
const restAfterMs = 100;

export const canceled = (signal: AbortSignal, ran: boolean): QueryCanceled =>
  new QueryCanceled(`The statement was stopped by its signal${ran ? "" : " before it was sent"}.`, {
    cause: signal.reason,
    mayHaveRun: ran,
  });

export class Pool<C extends Pooled> {
  readonly watch = new PoolWatch();
  readonly #connect: Connect<C>;
  readonly #options: PoolOptions;
  /** In order of age: the first ones get the shared statements, so the last ones fall idle and can be closed. */
  readonly #slots: Slot<C>[] = [];
  readonly #waiters = new Set<Waiter<C>>();
  readonly #stopConnecting = new AbortController();
  #connecting = 0;
  #failures = 0;
  /** Why the last connection could not be made; `null` once one could. */
  #lastFailure: Error | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #restTimer: NodeJS.Timeout | null = null;
  #lost = 0;
  #nextId = 1;
  #closed: Promise<void> | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(connect: Connect<C>, options: PoolOptions) {
    this.#connect = connect;
    this.#options = options;
  }

  /** A connection at once, or null where one has to wait (`wait`). The caller must use it in the same tick. */
  take(use: Use): Slot<C> | null {
    if (this.#closed !== null) throw closedError();
    if (this.#waiters.size > 0) return null;
    const slot = this.#pick(use);
    if (slot !== null) this.watch.lent(null);
    return slot;
  }

  /**
   * Waits in line; `lend` is called in the tick in which the connection is there. Rejects with `PoolTimeout`, which names every holder,
   * with `QueryCanceled` when the signal fires, with `DatabaseClosed`, or with the reason why no connection can be had.
   */
  wait<T>(use: Use, patience: Patience, lend: (slot: Slot<C>) => T | Promise<T>): Promise<T> {
    if (this.#closed !== null) return Promise.reject(closedError());
    if (patience.signal?.aborted === true) return Promise.reject(canceled(patience.signal, false));
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => leave(canceled(patience.signal!, false));
      const waiter: Waiter<C> = {
        use,
        since: performance.now(),
        timer: null,
        forget: () => {
          if (waiter.timer !== null) clearTimeout(waiter.timer);
          patience.signal?.removeEventListener("abort", abort);
          this.#waiters.delete(waiter);
        },
        fail: (error) => leave(error),
        lend: (slot) => {
          waiter.forget();
          this.watch.lent(waiter.since);
          try {
            resolve(lend(slot));
          } catch (error) {
            this.giveBack(slot);
            reject(error);
          }
        },
      };
      const leave = (error: Error): void => {
        waiter.forget();
        reject(error);
        // Whoever stood behind may have been waiting for this one only.
        this.#serve();
      };
      const limit = shorter(this.#options.acquireTimeoutMs, patience.timeoutMs);
      const tooLate = (): void => {
        this.watch.timedOut();
        leave(this.#timeoutError(limit));
      };
      if (limit > 0) waiter.timer = setTimeout(tooLate, limit);
      patience.signal?.addEventListener("abort", abort, { once: true });
      this.#waiters.add(waiter);
      this.#serve();
    });
  }

  /** The borrower of a reserved connection is done. It goes back once it is idle; in a transaction it is closed instead. */
  giveBack(slot: Slot<C>): void {
    if (slot.use === "reserved") slot.use = "exclusive";
    if (slot.connection.inFlight === 0) this.#settle(slot);
  }

  /** How many connections without work are kept at least, once opened, and at most. */
  get idleLimits(): { readonly min: number; readonly max: number } {
    return { min: this.#options.minConnections, max: this.#options.maxConnections };
  }

  get status(): PoolStatus {
    const idle = this.#slots.filter((slot) => slot.use === null).length;
    const reserved = this.#slots.filter((slot) => slot.use === "reserved").length;
    return {
      open: this.#slots.length,
      idle,
      busy: this.#slots.length - idle,
      reserved,
      connecting: this.#connecting,
      waiting: this.#waiters.size,
      max: this.#options.maxConnections + this.#options.maxOverflow,
      lost: this.#lost,
    };
  }

  /** Refuses what waits, lets what runs finish for at most five seconds, and always settles. */
  close(): Promise<void> {
    this.#closed ??= this.#shut();
    return this.#closed;
  }

  async #shut(): Promise<void> {
    // `#closed` is set by the caller before anything below can call back.
    await Promise.resolve();
    this.#stopConnecting.abort();
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer);
    if (this.#restTimer !== null) clearTimeout(this.#restTimer);
    for (const waiter of [...this.#waiters]) waiter.fail(closedError());
    for (const slot of [...this.#slots]) if (slot.connection.inFlight === 0) this.#discard(slot);
    if (this.#slots.length === 0 && this.#connecting === 0) return;
    const kill = setTimeout(() => {
      for (const slot of [...this.#slots]) slot.connection.destroy(closedError());
    }, closeGraceMs);
    await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    clearTimeout(kill);
  }

  #pick(use: Use): Slot<C> | null {
    const slot = use === "shared" ? this.#shareable() : this.#idle();
    if (slot === null) return null;
    if (slot.use !== use) {
      slot.use = use;
      slot.usedSince = Date.now();
      this.watch.begin(slot);
    }
    return slot;
  }

  #shareable(): Slot<C> | null {
    let best: Slot<C> | null = null;
    for (const slot of this.#slots) {
      if (slot.use !== null && slot.use !== "shared") continue;
      const connection = slot.connection;
      if (!connection.isOpen || (slot.use === null && this.#isStale(slot))) continue;
      if (connection.loadMicros < shortLineMicros) return slot;
      if (best === null || connection.loadMicros < best.connection.loadMicros) best = slot;
    }
    if (best !== null) this.#grow();
    return best;
  }

  #idle(): Slot<C> | null {
    for (let at = this.#slots.length - 1; at >= 0; at--) {
      const slot = this.#slots[at]!;
      if (slot.use === null && slot.connection.isClean && !this.#isStale(slot)) return slot;
    }
    return null;
  }

  #isStale(slot: Slot<C>): boolean {
    return Date.now() - slot.usedSince > this.#options.prePingAfterMs;
  }

  /** Serves the queue from its head for as long as there are connections, and sees to more of them. */
  #serve(): void {
    for (const waiter of this.#waiters) {
      const slot = this.#pick(waiter.use);
      if (slot === null) break;
      waiter.lend(slot);
    }
    if (this.#waiters.size === 0) return;
    this.#wakeStale();
    this.#grow();
  }

  /** Asks connections that were idle for long whether they are alive, as many as are waited for. */
  #wakeStale(): void {
    let wanted = this.#waiters.size;
    for (const slot of [...this.#slots]) {
      if (wanted-- <= 0) return;
      if (slot.use !== null || !this.#isStale(slot)) continue;
      slot.use = "exclusive";
      // A connection that is dead says so through `ended`.
      slot.connection.ping().catch(() => slot.connection.destroy(closedError()));
    }
  }

  #grow(): void {
    const limit = this.#options.maxConnections + this.#options.maxOverflow;
    const wanted = Math.max(1, this.#waiters.size);
    while (
      this.#closed === null &&
      this.#retryTimer === null &&
      this.#connecting < Math.min(maxConnectingAtOnce, wanted) &&
      this.#slots.length + this.#connecting < limit
    ) {
      void this.#open();
    }
  }

  async #open(): Promise<void> {
    this.#connecting++;
    const since = performance.now();
    let slot: Slot<C> | null = null;
    const events: PoolEvents = {
      idle: () => slot !== null && this.#onIdle(slot),
      ended: () => slot !== null && this.#onEnded(slot),
    };
    try {
      const connection = await this.#connect(events, this.#stopConnecting.signal);
      if (!connection.isOpen) throw new ConnectionLost("The connection ended as soon as it was open.", { mayHaveRun: false });
      slot = { connection, id: this.#nextId++, openedAt: Date.now(), use: null, usedSince: Date.now(), lentAt: 0 };
    } catch (error) {
      this.#connecting--;
      return this.#onConnectFailed(error as Error);
    }
    this.#connecting--;
    this.#failures = 0;
    this.#lastFailure = null;
    this.watch.opened(since);
    this.#slots.push(slot);
    this.#sweepLater();
    this.#restLater();
    this.#settle(slot);
  }

  /** Waiting longer helps only where the server is starting, or where connections are open that will come back. */
  #onConnectFailed(error: Error): void {
    if (this.#closed !== null) return this.#checkEmpty();
    this.#failures++;
    this.#lastFailure = error;
    const pauseMs = Math.min(1000, 20 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = null;
      if (this.#waiters.size > 0) this.#grow();
    }, pauseMs);
    if (this.#slots.length > 0 || error instanceof ServerUnavailable) return;
    for (const waiter of [...this.#waiters]) waiter.fail(error);
  }

  #onIdle(slot: Slot<C>): void {
    if (this.#restTimer === null) this.#restLater();
    if (slot.use === "reserved" && this.#closed === null) return;
    this.#settle(slot);
  }

  #onEnded(slot: Slot<C>): void {
    const at = this.#slots.indexOf(slot);
    if (at < 0) return;
    this.#slots.splice(at, 1);
    this.#lost++;
    this.watch.end(slot);
    this.#checkEmpty();
    this.#serve();
  }

  /** A connection came to rest: it is lent on, kept, cleaned or closed. */
  #settle(slot: Slot<C>): void {
    const { connection } = slot;
    slot.usedSince = Date.now();
    this.watch.end(slot);
    if (!connection.isOpen) return;
    if (this.#closed !== null) return this.#discard(slot);
    if (connection.needsReset && !connection.inTransaction) {
      slot.use = "exclusive";
      connection.reset().catch(() => this.#discard(slot));
      return;
    }
    const isOld = this.#options.maxLifetimeMs > 0 && Date.now() - slot.openedAt > this.#options.maxLifetimeMs;
    const isExtra = this.#slots.length > this.#options.maxConnections && this.#waiters.size === 0;
    if (!connection.isClean || isOld || isExtra) {
      this.#discard(slot);
      if (this.#waiters.size > 0) this.#grow();
      return;
    }
    slot.use = null;
    if (this.#waiters.size > 0) this.#serve();
  }

  #discard(slot: Slot<C>): void {
    const at = this.#slots.indexOf(slot);
    if (at >= 0) this.#slots.splice(at, 1);
    if (slot.connection.inFlight > 0 || slot.connection.inTransaction) slot.connection.destroy(closedError());
    else slot.connection.end();
    this.#checkEmpty();
  }

  #checkEmpty(): void {
    if (this.#slots.length === 0 && this.#connecting === 0) this.#onEmpty?.();
  }

  /** Only now and then, because telling the event loop costs more than a look at the clock. */
  #restLater(): void {
    this.#restTimer ??= setTimeout(() => {
      this.#restTimer = null;
      for (const { connection } of this.#slots) if (connection.inFlight === 0) connection.rest();
    }, restAfterMs).unref();
  }

  #sweepLater(): void {
    const { idleTimeoutMs, maxLifetimeMs } = this.#options;
    const shortest = Math.min(...[idleTimeoutMs, maxLifetimeMs].filter((ms) => ms > 0));
    if (this.#sweepTimer !== null || !Number.isFinite(shortest)) return;
    this.#sweepTimer = setTimeout(
      () => {
        this.#sweepTimer = null;
        this.#sweep();
        if (this.#slots.length > 0) this.#sweepLater();
      },
      Math.max(10, Math.min(60_000, shortest / 2)),
    );
    this.#sweepTimer.unref();
  }

  #sweep(): void {
    const { idleTimeoutMs, maxLifetimeMs, minConnections } = this.#options;
    const now = Date.now();
    for (const slot of [...this.#slots].reverse()) {
      if (slot.use !== null) continue;
      const isOld = maxLifetimeMs > 0 && now - slot.openedAt > maxLifetimeMs;
      const isIdle = idleTimeoutMs > 0 && now - slot.usedSince > idleTimeoutMs && this.#slots.length > minConnections;
      if (isOld || isIdle) this.#discard(slot);
    }
  }

  #timeoutError(limitMs: number): PetrelError {
    const holders = this.#slots.map((slot) => {
      const age = ((Date.now() - slot.usedSince) / 1000).toFixed(1);
      const state = slot.connection.inTransaction ? "in a transaction" : slot.use === "reserved" ? "reserved, no transaction" : "running";
      const text = slot.connection.lastText?.replaceAll(/\s+/g, " ").slice(0, 120) ?? "nothing yet";
      return `#${slot.id} for ${age} s, ${state}, last statement: ${text}`;
    });
    const opening = this.#connecting === 0 ? "" : ` and ${this.#connecting} being opened`;
    const held = `${holders.length === 0 ? "None is" : `${holders.length} are`} open${opening}${holders.length === 0 ? "" : `. ${holders.join("; ")}`}`;
    const failure = this.#lastFailure;
    const advice = `End transactions sooner, raise maxConnections (now ${this.#options.maxConnections}), or wait longer (acquireTimeoutMs).`;
    const why = failure === null ? advice : `Another could not be opened: ${failure.message}`;
    return new PoolTimeout(`No connection became free within ${limitMs} ms. ${held}. ${why}`, {
      mayHaveRun: false,
      ...(failure === null ? {} : { cause: failure }),
    });
  }
}

const closedError = (): DatabaseClosed =>
  new DatabaseClosed("The database is closed: nothing can be run on it any more.", { mayHaveRun: false });

const shorter = (a: number, b: number | undefined): number => (b === undefined || b <= 0 ? a : a <= 0 ? b : Math.min(a, b));
