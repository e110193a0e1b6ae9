/** Who answers, on servers that come, go, lag and fail as the test says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthenticationFailed, ConnectionLost, PoolTimeout, QueryError, SerializationFailure } from "../../../src/base/errors.ts";
import type { Answer, Driver, Request, ReservedConnection } from "../../../src/driver/driver.ts";
import type { DriverFeatures, Standing } from "../../../src/driver/features.ts";
import { chosen, Replica } from "../../../src/engine/replicas/replica.ts";
import { ReplicatedDriver } from "../../../src/engine/replicas/replicated-driver.ts";
import { Replicas } from "../../../src/engine/replicas/replicas.ts";
import type { ReplicaSettings } from "../../../src/engine/replicas/replicas.ts";
import { until } from "../../support/waiting.ts";

const nothing: Answer = { rows: [], count: 0, columns: [] };
const asking = (text: string, readsOnly = true): Request => ({
  text,
  values: [],
  writes: !readsOnly,
  readsOnly,
  bigints: false,
  batched: false,
});

/** A server; `log` is what it was asked. */
class Server implements Driver, DriverFeatures {
  readonly log: string[] = [];
  position: bigint | null = 0n;
  isStandby = true;
  sinceLastCommitMs: number | null = 50;
  failure: Error | null = null;
  batches: readonly Answer[] = [nothing];

  async run({ text }: Request): Promise<Answer> {
    this.log.push(text);
    if (this.failure !== null) throw this.failure;
    return nothing;
  }
  async batch(requests: readonly Request[]): Promise<readonly Answer[]> {
    return Promise.all(requests.map((request) => this.run(request)));
  }
  async *stream(request: Request): AsyncGenerator<Answer, void, undefined> {
    for (const batch of this.batches) {
      yield batch;
      await this.run(request);
    }
  }
  async reserve(): Promise<ReservedConnection> {
    if (this.failure !== null) throw this.failure;
    return {
      inTransaction: false,
      run: (request) => this.run(request),
      stream: (request) => this.stream(request),
      release: () => undefined,
    };
  }
  async writtenPosition(): Promise<bigint | null> {
    if (this.failure !== null) throw this.failure;
    return this.position;
  }
  async standing(): Promise<Standing> {
    if (this.failure !== null) throw this.failure;
    return { isStandby: this.isStandby, position: this.position, sinceLastCommitMs: this.sinceLastCommitMs };
  }
  async close(): Promise<void> {}
}

const usual: ReplicaSettings = { readYourWrites: true, maxLagMs: 1000, intervalMs: 5 };
const setUp = async (count: number, settings: Partial<ReplicaSettings> = {}) => {
  const primary = new Server();
  const copies = Array.from({ length: count }, () => new Server());
  const all = copies.map((copy, at) => new Replica(copy, `copy${at}`, 1));
  const replicas = new Replicas(primary, all, { ...usual, ...settings });
  await replicas.refresh();
  return { primary, copies, all, replicas, driver: new ReplicatedDriver(primary, replicas) };
};
const counts = (servers: readonly Server[]): number[] => servers.map(({ log }) => log.length);

test("reads are dealt by weight, evenly mixed", () => {
  const all = [new Replica(new Server(), "a", 3), new Replica(new Server(), "b", 1)];
  assert.equal(Array.from({ length: 8 }, () => chosen(all)!.address).join(""), "aabaaaba");
  assert.equal(chosen([]), null);
});

test("before anybody was asked the primary answers", async () => {
  const primary = new Server();
  const replicas = new Replicas(primary, [new Replica(new Server(), "copy", 1)], usual);
  await new ReplicatedDriver(primary, replicas).run(asking("first"));
  assert.deepEqual(primary.log, ["first"]);
  replicas.close();
});

test("after a write the primary answers until a copy has come so far", async () => {
  const { primary, copies, replicas, driver } = await setUp(1);
  await driver.run(asking("read"));
  primary.position = 10n;
  await driver.run(asking("write", false));
  await driver.run(asking("read again"));
  assert.deepEqual([primary.log, copies[0]!.log], [["write", "read again"], ["read"]]);
  copies[0]!.position = 9n;
  await replicas.refresh();
  await driver.run(asking("still"));
  assert.equal(primary.log.at(-1), "still");
  copies[0]!.position = 10n;
  await until(async () => {
    await driver.run(asking("now"));
    return copies[0]!.log.at(-1) === "now";
  });
  await driver.close();
});

test("a copy that had everything a moment ago is not far behind, however long ago the last commit was", async () => {
  const { primary, copies, all, replicas, driver } = await setUp(1, { readYourWrites: false });
  for (const sinceLastCommitMs of [3_600_000, null]) {
    copies[0]!.sinceLastCommitMs = sinceLastCommitMs;
    primary.position = copies[0]!.position! + 10n;
    await replicas.refresh();
    assert.equal(all[0]!.lagMs < 1000, true);
    assert.equal(replicas.isReady(all[0]!), true);
    copies[0]!.position = primary.position;
    await replicas.refresh();
    assert.equal(all[0]!.lagMs, 0);
  }
  await driver.close();
});

test("a copy that was never seen with everything is as far behind as its last commit is old", async () => {
  const [primary, copy] = [new Server(), new Server()];
  primary.position = 10n;
  copy.sinceLastCommitMs = null;
  const replica = new Replica(copy, "copy", 1);
  const replicas = new Replicas(primary, [replica], usual);
  await replicas.refresh();
  assert.equal(replica.lagMs, Infinity);
  replicas.close();
});

