/** `age > 17.5`: filter() refused it, and where() was refused by PostgreSQL, which took the fraction for a whole number. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createEngine, int, Model, smallint, type Engine } from "../../src/entry/index.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

class Person extends Model("persons", { id: int().primaryKey(), age: int().nullable(), floor: smallint().default(0) }) {}

const suite = (name: string, open: () => Promise<Engine>): void => {
  describe(`fractions beside whole numbers on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([Person]);
      await engine.session().insertAll(Person, [{ age: 17 }, { age: 18, floor: -1 }, { age: null }]);
    });
    after(() => engine.close());
    const people = () => engine.query(Person).orderBy("id");

    test("lookups and expressions take them, and agree", async () => {
      for (const age of [17, 17.5, 18, -0.5, 3e9, -3e9, 1e300, Infinity]) {
        assert.deepEqual(
          await people().filter({ age__gt: age }).column("id"),
          await people()
            .where((row) => row.age.gt(age))
            .column("id"),
          `> ${age}`,
        );
        assert.deepEqual(
          await people().filter({ age__lte: age }).column("id"),
          await people()
            .where((row) => row.age.lte(age))
            .column("id"),
          `<= ${age}`,
        );
        assert.deepEqual(
          await people().filter({ age }).column("id"),
          await people()
            .where((row) => row.age.eq(age))
            .column("id"),
          `= ${age}`,
        );
        assert.deepEqual(
          await people().filter({ age__ne: age }).column("id"),
          await people()
            .where((row) => row.age.ne(age))
            .column("id"),
          `<> ${age}`,
        );
      }
      assert.deepEqual(await people().filter({ age__gt: 17.5 }).column("id"), [2]);
      assert.deepEqual(
        await people()
          .filter({ age__range: [16.5, 17.5] })
          .column("id"),
        [1],
      );
      assert.deepEqual(
        await people()
          .where((row) => row.age.between(16.5, 17.5))
          .column("id"),
        [1],
      );
      assert.deepEqual(
        await people()
          .filter({ age__in: [17.5, 18] })
          .column("id"),
        [2],
      );
      assert.deepEqual(
        await people()
          .filter({ age__notIn: [17.5, 18] })
          .column("id"),
        [1],
      );
      assert.deepEqual(await people().filter({ floor__lt: -0.5 }).column("id"), [2]);
    });

    test("what is no number is refused all the same", async () => {
      await assert.rejects(
        people()
          .filter({ age__gt: "17" as never })
          .all(),
        { code: "E1101" },
      );
      await assert.rejects(people().filter({ age__gt: Number.NaN }).all(), { code: "E1101" });
    });
  });
};

suite("SQLite", () => createEngine("sqlite::memory:"));
describe("with a server", () => {
  let server: ScratchPostgres;
  before(async () => void (server = await startScratchPostgres()));
  after(() => server.stop());
  suite("PostgreSQL", () => createEngine(server.socketUrl()));
});
