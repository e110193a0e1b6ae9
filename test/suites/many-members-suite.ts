/** Many-to-many relations with more members than a statement may have parameters, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { belongsTo, int, manyToMany, Model } from "../../src/entry/index.ts";
import type { EngineUnderTest } from "./session-suite.ts";

class Rack extends Model("mm_racks", {
  id: int().primaryKey(),
  books: () => manyToMany(Volume, { through: Place }),
  marks: () => manyToMany(Volume, { through: "mm_marks" }),
}) {}
class Volume extends Model("mm_volumes", { id: int().primaryKey() }) {}
class Place extends Model(
  "mm_places",
  { rackId: int(), volumeId: int(), rack: () => belongsTo(Rack, "rackId"), volume: () => belongsTo(Volume, "volumeId") },
  { primaryKey: ["rackId", "volumeId"] },
) {}
/** The table of `marks`, which that relation knows by its name only. */
class Mark extends Model("mm_marks", { mmRackId: int(), mmVolumeId: int() }, { primaryKey: ["mmRackId", "mmVolumeId"] }) {}

export const manyMembersSuite = ({ name, open }: EngineUnderTest): void => {
  test(`${name}: 70,000 members are added, set and removed by a statement each`, async () => {
    await using engine = await open();
    await engine.createAll([Rack, Volume, Place, Mark]);
    await using session = engine.session();
    await session.insert(Rack, { id: 1 });
    const members = await session.insertAll(
      Volume,
      Array.from({ length: 70_000 }, (_, index) => ({ id: index + 1 })),
    );
    const statements = async (work: () => Promise<unknown>): Promise<number> => {
      const before = engine.statementCount;
      await work();
      return engine.statementCount - before;
    };
    const rack = await session.query(Rack).with("books").one();
    for (const [relation, links] of [
      ["books", Place],
      ["marks", Mark],
    ] as const) {
      const collection = session.collection(rack, relation);
      const linked = (): Promise<number> => session.query<Place | Mark>(links as typeof Place).count();
      assert.equal(await statements(() => collection.set(members)), 2);
      assert.equal(await linked(), 70_000);
      assert.equal(await statements(() => collection.add(...members)), 1);
      assert.equal(await linked(), 70_000);
      assert.equal(await statements(() => collection.set(members.slice(10_000))), 2);
      assert.equal(await linked(), 60_000);
      assert.equal(await statements(() => collection.remove(...members.slice(10_000, 69_999))), 1);
      assert.equal(await linked(), 1);
      assert.equal(await statements(() => collection.clear()), 1);
      assert.equal(await linked(), 0);
    }
    assert.deepEqual(rack.books, []);
  });
};
