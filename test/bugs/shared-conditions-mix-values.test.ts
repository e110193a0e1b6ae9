/** A query that used one condition object twice left its plan to queries of the same text with two values, which then got the first value in both places. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine, int, Model } from "../../src/entry/index.ts";

class Person extends Model("people", { id: int().primaryKey(), age: int() }) {}

test("one condition object in two places, and two conditions of the same text, do not share a plan", async () => {
  await using engine = await createEngine("sqlite::memory:");
  await engine.createAll([Person]);
  await engine.session().insertAll(
    Person,
    [17, 18, 21, 30].map((age) => ({ age })),
  );
  const people = engine.query(Person).orderBy("id");
  const older = (age: number) => Person.columns.age.gte(age);
  const [adult, senior] = [older(18), older(30)];
  assert.equal(await people.where(adult).where(adult).count(), 3);
  assert.equal(await people.where(older(18)).where(older(21)).count(), 2);
  assert.deepEqual(
    await people
      .where(adult)
      .select((_row) => ({ is: adult }))
      .all(),
    [{ is: true }, { is: true }, { is: true }],
  );
  assert.deepEqual(
    await people
      .where(adult)
      .select((_row) => ({ is: senior }))
      .all(),
    [{ is: false }, { is: false }, { is: true }],
  );
  assert.equal(await people.where(adult).where(senior).where(adult).count(), 1);
  assert.equal(await people.where(older(17)).where(older(18)).where(older(30)).count(), 1);
  assert.equal(await people.where(senior).where(adult).where(adult).count(), 1);
  assert.equal(await people.where(older(17)).where(older(18)).where(older(21)).count(), 2);
});
