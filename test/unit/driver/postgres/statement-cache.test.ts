import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fifo } from "../../../../src/driver/postgres/fifo.ts";
import { StatementCache } from "../../../../src/driver/postgres/statements/statement-cache.ts";

describe("the statements of a connection", () => {
  it("are found by the whole text and the types of the parameters (hazards 3, 38)", () => {
    const cache = new StatementCache(10);
    const plain = cache.add("SELECT $1", []);
    const typed = cache.add("SELECT $1", [23]);
    const other = cache.add("SELECT $1 ", []);
    assert.equal(cache.find("SELECT $1", []), plain);
    assert.equal(cache.find("SELECT $1", [23]), typed);
    assert.equal(cache.find("SELECT $1", [20]), undefined);
    assert.equal(cache.find("SELECT $1 ", []), other);
    assert.equal(new Set([plain.name, typed.name, other.name]).size, 3);
  });

  it("are closed on the server when they leave, once each, with all their siblings", () => {
    const cache = new StatementCache(2);
    const names = [cache.add("a", []).name, cache.add("a", [1]).name];
    cache.add("b", []);
    cache.find("b", []);
    cache.add("c", []);
    assert.deepEqual([...cache.takeClosable()].sort(), names.sort());
    assert.deepEqual(cache.takeClosable(), []);
    assert.equal(cache.find("a", []), undefined);
  });

  it("are not closed when the server never had them, or has forgotten them itself", () => {
    const cache = new StatementCache(5);
    cache.markDead(cache.add("a", []));
    cache.add("b", []);
    cache.clear(true);
    assert.deepEqual(cache.takeClosable(), []);
    assert.equal(cache.find("b", []), undefined);
    const again = cache.add("b", []);
    cache.discard(again);
    assert.deepEqual(cache.takeClosable(), [again.name]);
    assert.equal(cache.find("b", []), undefined);
  });

  it("have names that are never used twice", () => {
    const cache = new StatementCache(3);
    const names = Array.from({ length: 100 }, (_, at) => cache.add(`SELECT ${at % 7}`, [at]).name);
    assert.equal(new Set(names).size, 100);
  });
});

describe("first in, first out", () => {
  it("keeps the order whatever is put in and taken out between", () => {
    const fifo = new Fifo<number>();
    const model: number[] = [];
    for (let step = 0; step < 5000; step++) {
      if (step % 3 !== 2 || model.length === 0) {
        fifo.push(step);
        model.push(step);
      } else assert.equal(fifo.shift(), model.shift());
      if (step % 500 === 0) while (model.length > 3) assert.equal(fifo.shift(), model.shift());
      assert.deepEqual([fifo.size, fifo.first], [model.length, model[0]]);
    }
    assert.deepEqual([...fifo], model);
  });
});
