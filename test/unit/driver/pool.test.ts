import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConnectionError, ServerUnavailable } from "../../../src/base/errors.ts";
import { Pool } from "../../../src/driver/pool.ts";
import type { Pooled, PoolEvents, Slot } from "../../../src/driver/pool.ts";
import { poolOptions } from "../../../src/driver/pool-options.ts";
import type { PoolOptions } from "../../../src/driver/pool-options.ts";

/** A connection that a test moves by hand. */
class Toy implements Pooled {
  inFlight = 0;
  loadMicros = 0;
  isOpen = true;
  inTransaction = false;
  needsReset = false;
  lastText: string | null = null;
  resets = 0;
  pings = 0;
  rests = 0;
  readonly events: PoolEvents;

  constructor(events: PoolEvents) {
    this.events = events;
  }

  get isClean(): boolean {
    return this.isOpen && this.inFlight === 0 && !this.inTransaction && !this.needsReset;
  }

  begin(micros = 100): void {
    this.inFlight++;
    this.loadMicros += micros;
  }

  finish(): void {
    this.inFlight = this.loadMicros = 0;
    this.events.idle();
  }

  ping(): Promise<void> {
    this.pings++;
    queueMicrotask(() => this.events.idle());
    return Promise.resolve();
  }

  reset(): Promise<void> {
    this.resets++;
    this.needsReset = false;
    queueMicrotask(() => this.events.idle());
    return Promise.resolve();
  }

  rest(): void {
    this.rests++;
  }

  end(): void {
    this.isOpen = false;
  }

  destroy(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.events.ended();
  }
}

const makePool = (
  options: Partial<PoolOptions> = {},
  fail: () => Error | null = () => null,
  begin: (toy: Toy) => void = () => undefined,
) => {
  const toys: Toy[] = [];
  const pool = new Pool<Toy>((events) => {
    const error = fail();
    if (error !== null) return Promise.reject(error);
    const toy = new Toy(events);
    toys.push(toy);
    begin(toy);
    return Promise.resolve(toy);
  }, poolOptions(options));
  return { pool, toys };
};

