/**
 * Answers in Redis, for several processes: ioredis, an optional peer, named in this file alone.
 *
 *     petrel:answer:<key>     stamp, newline, the answer as text; Redis lets it go when its time is over
 *     petrel:table:<name>     what the stamp is made of: a random word, another one after every change. petrel:tables stands for all tables.
 *
 * An answer is true while the words of its tables are those of its stamp. A word that Redis has let go of comes back as another one. So nothing
 * that was void is ever true again, and `get` is one round trip.
 */
import { randomUUID } from "node:crypto";
import { ConfigurationError } from "../base/errors.ts";
import type { CacheStore, Found, KeptAnswer, Keeping } from "./cache-store.ts";
import { valueOf, valueText } from "./value-text.ts";

/** What is used of an ioredis client. */
export interface RedisClient {
  mget(...keys: string[]): Promise<(string | null)[]>;
  set(key: string, value: string, unit: "PX", ms: number): Promise<unknown>;
  setnx(key: string, value: string): Promise<unknown>;
  mset(...keysAndValues: string[]): Promise<unknown>;
  /** True for a client of a cluster. */
  readonly isCluster?: boolean;
  on(event: "error", heard: (error: Error) => void): unknown;
  disconnect(): void;
}

export interface RedisStoreOptions {
  /** What its keys begin with. Default `petrel:`, and `{petrel}:` on a cluster, where it must hold a hash tag: all keys lie in one slot. */
  readonly prefix?: string | undefined;
  /** How long Redis may take to answer, in milliseconds, before the database is asked. Default 500. */
  readonly timeoutMs?: number | undefined;
}

/** A store that has a connection. Close it when the engines that use it are closed; a client that was given stays open. */
export interface RedisStore extends CacheStore, AsyncDisposable {
  close(): Promise<void>;
}

const loadClient = async (url: string, timeoutMs: number): Promise<RedisClient> => {
  const { Redis: Client } = await import("ioredis").catch((cause: unknown) => {
    throw new ConfigurationError("redisStore() with a URL needs the package ioredis. Install it: npm install ioredis.", { cause });
  });
  // What cannot be sent now fails at once, and the database is asked.
  return new Client(url, { maxRetriesPerRequest: 0, enableOfflineQueue: true, commandTimeout: timeoutMs, connectTimeout: timeoutMs });
};

class Redis implements RedisStore {
  readonly isShared = true;
  readonly #client: RedisClient;
  readonly #isOwn: boolean;
  readonly #prefix: string;

  constructor(client: RedisClient, isOwn: boolean, prefix: string) {
    this.#client = client;
    this.#isOwn = isOwn;
    this.#prefix = prefix;
  }

  #tableKeys(tables: readonly string[]): string[] {
    return [`${this.#prefix}tables`, ...tables.map((table) => `${this.#prefix}table:${table}`)];
  }

  async get(key: string, tables: readonly string[]): Promise<Found> {
    const tableKeys = this.#tableKeys(tables);
    const [text = null, ...words] = await this.#client.mget(`${this.#prefix}answer:${key}`, ...tableKeys);
    if (words.includes(null)) return { answer: null, stamp: await this.#madeStamp(tableKeys) };
    const stamp = words.join(" ");
    return { answer: text === null ? null : answerOf(text, stamp), stamp };
  }

  /** The stamp, once every table has a word: of two processes that say one, the first one's stays. */
  async #madeStamp(tableKeys: readonly string[]): Promise<string> {
    await Promise.all(tableKeys.map((key) => this.#client.setnx(key, randomUUID())));
    const words = await this.#client.mget(...tableKeys);
    // A word that was let go of between the two: an answer under this stamp is never found.
    return words.map((word) => word ?? randomUUID()).join(" ");
  }

  async set(key: string, answer: KeptAnswer, { stamp, keepMs }: Keeping): Promise<void> {
    const { rows, count, columns, keptAt } = answer;
    await this.#client.set(
      `${this.#prefix}answer:${key}`,
      `${stamp}\n${valueText({ rows, count, columns, keptAt })}`,
      "PX",
      Math.max(1, Math.ceil(keepMs)),
    );
  }

  async invalidate(tables: readonly string[] | null): Promise<void> {
    const [all = "", ...keys] = this.#tableKeys(tables ?? []);
    const changed = tables === null ? [all] : keys;
    if (changed.length > 0) await this.#client.mset(...changed.flatMap((key) => [key, randomUUID()]));
  }

  // Nothing waits in it: what was not confirmed was not promised.
  async close(): Promise<void> {
    if (this.#isOwn) this.#client.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** What Redis Cluster makes the slot of: what stands between the first braces. */
const hashTag = /^[^{]*\{[^}]+\}/;

/** Commands that name several keys are answered by one node of a cluster only where all of them lie in one slot. */
const prefixFor = (client: RedisClient, given: string | undefined): string => {
  if (client.isCluster !== true) return given ?? "petrel:";
  const prefix = given ?? "{petrel}:";
  if (hashTag.test(prefix)) return prefix;
  throw new ConfigurationError(
    "redisStore() on a cluster asks for several keys at once, which have to lie in one slot. Give it a prefix with a hash tag, such as '{shop}:', or none.",
  );
};

/** The answer in a text that was kept under this stamp; `null` for any other, and for one that cannot be read. */
const answerOf = (text: string, stamp: string): KeptAnswer | null => {
  const end = text.indexOf("\n");
  if (text.slice(0, end) !== stamp) return null;
  try {
    return valueOf(text.slice(end + 1)) as KeptAnswer;
  } catch {
    return null;
  }
};

/**
 * A store in Redis, for `performance: { queryCache: { store } }`, by a URL (which needs the package ioredis) or a client of ioredis. Processes that use
 * one Redis and one prefix share their answers about one database, and what makes them void. While Redis does not answer, the database does.
 * A client of a cluster (`new Cluster([…])`) is taken, too: all keys of one store lie on one of its nodes. Throws `ConfigurationError` for a prefix without
 * a hash tag there.
 *
 *     await using store = await redisStore("redis://localhost:6379");
 *     await using engine = await createEngine(url, { performance: { queryCache: { store, ttl: 60 } } });
 */
export const redisStore = async (redis: string | RedisClient, { prefix, timeoutMs = 500 }: RedisStoreOptions = {}): Promise<RedisStore> => {
  if (typeof redis !== "string") {
    if (typeof redis !== "object" || redis === null || typeof redis.mget !== "function")
      throw new ConfigurationError("redisStore() takes a URL such as 'redis://localhost:6379', or a client of ioredis.");
    return new Redis(redis, false, prefixFor(redis, prefix));
  }
  if (!/^rediss?:\/\//.test(redis)) throw new ConfigurationError("redisStore() takes a URL that begins with redis:// or rediss://.");
  const client = await loadClient(redis, timeoutMs);
  // It connects again by itself; whoever asks meanwhile is told by the command that fails.
  client.on("error", () => {});
  return new Redis(client, true, prefixFor(client, prefix));
};
