import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../../src/engine/transactions/turns.ts";

test("a job runs at once when nobody holds the turns", () => {
  const turns = new Turns();
  assert.equal(
    turns.enter(() => 5),
    5,
  );
  assert.throws(
    () =>
      turns.enter(() => {
        throw new Error("oops");
      }),
    /oops/,
  );
  assert.ok(turns.isFree);
});

test("jobs wait in line while someone holds, and one of them may hold again", async () => {
  const turns = new Turns();
  const log: string[] = [];
  turns.hold();
  const job =
    (name: string, holds = false): (() => string) =>
    () => {
      if (holds) turns.hold();
      log.push(name);
      return name;
    };
  const answers = [turns.enter(job("a")), turns.enter(job("b", true)), turns.enter(job("c"))];
  assert.deepEqual(log, []);
  turns.free();
  assert.deepEqual(log, ["a", "b"]);
  assert.ok(!turns.isFree);
  turns.free();
  assert.deepEqual(await Promise.all(answers), ["a", "b", "c"]);
  assert.ok(turns.isFree);
});

test("what a waiting job throws goes to its caller, and the next one runs", async () => {
  const turns = new Turns();
  turns.hold();
  const failed = turns.enter((): number => {
    throw new Error("oops");
  });
  const next = turns.enter(() => 1);
  turns.free();
  await assert.rejects(async () => failed, /oops/);
  assert.equal(await next, 1);
});

test("an aborted job leaves the line, before or while it waits", async () => {
  const turns = new Turns();
  const controller = new AbortController();
  turns.hold();
  const waiting = turns.enter(() => assert.fail("ran"), controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(async () => waiting, /enough/);
  await assert.rejects(async () => turns.enter(() => 1, controller.signal), /enough/);
  turns.free();
  assert.ok(turns.isFree);
});

test("everyone who waits can be sent away", async () => {
  const turns = new Turns();
  turns.hold();
  const waiting = [turns.enter(() => 1), turns.enter(() => 2)];
  turns.dismiss(new Error("over"));
  const outcomes = await Promise.allSettled(waiting);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected"],
  );
});
