// An int() column of SQLite that held more than 53 bits was rounded, when a bigint() column stood beside it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bigint, createEngine, int, isPetrelError, Model } from "../../src/entry/index.ts";

class Narrow extends Model("large_narrow", { id: int().primaryKey(), n: int() }) {}
class Both extends Model("large_both", { id: int().primaryKey(), n: int(), big: bigint() }) {}
class Wide extends Model("large_both", { id: int().primaryKey(), n: bigint(), big: bigint() }) {}

for (const driver of ["node:sqlite", "better-sqlite3"] as const) {
  test(`a whole number that a number would round is refused, by ${driver}`, async () => {
    await using engine = await createEngine("sqlite::memory:", { driver });
    await engine.createAll([Narrow, Both]);
    const large = 2n ** 53n + 1n;
    for (const value of [large, -large]) {
      await engine.execute("DELETE FROM large_narrow");
      await engine.execute("DELETE FROM large_both");
      await engine.execute(`INSERT INTO large_narrow (id, n) VALUES (1, ${value})`);
      await engine.execute(`INSERT INTO large_both (id, n, big) VALUES (1, ${value}, 2)`);
      const refused = (error: unknown): boolean => isPetrelError(error) && /2\^53/.test(error.message) && /bigint/.test(error.message);
      await assert.rejects(engine.query(Narrow).all(), refused);
      await assert.rejects(engine.query(Both).all(), refused);
      await assert.rejects(engine.session().get(Both, 1), refused);
      await assert.rejects(engine.query(Both).values("n", "big"), refused);
      await assert.rejects(engine.query(Both).stream()[Symbol.asyncIterator]().next(), refused);
      assert.equal((await engine.query(Wide).first())!.n, value);
    }
    await engine.execute(`UPDATE large_both SET n = ${2n ** 53n - 1n}`);
    assert.equal((await engine.query(Both).first())!.n, Number.MAX_SAFE_INTEGER);
  });
}
