import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inspect } from "node:util";
import { makeInterpretedReader } from "../../../src/rows/interpreted-reader.ts";
import { makeLazyRows } from "../../../src/rows/lazy-row.ts";
import { makeGeneratedReader, makeReader } from "../../../src/rows/reader.ts";
import type { ObjectShape, Reader, ResultColumn, ResultShape } from "../../../src/rows/shape.ts";

class User {
  declare id: number;
  declare name: string;
  constructor() {
    throw new Error("rows are not constructed");
  }
  greet(): string {
    return `I am ${this.name}`;
  }
}

const identity: ResultColumn = { decode: null };
const toDate: ResultColumn = { decode: (text: string) => new Date(text) };

const users: ResultShape & { readonly form: "objects" } = {
  form: "objects",
  columns: [identity, identity, toDate, identity, identity],
  object: {
    properties: [
      { name: "id", position: 0 },
      { name: "name", position: 1 },
      { name: "createdAt", position: 2 },
      { name: "later", position: -1 },
    ],
    nested: [
      {
        property: "author",
        presence: 3,
        shape: {
          properties: [
            { name: "id", position: 3 },
            { name: "name", position: 4 },
          ],
          nested: [],
          prototype: null,
        },
      },
    ],
    prototype: User.prototype,
  },
};

const makers: readonly [string, <T>(shape: ResultShape) => Reader<T>][] = [
  ["generated", makeGeneratedReader],
  ["interpreted", makeInterpretedReader],
];

const isForbidden = process.execArgv.includes("--disallow-code-generation-from-strings");
const unlessGenerated = { skip: isForbidden ? "code may not be made from strings in this run" : false };

for (const [kind, make] of makers) {
  const options = kind === "generated" ? unlessGenerated : {};

  test(`the ${kind} reader makes instances of the model without calling its constructor`, options, () => {
    const reader = make<User>(users);
    const [first, second] = reader.all([
      [1, "Ada", "2024-01-01T00:00:00.000Z", 7, "Bob"],
      [2, "Eve", null, null, null],
    ]);
    assert.ok(first instanceof User);
    assert.equal(first.greet(), "I am Ada");
    assert.deepEqual(
      { ...first },
      { id: 1, name: "Ada", createdAt: new Date("2024-01-01"), later: undefined, author: { id: 7, name: "Bob" } },
    );
    assert.deepEqual({ ...second }, { id: 2, name: "Eve", createdAt: null, later: undefined, author: null });
    assert.deepEqual(Object.keys(first), ["id", "name", "createdAt", "later", "author"]);
  });

  test(`the ${kind} reader never gives NULL to a decoder`, options, () => {
    const decode = (): never => assert.fail("called");
    assert.deepEqual(make({ form: "values", columns: [{ decode }] }).all([[null], [null]]), [null, null]);
    assert.deepEqual(make({ form: "tuples", columns: [{ decode }, identity] }).one([null, 1]), [null, 1]);
  });

  test(`the ${kind} reader makes own properties of names that mean something to objects`, options, () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "", "0", "a'b\"c\\d", "\u2028", "${x}", "*/", "k0", "r"];
    const reader = make<Record<string, unknown>>({
      form: "objects",
      columns: names.map(() => identity),
      object: { properties: names.map((name, position) => ({ name, position })), nested: [], prototype: null },
    });
    const made = reader.one(names.map((_, position) => position));
    assert.equal(Object.getPrototypeOf(made), Object.prototype);
    for (const [position, name] of names.entries()) assert.equal(Object.getOwnPropertyDescriptor(made, name)?.value, position, name);
  });

  test(`the ${kind} reader does not call a setter that the model's prototype has`, options, () => {
    const prototype = {
      set name(_: string) {
        assert.fail("called");
      },
    };
    const made = make<{ name: string }>({
      form: "objects",
      columns: [identity],
      object: { properties: [{ name: "name", position: 0 }], nested: [], prototype },
    }).one(["Ada"]);
    assert.equal(made.name, "Ada");
    assert.equal(Object.getPrototypeOf(made), prototype);
  });
}

/** A small generator with a seed, so that a failure can be had again. */
const randomOf =
  (seed: number) =>
  (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };

const randomShape = (random: (below: number) => number): ResultShape => {
  const columns = Array.from({ length: 1 + random(8) }, (): ResultColumn => (random(2) === 0 ? identity : { decode: (value) => [value] }));
  const names = ["id", "name", "__proto__", "constructor", "x y", "2"];
  const object = (depth: number): ObjectShape => ({
    properties: names.slice(random(3), 3 + random(4)).map((name) => ({ name, position: random(columns.length + 1) - 1 })),
    nested:
      depth === 0
        ? []
        : ["left", "right"]
            .slice(random(3))
            .map((property) => ({ property, shape: object(depth - 1), presence: random(columns.length + 1) - 1 })),
    prototype: random(2) === 0 ? null : User.prototype,
  });
  const forms = ["objects", "tuples", "values"] as const;
  const form = forms[random(3)]!;
  return form === "objects" ? { form, columns, object: object(2) } : { form, columns };
};

test("generated, interpreted and lazy readers agree on random shapes and rows", unlessGenerated, () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomOf(seed);
    const shape = randomShape(random);
    const rows = Array.from({ length: 1 + random(4) }, () => shape.columns.map(() => (random(4) === 0 ? null : random(100))));
    const copy = (): unknown[][] => rows.map((row) => [...row]);
    const expected = makeInterpretedReader(shape).all(copy());
    assert.deepEqual(makeGeneratedReader(shape).all(copy()), expected, `seed ${seed}`);
    if (shape.form === "objects")
      assert.equal(inspect(makeLazyRows(shape)(copy()).map(plain)), inspect(expected.map(plain)), `seed ${seed}`);
  }
});

/** What JSON keeps of an object, which is what lazy rows promise to show alike. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("a lazy row decodes a value once, and only when it is read", () => {
  let decoded = 0;
  const shape: ResultShape & { readonly form: "objects" } = {
    form: "objects",
    columns: [identity, { decode: (text: string) => (decoded++, { text }) }],
    object: {
      properties: [
        { name: "name", position: 0 },
        { name: "data", position: 1 },
      ],
      nested: [],
      prototype: User.prototype,
    },
  };
  const [row] = makeLazyRows<User & { data: object }>(shape)([["Ada", "x"]]);
  assert.equal(row!.greet(), "I am Ada");
  assert.equal(decoded, 0);
  assert.equal(row!.data, row!.data);
  assert.equal(decoded, 1);
  assert.ok(row instanceof User);
  assert.equal(JSON.stringify(row), '{"name":"Ada","data":{"text":"x"}}');
  assert.equal(inspect(row), "{ name: 'Ada', data: { text: 'x' } }");
  row!.name = "Eve";
  assert.equal(row!.name, "Eve");
});

test("where code may not be made from strings, makeReader gives the same rows", () => {
  const script = `
    const { makeReader } = await import(${JSON.stringify(new URL("../../../src/rows/reader.ts", import.meta.url).href)});
    const reader = makeReader({ form: "values", columns: [{ decode: (text) => text.length }] });
    console.log(JSON.stringify(reader.all([["abc"], [null]])));`;
  const flags = ["--disallow-code-generation-from-strings", "--input-type=module", "-e", script];
  assert.equal(execFileSync(process.execPath, flags, { encoding: "utf8" }).trim(), "[3,null]");
  assert.deepEqual(makeReader({ form: "values", columns: [{ decode: (text: string) => text.length }] }).all([["abc"], [null]]), [3, null]);
});
