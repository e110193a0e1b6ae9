/**
 * The pool of an engine as metrics, by the conventions for pools, which are not stable yet: https://opentelemetry.io/docs/specs/semconv/db/database-metrics/.
 * What can be counted is asked for when somebody collects; what takes time is told by the pool.
 */
import type { Database } from "../../engine/database.ts";
import { idleLimits, poolStatus, watchPool } from "../../engine/pool-status.ts";
import type { PoolStatus } from "../../engine/pool-status.ts";
import { targetOf } from "../../engine/target.ts";
import type { Attributes, OpenTelemetryApi } from "./api.ts";

type Status = PoolStatus & { readonly idleMin: number; readonly idleMax: number };
type Observe = (status: Status, observe: (value: number, attributes?: Attributes) => void) => void;

interface PoolMetric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly observe: Observe;
}

const metrics: readonly PoolMetric[] = [
  {
    name: "db.client.connection.count",
    unit: "{connection}",
    description: "The number of connections that are currently in the state described by the state attribute.",
    observe: ({ idle, busy }, observe) => {
      observe(idle, { "db.client.connection.state": "idle" });
      observe(busy, { "db.client.connection.state": "used" });
    },
  },
  {
    name: "db.client.connection.idle.max",
    unit: "{connection}",
    description: "The maximum number of idle open connections allowed.",
    observe: ({ idleMax }, observe) => observe(idleMax),
  },
  {
    name: "db.client.connection.idle.min",
    unit: "{connection}",
    description: "The minimum number of idle open connections allowed.",
    observe: ({ idleMin }, observe) => observe(idleMin),
  },
  {
    name: "db.client.connection.max",
    unit: "{connection}",
    description: "The maximum number of open connections allowed.",
    observe: ({ total }, observe) => observe(total),
  },
  {
    name: "db.client.connection.pending_requests",
    unit: "{request}",
    description: "The number of current pending requests for an open connection.",
    observe: ({ waiting }, observe) => observe(waiting),
  },
];

const poolName = (engine: Database): string => {
  const target = targetOf(engine);
  return target === null ? "petrel" : `${target.host}:${target.port}/${target.database}`;
};

const times = {
  create: ["db.client.connection.create_time", "The time it took to create a new connection."],
  wait: ["db.client.connection.wait_time", "The time it took to obtain an open connection from the pool."],
  use: ["db.client.connection.use_time", "The time between borrowing a connection and returning it to the pool."],
} as const;

/** Seconds: the conventions advise no buckets, and a pool is fast. */
const seconds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** `null` for a database without a pool. */
export const measurePool = (api: OpenTelemetryApi, engine: Database): (() => void) | null => {
  if (targetOf(engine) === null) return null;
  const attributes = { "db.client.connection.pool.name": poolName(engine) };
  const meter = api.metrics.getMeter("petrel");
  const { min, max } = idleLimits(engine);
  const status = (): Status => ({ ...poolStatus(engine), idleMin: min, idleMax: max });
  const stops = metrics.map(({ name, unit, description, observe }) => {
    const counter = meter.createObservableUpDownCounter(name, { description, unit });
    const callback = (result: { observe(value: number, attributes?: Attributes): void }): void =>
      observe(status(), (value, more = {}) => result.observe(value, { ...attributes, ...more }));
    counter.addCallback(callback);
    return () => counter.removeCallback(callback);
  });
  const record = ([name, description]: (typeof times)[keyof typeof times]): ((ms: number) => void) => {
    const histogram = meter.createHistogram(name, { description, unit: "s", advice: { explicitBucketBoundaries: seconds } });
    return (ms) => histogram.record(ms / 1000, attributes);
  };
  const timeouts = meter.createCounter("db.client.connection.timeouts", {
    description: "The number of connection timeouts that have occurred trying to obtain a connection from the pool.",
    unit: "{timeout}",
  });
  const timedOut = (): void => timeouts.add(1, attributes);
  const stopTimes = watchPool(engine, { opened: record(times.create), lent: record(times.wait), returned: record(times.use), timedOut });
  return () => {
    stopTimes();
    for (const stop of stops) stop();
  };
};