test("a write that failed may have been made all the same", async () => {
  const { primary, driver } = await setUp(1);
  primary.failure = new ConnectionLost("lost");
  await assert.rejects(async () => driver.run(asking("write", false)), ConnectionLost);
  primary.failure = null;
  primary.position = 10n;
  await driver.run(asking("read"));
  assert.deepEqual(primary.log, ["write", "read"]);
  await driver.close();
});

test("a transaction that wrote counts when its connection is given back, one that only read does not", async () => {
  const { primary, copies, driver } = await setUp(1);
  const transaction = async (text: string, readsOnly: boolean): Promise<void> => {
    const connection = await driver.reserve({ write: true });
    for (const each of [asking("BEGIN", false), asking(text, readsOnly), asking("COMMIT", false)]) await connection.run(each);
    connection.release();
  };
  await transaction("SELECT", true);
  await driver.run(asking("read"));
  assert.deepEqual(copies[0]!.log, ["read"]);
  primary.position = 10n;
  await transaction("INSERT", false);
  await driver.run(asking("read"));
  assert.equal(primary.log.at(-1), "read");
  await driver.close();
});

test("servers without positions are given time", async () => {
  const { primary, copies, replicas, driver } = await setUp(1);
  primary.position = null;
  copies[0]!.position = null;
  await replicas.refresh();
  await driver.run(asking("read"));
  await driver.run(asking("write", false));
  await driver.run(asking("read again"));
  assert.deepEqual([counts(copies), primary.log], [[1], ["write", "read again"]]);
  await driver.close();
});

test("a copy that fails is left out, and what it was asked is asked elsewhere", async () => {
  for (const failure of [
    new ConnectionLost("lost"),
    new AuthenticationFailed("no"),
    new SerializationFailure("conflict", { sqlState: "40001" }),
  ]) {
    const { primary, copies, all, driver } = await setUp(1);
    copies[0]!.failure = failure;
    await driver.run(asking("read"));
    await driver.batch([asking("batch")]);
    assert.equal((await driver.reserve({ write: false })).inTransaction, false);
    assert.deepEqual(primary.log, ["read", "batch"]);
    assert.equal(all[0]!.problem, failure.message);
    await driver.close();
  }
});

test("a stream goes on elsewhere only before its first rows", async () => {
  const { primary, copies, driver } = await setUp(1);
  const lost = new ConnectionLost("lost");
  copies[0]!.batches = [];
  copies[0]!.stream = async function* (): AsyncGenerator<Answer, void, undefined> {
    yield* [];
    throw lost;
  };
  for await (const batch of driver.stream(asking("stream"), 10)) assert.equal(batch, nothing);
  assert.deepEqual(primary.log, ["stream"]);
  const second = await setUp(1);
  second.copies[0]!.failure = null;
  second.copies[0]!.batches = [nothing, nothing];
  await assert.rejects(async () => {
    for await (const batch of second.driver.stream(asking("stream"), 10)) {
      assert.equal(batch, nothing);
      second.copies[0]!.failure = lost;
    }
  }, lost);
  await driver.close();
  await second.driver.close();
});

test("what the statement itself is to blame for is thrown, as is a full pool", async () => {
  for (const failure of [new QueryError("wrong", { sqlState: "42703" }), new PoolTimeout("full")]) {
    const { primary, copies, driver } = await setUp(1);
    copies[0]!.failure = failure;
    await assert.rejects(async () => driver.run(asking("read")), failure);
    assert.deepEqual(primary.log, []);
    await driver.close();
  }
});

test("one that was promoted is no copy any more", async () => {
  const { primary, copies, replicas, driver } = await setUp(2);
  copies[0]!.isStandby = false;
  await replicas.refresh();
  for (let round = 0; round < 4; round++) await driver.run(asking("read"));
  assert.deepEqual([counts([primary]), counts(copies)], [[0], [0, 4]]);
  await driver.close();
});

test("with the primary away, copies answer on", async () => {
  const { primary, copies, driver } = await setUp(1);
  primary.failure = new ConnectionLost("lost");
  await driver.run(asking("read"));
  assert.deepEqual([counts([primary]), counts(copies)], [[0], [1]]);
  await driver.close();
});

test("a view waits for what it was given and for its own writes, and for nobody else's", async () => {
  const { primary, copies, driver } = await setUp(1);
  copies[0]!.position = 5n;
  const view = driver.after(10n);
  await view.run(asking("behind"));
  await driver.run(asking("anybody"));
  assert.deepEqual([primary.log, copies[0]!.log], [["behind"], ["anybody"]]);
  copies[0]!.position = 10n;
  await until(async () => {
    await view.run(asking("there"));
    return copies[0]!.log.at(-1) === "there";
  });
  assert.equal(await view.writtenPosition(1000), 10n);
  primary.position = 20n;
  await driver.run(asking("write", false));
  await view.run(asking("still there"));
  assert.equal(copies[0]!.log.at(-1), "still there");
  await view.run(asking("write", false));
  assert.equal(await view.writtenPosition(1000), 20n);
  await view.run(asking("its own"));
  assert.equal(primary.log.at(-1), "its own");
  assert.notEqual(driver.after(10n).key, driver.after(10n).key);
  await driver.close();
});

test("a view on servers without positions reads from the primary for a while after its own writes", async () => {
  const { primary, copies, driver } = await setUp(1);
  primary.position = copies[0]!.position = null;
  await driver.replicas.refresh();
  const view = driver.after(0n);
  await view.run(asking("first"));
  await driver.run(asking("write", false));
  await view.run(asking("second"));
  assert.deepEqual(copies[0]!.log, ["first", "second"]);
  await view.run(asking("write", false));
  await view.run(asking("third"));
  assert.equal(primary.log.at(-1), "third");
  await driver.close();
});
