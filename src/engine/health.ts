/** Whether the servers of a database answer, asked now. */
import type { Driver, Request } from "../driver/driver.ts";
import type { DriverFeatures } from "../driver/features.ts";
import { ReplicatedDriver } from "./replicas/replicated-driver.ts";

export interface ServerHealth {
  /** `host:port`; `null` where there is no server. */
  readonly address: string | null;
  /** How long it took to answer; `null` when it did not. */
  readonly latencyMs: number | null;
  /** What is wrong, in a sentence without secrets; `null` when nothing is. */
  readonly problem: string | null;
}

export interface ReplicaHealth extends ServerHealth {
  /** Whether reads may go there now: it is well, and not too far behind. */
  readonly isReady: boolean;
  /** How far behind the primary, at most. */
  readonly lagMs: number;
  /** How many statements and transactions were sent to it since the engine was made. */
  readonly statements: number;
}

export interface Health {
  /** Whether the primary answers. */
  readonly isHealthy: boolean;
  readonly primary: ServerHealth;
  readonly replicas: readonly ReplicaHealth[];
}

const patienceMs = 5000;
const question: Request = {
  text: "SELECT 1",
  values: [],
  writes: false,
  readsOnly: true,
  bigints: false,
  batched: false,
  timeoutMs: patienceMs,
};

const primaryHealth = async (driver: Driver & DriverFeatures): Promise<ServerHealth> => {
  const address = driver.address ?? null;
  const start = performance.now();
  try {
    await driver.run(question);
    return { address, latencyMs: performance.now() - start, problem: null };
  } catch (error) {
    return { address, latencyMs: null, problem: error instanceof Error ? error.message : "It failed." };
  }
};

/** Never rejects: what is wrong is the answer. */
export const healthOf = async (driver: Driver): Promise<Health> => {
  const replicated = driver instanceof ReplicatedDriver ? driver.replicas : null;
  const [primary] = await Promise.all([
    primaryHealth(driver instanceof ReplicatedDriver ? driver.towards("primary") : driver),
    replicated?.refresh(),
  ]);
  const replicas = (replicated?.all ?? []).map((replica): ReplicaHealth => {
    const { address, latencyMs, problem, lagMs, statements } = replica;
    return { address, latencyMs, problem, isReady: replicated!.isReady(replica), lagMs, statements };
  });
  return { isHealthy: primary.problem === null, primary, replicas };
};
