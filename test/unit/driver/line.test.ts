import assert from "node:assert/strict";
import { test } from "node:test";
import { Line } from "../../../src/driver/sqlite/line.ts";

const hold =
  (line: Line<string>): ((connection: string) => string) =>
  (connection) => {
    line.hold(connection);
    return connection;
  };

test("a job runs at once, without a promise, while a connection is free", () => {
  const line = new Line(["a"]);
  assert.equal(
    line.enter((connection) => `${connection}!`),
    "a!",
  );
  assert.equal(line.enter(hold(line)), "a");
  assert.equal(line.isHeld, true);
});

test("those who wait start in the order in which they came, as far as connections go", async () => {
  const line = new Line(["a"]);
  void line.enter(hold(line));
  const started: number[] = [];
  const first = line.enter((connection) => (started.push(1), connection));
  const second = line.enter((connection) => (started.push(2), hold(line)(connection)));
  const third = line.enter((connection) => (started.push(3), connection));
  assert.deepEqual(started, []);
  line.free("a");
  assert.deepEqual(started, [1, 2]);
  assert.equal(await first, "a");
  assert.equal(await second, "a");
  line.free("a");
  assert.equal(await third, "a");
  assert.deepEqual(started, [1, 2, 3]);
});

test("one that is aborted while it waits leaves, and the next is not forgotten", async () => {
  const line = new Line(["a"]);
  void line.enter(hold(line));
  const abort = new AbortController();
  const leaving = Promise.resolve(line.enter(() => assert.fail("started"), abort.signal));
  const next = line.enter((connection) => connection);
  abort.abort(new Error("enough"));
  line.free("a");
  await assert.rejects(leaving, /enough/);
  assert.equal(await next, "a");
});

test("a job that throws fails its own caller only", async () => {
  const line = new Line(["a"]);
  void line.enter(hold(line));
  const failing = Promise.resolve(
    line.enter(() => {
      throw new Error("mine");
    }),
  );
  const next = line.enter((connection) => connection);
  line.free("a");
  await assert.rejects(failing, /mine/);
  assert.equal(await next, "a");
});

test("connections are made when they are needed, up to the most there may be", () => {
  const names = ["a", "b"];
  const line = new Line<string>([], () => names.shift() ?? null);
  assert.equal(line.enter(hold(line)), "a");
  assert.equal(line.enter(hold(line)), "b");
  assert.ok(line.enter((connection) => connection) instanceof Promise);
});

test("a lost connection is replaced for those who wait, or its loss is the error of each", async () => {
  let open = (): string | null => null;
  const line: Line<string> = new Line(["a"], () => open());
  void line.enter(hold(line));
  const waiting = line.enter(hold(line));
  open = () => "b";
  line.free(null);
  assert.equal(await waiting, "b");

  open = () => null;
  const failing = [1, 2].map(() => Promise.resolve(line.enter((connection) => connection)));
  open = () => {
    throw new Error("cannot open");
  };
  line.free(null);
  for (const waiter of failing) await assert.rejects(waiter, /cannot open/);
});

test("a line is idle when nobody holds a connection and nobody waits", async () => {
  const line = new Line(["a"]);
  await line.idle();
  void line.enter(hold(line));
  let isIdle = false;
  const idle = line.idle().then(() => (isIdle = true));
  const waiting = line.enter(hold(line));
  line.free("a");
  await waiting;
  assert.equal(isIdle, false);
  line.free("a");
  await idle;
});

test("whoever is dismissed gets the reason", async () => {
  const line = new Line(["a"]);
  void line.enter(hold(line));
  const waiting = Promise.resolve(line.enter((connection) => connection));
  line.dismiss(new Error("closed"));
  await assert.rejects(waiting, /closed/);
});
