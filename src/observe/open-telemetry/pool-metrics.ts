/** The pool of an engine as metrics: they are asked for when somebody collects, and cost nothing else. */
import type { Database } from "../../engine/database.ts";
import { poolStatus } from "../../engine/pool-status.ts";
import type { PoolStatus } from "../../engine/pool-status.ts";
import { targetOf } from "../../engine/target.ts";
import type { Attributes, OpenTelemetryApi } from "./api.ts";

type Observe = (status: PoolStatus, observe: (value: number, attributes?: Attributes) => void) => void;

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

/** `null` for a database without a pool. */
export const watchPool = (api: OpenTelemetryApi, engine: Database): (() => void) | null => {
  if (targetOf(engine) === null) return null;
  const name = { "db.client.connection.pool.name": poolName(engine) };
  const meter = api.metrics.getMeter("petrel");
  const stops = metrics.map(({ name: metric, unit, description, observe }) => {
    const counter = meter.createObservableUpDownCounter(metric, { description, unit });
    const callback = (result: { observe(value: number, attributes?: Attributes): void }): void =>
      observe(poolStatus(engine), (value, attributes = {}) => result.observe(value, { ...name, ...attributes }));
    counter.addCallback(callback);
    return () => counter.removeCallback(callback);
  });
  return () => {
    for (const stop of stops) stop();
  };
};