const hold = (slot: Slot<Toy>): Slot<Toy> => slot;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a pool", () => {
  it("a connection that ended before anybody had it counts as one that could not be made", async () => {
    let made = 0;
    const isFirst = (toy: Toy): void => void (toy.isOpen = ++made > 1);
    const { pool } = makePool({ maxConnections: 1, acquireTimeoutMs: 2000 }, undefined, isFirst);
    await assert.rejects(pool.wait("reserved", {}, hold), { code: "E2006", mayHaveRun: false });
    const slot = await pool.wait("reserved", {}, hold);
    assert.ok(slot.connection.isOpen);
    pool.giveBack(slot);
    await pool.close();
  });

  it("joins short reads on one connection and spreads long ones", async () => {
    const { pool, toys } = makePool({ maxConnections: 3 });
    const first = await pool.wait("shared", {}, hold);
    first.connection.begin(100);
    assert.equal(pool.take("shared"), first);
    first.connection.begin(2000);
    assert.equal(pool.take("shared"), first);
    await settled();
    assert.equal(toys.length, 2);
    assert.notEqual(pool.take("shared"), first);
  });

  it("tells a watcher who waited, used and got none; shared use is one, a ping is none, and nobody is told any more in the end", async () => {
    const { pool } = makePool({ maxConnections: 1, acquireTimeoutMs: 30, prePingAfterMs: 1e9 });
    const told: string[] = [];
    const stop = pool.watch.add({
      opened: (ms) => told.push(`opened ${ms < 1000}`),
      lent: (ms) => told.push(ms === 0 ? "lent at once" : `lent late ${ms < 1000}`),
      returned: (ms) => told.push(`returned ${ms >= 0 && ms < 1000}`),
      timedOut: () => told.push("timed out"),
    });
    const slot = await pool.wait("shared", {}, (lent) => {
      lent.connection.begin();
      return lent;
    });
    assert.equal(pool.take("shared"), slot);
    slot.connection.finish();
    assert.deepEqual(told.splice(0), ["opened true", "lent late true", "lent at once", "returned true"]);
    const reserved = pool.take("reserved")!;
    await assert.rejects(pool.wait("reserved", {}, hold), { name: "PoolTimeout" });
    pool.giveBack(reserved);
    assert.deepEqual(told.splice(0), ["lent at once", "timed out", "returned true"]);
    pool.take("reserved");
    slot.connection.destroy();
    assert.deepEqual(told.splice(0), ["lent at once", "returned true"]);
    stop();
    pool.giveBack(await pool.wait("reserved", {}, hold));
    assert.deepEqual(told, []);
    await pool.close();
  });

  it("lends a connection to nobody else while one has it alone", async () => {
    const { pool } = makePool({ maxConnections: 1 });
    const slot = await pool.wait("exclusive", {}, hold);
    slot.connection.begin();
    assert.equal(pool.take("shared"), null);
    assert.equal(pool.take("reserved"), null);
    slot.connection.finish();
    assert.equal(pool.take("reserved"), slot);
    slot.connection.finish();
    assert.equal(pool.take("shared"), null);
    pool.giveBack(slot);
    assert.equal(pool.take("shared"), slot);
  });

  it("serves those who wait in the order in which they came, reads too", async () => {
    const { pool } = makePool({ maxConnections: 1 });
    const held = await pool.wait("reserved", {}, hold);
    const order: string[] = [];
    const waiting = (["exclusive", "shared", "reserved", "shared"] as const).map((use, at) =>
      pool.wait(use, {}, (slot) => {
        order.push(`${at} ${use}`);
        slot.connection.begin();
        setImmediate(() => {
          slot.connection.finish();
          if (use === "reserved") pool.giveBack(slot);
        });
      }),
    );
    assert.equal(pool.take("shared"), null);
    pool.giveBack(held);
    await Promise.all(waiting);
    assert.deepEqual(order, ["0 exclusive", "1 shared", "2 reserved", "3 shared"]);
  });

  it("passes the turn on when one who waits gives up (hazards 27, 28; invariant I10)", async () => {
    const { pool } = makePool({ maxConnections: 1 });
    const held = await pool.wait("reserved", {}, hold);
    const controller = new AbortController();
    const first = pool.wait("exclusive", { signal: controller.signal }, hold);
    const second = pool.wait("exclusive", {}, hold);
    controller.abort();
    await assert.rejects(first, { code: "E2203", mayHaveRun: false });
    pool.giveBack(held);
    assert.equal(await second, held);
    assert.equal(pool.status.waiting, 0);
    await assert.rejects(pool.wait("shared", { signal: AbortSignal.abort() }, hold), { code: "E2203" });
  });

  it("keeps the slot when a borrower's first step throws", async () => {
    const { pool } = makePool({ maxConnections: 1 });
    const boom = new Error("boom");
    await assert.rejects(
      pool.wait("reserved", {}, () => {
        throw boom;
      }),
      boom,
    );
    assert.notEqual(pool.take("reserved"), null);
  });

  it("closes a connection that comes back in a transaction, and cleans one whose session was changed (invariant I3)", async () => {
    const { pool, toys } = makePool({ maxConnections: 1 });
    const slot = await pool.wait("reserved", {}, hold);
    slot.connection.inTransaction = true;
    pool.giveBack(slot);
    assert.equal(slot.connection.isOpen, false);
    const next = await pool.wait("reserved", {}, hold);
    assert.notEqual(next, slot);
    next.connection.needsReset = true;
    pool.giveBack(next);
    assert.equal(pool.take("shared"), null);
    await settled();
    assert.equal(toys[1]!.resets, 1);
    assert.equal(pool.take("shared"), next);
  });

  it("does not give a connection back before what runs on it has ended", async () => {
    const { pool } = makePool({ maxConnections: 1 });
    const slot = await pool.wait("reserved", {}, hold);
    slot.connection.begin();
    pool.giveBack(slot);
    assert.equal(pool.take("shared"), null);
    slot.connection.finish();
    assert.equal(pool.take("shared"), slot);
  });

  it("counts a connection that died and makes another for those who wait (hazards 6, 13; invariant I8)", async () => {
    const { pool, toys } = makePool({ maxConnections: 1 });
    const slot = await pool.wait("exclusive", {}, hold);
    const waiting = pool.wait("shared", {}, hold);
    slot.connection.destroy();
    assert.notEqual(await waiting, slot);
    assert.deepEqual([toys.length, pool.status.lost, pool.status.open], [2, 1, 1]);
  });

  it("asks a connection that was idle for long whether it is alive before it lends it", async () => {
    const { pool, toys } = makePool({ maxConnections: 1, prePingAfterMs: 5 });
    const slot = await pool.wait("exclusive", {}, hold);
    slot.connection.finish();
    await new Promise((resolve) => setTimeout(resolve, 15));
    assert.equal(pool.take("shared"), null);
    assert.equal(await pool.wait("shared", {}, hold), slot);
    assert.equal(toys[0]!.pings, 1);
  });

  it("makes overflow connections when the others are busy, and closes them when nobody waits", async () => {
    const { pool, toys } = makePool({ maxConnections: 1, maxOverflow: 1 });
    const first = await pool.wait("reserved", {}, hold);
    const second = await pool.wait("reserved", {}, hold);
    assert.equal(pool.status.open, 2);
    await assert.rejects(pool.wait("reserved", { timeoutMs: 10 }, hold), { code: "E2007" });
    pool.giveBack(second);
    assert.deepEqual([pool.status.open, toys[1]!.isOpen], [1, false]);
    pool.giveBack(first);
    assert.equal(pool.status.idle, 1);
  });

  it("closes what is idle or old, but keeps its minimum", async () => {
    const { pool } = makePool({ minConnections: 1, maxConnections: 3, idleTimeoutMs: 20 });
    const slots = await Promise.all([1, 2, 3].map(() => pool.wait("reserved", {}, hold)));
    for (const slot of slots) pool.giveBack(slot);
    assert.equal(pool.status.open, 3);
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal(pool.status.open, 1);
    await pool.close();
    const old = makePool({ maxConnections: 1, maxLifetimeMs: 1 });
    const slot = await old.pool.wait("reserved", {}, hold);
    await new Promise((resolve) => setTimeout(resolve, 5));
    old.pool.giveBack(slot);
    assert.equal(slot.connection.isOpen, false);
    await old.pool.close();
  });

  it("tells those who wait why there is no connection, but waits for a server that is starting (hazard 62)", async () => {
    const refused = makePool({}, () => new ConnectionError("nothing listens"));
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => refused.pool.wait("shared", {}, hold)));
    assert.ok(outcomes.every((outcome) => outcome.status === "rejected" && /nothing listens/.test(String(outcome.reason))));
    await refused.pool.close();
    let failures = 3;
    const starting = makePool({}, () => (failures-- > 0 ? new ServerUnavailable("starting up") : null));
    assert.ok(await starting.pool.wait("shared", {}, hold));
    assert.equal(failures, -1);
  });

  it("opens a few connections at a time, however many wait (hazard 62)", async () => {
    let opening = 0;
    let most = 0;
    const pool = new Pool<Toy>(
      async (events) => {
        most = Math.max(most, ++opening);
        await settled();
        opening--;
        return new Toy(events);
      },
      poolOptions({ maxConnections: 50 }),
    );
    await Promise.all(Array.from({ length: 50 }, () => pool.wait("reserved", {}, hold)));
    assert.ok(most <= 4, String(most));
    assert.equal(pool.status.open, 50);
  });

  it("lets connections that have nothing to do rest, and no others", async () => {
    const { pool, toys } = makePool({ maxConnections: 2 });
    const [busy, free] = await Promise.all([pool.wait("exclusive", {}, hold), pool.wait("reserved", {}, hold)]);
    busy.connection.begin();
    free.connection.finish();
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.deepEqual(
      toys.map((toy) => [toy === busy.connection, toy.rests]),
      [
        [true, 0],
        [false, 1],
      ],
    );
    busy.connection.finish();
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(toys[0]!.rests, 1);
  });

  it("refuses when it is closed, and gives up those who wait", async () => {
    const { pool } = makePool({ maxConnections: 1 });
    const slot = await pool.wait("reserved", {}, hold);
    const waiting = pool.wait("shared", {}, hold);
    slot.connection.begin();
    const closing = pool.close();
    await assert.rejects(waiting, { code: "E2002" });
    assert.throws(() => pool.take("shared"), { code: "E2002" });
    await assert.rejects(pool.wait("shared", {}, hold), { code: "E2002" });
    slot.connection.finish();
    await closing;
    assert.equal(pool.status.open, 0);
  });

  it("has options that do not contradict each other", () => {
    assert.deepEqual([poolOptions({ minConnections: 20 }).maxConnections, poolOptions({ maxConnections: 1 }).minConnections], [20, 1]);
    assert.throws(() => poolOptions({ minConnections: 5, maxConnections: 2 }), { code: "E1001" });
    assert.throws(() => poolOptions({ maxConnections: 0 }), { code: "E1001" });
    assert.throws(() => poolOptions({ maxConnections: 1.5 }), { code: "E1001" });
    assert.throws(() => poolOptions({ acquireTimeoutMs: NaN }), { code: "E1001" });
    assert.throws(() => poolOptions({ maxConnection: 3 } as unknown as Partial<PoolOptions>), /Did you mean 'maxConnections'/);
  });
});
