import assert from "node:assert/strict";
import { test } from "node:test";
import { belongsTo, ConfigurationError, int, Model } from "../../../src/entry/index.ts";
import { tableOf } from "../../../src/schema/registry.ts";
import { inOrder } from "../../../src/session/flush/flush-plan.ts";
import type { Node } from "../../../src/session/flush/flush-plan.ts";

class Parent extends Model("plan_parents", { id: int().primaryKey() }) {}
class Child extends Model("plan_children", { id: int().primaryKey(), parentId: int(), parent: () => belongsTo(Parent, "parentId") }) {}
class Knot extends Model("plan_knots", {
  id: int().primaryKey(),
  overId: int().nullable(),
  over: () => belongsTo(Knot, "overId"),
}) {}
class Left extends Model("plan_lefts", { id: int().primaryKey(), rightId: int(), right: () => belongsTo(Right, "rightId") }) {}
class Right extends Model("plan_rights", { id: int().primaryKey(), leftId: int(), left: () => belongsTo(Left, "leftId") }) {}

const node = (object: object): Node => ({ table: tableOf(object.constructor as never), object: object as Record<string, unknown> });
const batchesOf = (...objects: object[]): object[][] =>
  inOrder(objects.map(node)).batches.map((batch) => batch.map(({ object }) => object));

test("rows stand behind those they point at, all rows of a table together", () => {
  const [one, two] = [new Parent({ id: 1 }), new Parent({ id: 2 })];
  const children = [new Child({ id: 1, parentId: 2 }), new Child({ id: 2, parentId: 1 })];
  assert.deepEqual(batchesOf(children[0]!, one, children[1]!, two), [[one, two], children]);
});

test("rows of a table that point at each other stand depth by depth", () => {
  const [top, middle, low] = [new Knot({ id: 1, overId: null }), new Knot({ id: 2, overId: 1 }), new Knot({ id: 3, overId: 2 })];
  const other = new Knot({ id: 4, overId: 1 });
  assert.deepEqual(batchesOf(low, other, middle, top), [[top], [other, middle], [low]]);
});

test("a row that points at itself, or at one that is not there, waits for nobody", () => {
  const [itself, stranger] = [new Knot({ id: 1, overId: 1 }), new Knot({ id: 2, overId: 77 })];
  assert.deepEqual(batchesOf(stranger, itself), [[stranger, itself]]);
});

test("a ring of rows is cut at a key that may be NULL", () => {
  const [one, two] = [new Knot({ id: 1, overId: 2 }), new Knot({ id: 2, overId: 1 })];
  const { batches, deferred } = inOrder([node(one), node(two)]);
  assert.equal(deferred.length, 1);
  assert.equal(deferred[0]!.column.property, "overId");
  const cut = deferred[0]!.child;
  assert.deepEqual(
    batches.map((batch) => batch.map(({ object }) => object)),
    [[cut], [cut === (one as object) ? two : one]],
  );
});

test("a ring that cannot be cut is refused by the names of its columns", () => {
  const nodes = [new Left({ id: 1, rightId: 1 }), new Right({ id: 1, leftId: 1 })].map(node);
  assert.throws(
    () => inOrder(nodes),
    (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.deepEqual(error.properties?.toSorted(), ["Left.rightId", "Right.leftId"]);
      return true;
    },
  );
});
