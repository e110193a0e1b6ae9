/** Tells when something needs looking at: a slow query, a heap that fills, a pool that runs dry. */
import { getHeapStatistics } from "node:v8";
import { ConfigurationError } from "../base/errors.ts";
import type { Database } from "../engine/database.ts";
import { poolStatus } from "../engine/pool-status.ts";
import { watchEach } from "./finished.ts";
import { shortened } from "./shortened.ts";

export type AlertKind = "slowQuery" | "highMemory" | "poolUsage";

export interface Alert {
  readonly kind: AlertKind;
  /** A sentence without parameter values. */
  readonly message: string;
  /** What was measured: milliseconds, or a share between 0 and 1. */
  readonly value: number;
  readonly threshold: number;
}

export interface AlertOptions {
  /** From how many milliseconds on a statement is slow. 1000 unless said. */
  readonly slowQueryMs?: number | undefined;
  /** The share of the heap's limit that may be used. 0.8 unless said. */
  readonly highMemory?: number | undefined;
  /** The share of the pool's connections that may be in use. 0.9 unless said. */
  readonly poolUsage?: number | undefined;
  /** How far below a threshold a share must fall before it can alert again. 0.05 unless said. */
  readonly hysteresis?: number | undefined;
  /** The engine whose pool is watched; without it, none is. */
  readonly engine?: Database | undefined;
  /** Milliseconds between two looks at memory and pool. 5000 unless said. */
  readonly interval?: number | undefined;
}

type Listener = (alert: Alert) => void;
type EventName = "alert" | "resolved";

const shareOf = (option: string, given: number): number => {
  if (typeof given === "number" && given >= 0 && given <= 1) return given;
  throw new ConfigurationError(`AlertManager: ${option} is a share between 0 and 1, as in 0.8.`);
};

const millisecondsOf = (option: string, given: number): number => {
  if (typeof given === "number" && given >= 0 && given < 2 ** 31) return given;
  throw new ConfigurationError(`AlertManager: ${option} is a number of milliseconds.`);
};

const heapUsage = (): number => {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
};

/**
 * Each slow statement is an alert. Memory and pool alert once when they cross their threshold, and are `resolved` when they are clearly below it again.
 *
 *     using alerts = new AlertManager({ slowQueryMs: 500, engine });
 *     alerts.on("alert", ({ message }) => console.error(message));
 */
export class AlertManager implements Disposable {
  readonly #thresholds: { readonly highMemory: number; readonly poolUsage: number };
  readonly #hysteresis: number;
  readonly #engine: Database | null;
  readonly #listeners: Readonly<Record<EventName, Set<Listener>>> = { alert: new Set(), resolved: new Set() };
  readonly #raised = new Set<AlertKind>();
  readonly #timer: NodeJS.Timeout;
  readonly #stopWatching: () => void;

  constructor(options: AlertOptions = {}) {
    const { slowQueryMs = 1000, highMemory = 0.8, poolUsage = 0.9, hysteresis = 0.05, engine = null, interval = 5000 } = options;
    const slow = millisecondsOf("slowQueryMs", slowQueryMs);
    this.#thresholds = { highMemory: shareOf("highMemory", highMemory), poolUsage: shareOf("poolUsage", poolUsage) };
    this.#hysteresis = shareOf("hysteresis", hysteresis);
    this.#engine = engine;
    this.#timer = setInterval(() => this.check(), millisecondsOf("interval", interval));
    this.#timer.unref();
    this.#stopWatching = watchEach(() => ({ statement, duration }) => {
      if (duration < slow) return;
      const message = `Slow query (${(duration / 1000).toFixed(3)}s): ${shortened(statement.sql, 100)}`;
      this.#tell("alert", { kind: "slowQuery", message, value: duration, threshold: slow });
    });
  }

  /** Calls `listener` for every alert, or when one is `resolved`, until the returned function is called. What it throws is an uncaught exception. */
  on(event: EventName, listener: Listener): () => void {
    if (event !== "alert" && event !== "resolved") throw new ConfigurationError("AlertManager has the events 'alert' and 'resolved'.");
    if (typeof listener !== "function") throw new ConfigurationError("AlertManager.on() takes a function that gets the alert.");
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  /** Looks at memory and pool now. A timer does so every `interval`. */
  check(): void {
    this.#judge("highMemory", heapUsage(), "of the heap's limit is used");
    if (this.#engine === null) return;
    const { available, total } = poolStatus(this.#engine);
    this.#judge("poolUsage", (total - available) / total, "of the pool's connections are in use");
  }

  #judge(kind: "highMemory" | "poolUsage", value: number, what: string): void {
    const threshold = this.#thresholds[kind];
    const alert = { kind, message: `${Math.round(value * 100)}% ${what}.`, value, threshold };
    if (!this.#raised.has(kind)) {
      if (value <= threshold) return;
      this.#raised.add(kind);
      this.#tell("alert", alert);
    } else if (value <= Math.max(0, threshold - this.#hysteresis)) {
      this.#raised.delete(kind);
      this.#tell("resolved", alert);
    }
  }

  #tell(event: EventName, alert: Alert): void {
    // A listener's mistake is nobody's query's.
    for (const listener of this.#listeners[event]) queueMicrotask(() => listener(alert));
  }

  /** Watches no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stopWatching();
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
