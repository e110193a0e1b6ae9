/** The trie of shapes, and what it forgets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Shape } from "../../../src/engine/plans/shape.ts";

const limit = 2000;
const make = (): string => "step";

/** How many of the children with these names a place still knows. Asking makes none. */
const known = (place: Shape<string>, names: readonly string[]): number =>
  names.filter((name) => {
    try {
      place.childFor(name, () => {
        throw new Error("unknown");
      });
      return true;
    } catch {
      return false;
    }
  }).length;

const namesOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `name ${index}`);

test("a place is found again by text and by maker, and remembers the way to it", () => {
  const root = new Shape<string>();
  const maker = { makeStep: () => "limit" };
  const place = root.childFor("filter age", () => "filter").child(maker);
  assert.equal(root.childFor("filter age", make).child(maker), place);
  assert.notEqual(root.childFor("filter name", make).child(maker), place);
  assert.deepEqual(place.steps(), ["filter", "limit"]);
  assert.equal(root.size, 4);
});

test("a step is made once", () => {
  const root = new Shape<string>();
  let made = 0;
  for (let round = 0; round < 3; round++) root.childFor("a", () => `${made++}`);
  assert.equal(made, 1);
});

test("100,000 shapes leave no more than the limit behind, below the root", () => {
  const root = new Shape<string>();
  const names = namesOf(100_000);
  for (const name of names) root.childFor(name, make);
  assert.ok(root.size <= limit);
  assert.ok(known(root, names) <= limit);
});

test("100,000 shapes leave no more than the limit behind, below a query that is kept for ever", () => {
  const root = new Shape<string>();
  const kept = root.childFor("kept", make).childFor("deeper", make);
  const names = namesOf(100_000);
  for (const name of names) kept.childFor(name, make);
  assert.ok(known(kept, names) <= limit);
  assert.deepEqual(kept.steps(), ["step", "step"]);
});

test("several kept queries do not keep each other's", () => {
  const root = new Shape<string>();
  const kept = namesOf(10).map((name) => root.childFor(name, make));
  const names = namesOf(5000);
  for (const name of names) for (const place of kept) place.childFor(name, make);
  const total = kept.reduce((sum, place) => sum + known(place, names), 0);
  assert.ok(total <= 2 * limit, `${total} places are still known`);
});
