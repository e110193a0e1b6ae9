/** A PostgreSQL database with its replicas, as one driver. */
import { ConfigurationError } from "../base/errors.ts";
import { milliseconds } from "../config/duration.ts";
import type { Duration } from "../config/duration.ts";
import type { Driver } from "../driver/driver.ts";
import { openPostgres } from "../driver/postgres/postgres-driver.ts";
import { Replica } from "../engine/replicas/replica.ts";
import { ReplicatedDriver } from "../engine/replicas/replicated-driver.ts";
import { Replicas } from "../engine/replicas/replicas.ts";
import { postgresOptions } from "./engine-options.ts";
import type { EngineOptions, MemoryPoolOptions, ReplicaOptions } from "./engine-options.ts";

const timeOf = (given: Duration | undefined, name: string, otherwise: number): number =>
  given === undefined ? otherwise : milliseconds(given, name);

const openReplica = (given: string | ReplicaOptions, at: number, shared: EngineOptions): Replica => {
  const { url, weight = 1, ...own } = typeof given === "string" ? { url: given } : given;
  if (typeof url !== "string" || !/^postgres(?:ql)?:/i.test(url))
    throw new ConfigurationError(`replicas[${at}] is neither a PostgreSQL URL nor an object with one: { url, weight }.`);
  if (!(Number.isFinite(weight) && weight > 0)) throw new ConfigurationError(`replicas[${at}].weight is a number above 0.`);
  const driver = openPostgres({ ...postgresOptions({ ...shared, ...own }), url });
  return new Replica(driver, driver.address, weight);
};

/** Opens nothing yet. Throws `ConfigurationError` for what cannot be right. */
export const openReplicated = (url: string, options: EngineOptions, memoryPool?: MemoryPoolOptions): Driver => {
  postgresOptions(options);
  const { replicas, readYourWrites = true, maxReplicaLag, replicaCheckInterval, ...shared } = options;
  const settings = {
    readYourWrites: typeof readYourWrites === "boolean" ? readYourWrites : milliseconds(readYourWrites, "readYourWrites"),
    maxLagMs: timeOf(maxReplicaLag, "maxReplicaLag", 10_000),
    intervalMs: Math.max(1, timeOf(replicaCheckInterval, "replicaCheckInterval", 1000)),
  };
  if (replicas === undefined || replicas.length === 0) return openPostgres({ ...postgresOptions(shared, memoryPool), url });
  if (!Array.isArray(replicas)) throw new ConfigurationError("replicas is an array of URLs, or of objects such as { url, weight: 2 }.");
  const copies = replicas.map((given: string | ReplicaOptions, at: number) => openReplica(given, at, shared));
  // With several hosts the primary is the one that takes writes, before and after a failover.
  const primary = openPostgres({ ...postgresOptions(shared, memoryPool), url, sessionAttributes: "read-write" });
  return new ReplicatedDriver(primary, new Replicas(primary, copies, settings));
};
