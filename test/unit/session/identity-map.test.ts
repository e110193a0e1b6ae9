import assert from "node:assert/strict";
import { test } from "node:test";
import { bigint, bytes, int, Model, text, timestamp, uuid } from "../../../src/entry/index.ts";
import { tableOf } from "../../../src/schema/registry.ts";
import type { Table } from "../../../src/schema/table.ts";
import { trackingOf } from "../../../src/session/tracking/entity-state.ts";
import { IdentityMap, keyOfValues, keptKey } from "../../../src/session/tracking/identity-map.ts";

class Plain extends Model("map_plain", { id: int().primaryKey(), name: text() }) {}
class Large extends Model("map_large", { id: bigint().primaryKey() }) {}
class Named extends Model("map_named", { id: uuid().primaryKey() }) {}
class Timed extends Model("map_timed", { at: timestamp().primaryKey() }) {}
class Raw extends Model("map_raw", { id: bytes().primaryKey() }) {}
class Pair extends Model("map_pair", { one: text(), two: text() }, { primaryKey: ["one", "two"] }) {}

const row = (object: object): Record<string, unknown> => object as Record<string, unknown>;

test("equal keys have one text, whatever form they come in", () => {
  const table = (model: object): Table => tableOf(model as never);
  assert.equal(keyOfValues(table(Large), [5]), keyOfValues(table(Large), [5n]));
  const id = "00000000-0000-4000-8000-00000000000A";
  assert.equal(keyOfValues(table(Named), [id]), keyOfValues(table(Named), [id.toLowerCase()]));
  assert.equal(keyOfValues(table(Timed), [new Date(7)]), keyOfValues(table(Timed), [new Date(7)]));
  assert.equal(keyOfValues(table(Raw), [new Uint8Array([1, 2])]), keyOfValues(table(Raw), [new Uint8Array([1, 2])]));
});

test("different composite keys differ, wherever their parts meet", () => {
  const table = tableOf(Pair);
  const keys = [
    ["ab", "c"],
    ["a", "bc"],
    ["1:a", "b"],
    ["", "1:ab"],
    ["abc", ""],
  ].map((values) => keyOfValues(table, values));
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(keyOfValues(table, ["a", null]), null);
});

test("a state is found by the key its row had, also after the object's own key was changed", () => {
  const map = new IdentityMap();
  const table = tableOf(Plain);
  assert.equal(map.isEmpty, true);
  const ann = row(new Plain({ id: 1, name: "Ann" }));
  const state = trackingOf(table).track(ann);
  map.set(state);
  assert.deepEqual([map.size, map.stateOf(table, ann) === state, keptKey(state)], [1, true, 1]);
  ann["id"] = 2;
  assert.equal(map.stateOf(table, ann), undefined);
  assert.equal(map.search(table, ann), state);
  // Another object with the same key is not the one that is tracked.
  assert.equal(map.search(table, row(new Plain({ id: 1, name: "Ann" }))), undefined);
  map.delete(state);
  assert.deepEqual([map.size, [...map.states()]], [0, []]);
});

test("a state that gave way to another is not deleted in the other's place", () => {
  const map = new IdentityMap();
  const table = tableOf(Plain);
  const [one, two] = [1, 1].map((id) => trackingOf(table).track(row(new Plain({ id, name: "x" }))));
  map.set(one!);
  map.set(two!);
  map.delete(one!);
  assert.equal(map.of(table).get(1), two);
});
