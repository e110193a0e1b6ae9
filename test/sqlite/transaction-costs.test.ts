/** What a transaction costs besides its statements, by counting what does not depend on the machine. */
import assert from "node:assert/strict";
import { createHook } from "node:async_hooks";
import { Session as Inspector } from "node:inspector/promises";
import { after, before, describe, test } from "node:test";
import { createEngine, int, Model, text } from "../../src/entry/index.ts";
import type { Engine } from "../../src/entry/index.ts";

class Counter extends Model("counters", { id: int().primaryKey(), name: text(), hits: int() }) {}

describe("what a transaction costs on SQLite", () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine("sqlite::memory:");
    await engine.createAll([Counter]);
    await engine.session().insert(Counter, { name: "a", hits: 0 });
  });
  after(() => engine.close());

  const readModifyWrite = (): Promise<void> =>
    engine.transaction(async (session) => {
      const counter = await session.getOrThrow(Counter, 1);
      counter.hits++;
    });

  test("no error is made that nobody is told", async () => {
    const inspector = new Inspector();
    inspector.connect();
    await inspector.post("Profiler.enable");
    await inspector.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    const errorsMade = async (): Promise<number> => {
      const { result } = await inspector.post("Profiler.takePreciseCoverage");
      const functions = result.filter(({ url }) => url.endsWith("/base/errors.ts")).flatMap((script) => script.functions);
      return functions.find(({ functionName }) => functionName === "PetrelError")?.ranges[0]?.count ?? 0;
    };
    await errorsMade();
    await readModifyWrite();
    assert.equal(await errorsMade(), 0);
    await assert.rejects(engine.session().getOrThrow(Counter, 2));
    assert.equal(await errorsMade(), 1);
    inspector.disconnect();
  });

  test("reading, changing and writing one object waits for the callback and for nothing else", async () => {
    await readModifyWrite();
    let promises = 0;
    const hook = createHook({ init: (_id, type) => void (type === "PROMISE" && promises++) }).enable();
    await readModifyWrite();
    hook.disable();
    // getOrThrow, the callback, the transaction, and what each await of them takes.
    assert.equal(promises <= 6, true, `${promises} promises`);
  });
});
