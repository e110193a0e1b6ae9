/** Documents in lookups: a value is compared as the type it has, absent is like null, and every key can be reached. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { int, json, Model, type Engine } from "../../src/entry/index.ts";
import { bindings, openEngine } from "../support/make-database.ts";
import { unchecked } from "../support/unchecked-query.ts";

class Doc extends Model("docs", { id: int().primaryKey(), data: json<unknown>().nullable() }) {}

const documents: Readonly<Record<number, unknown>> = {
  1: { n: 1, s: "1", b: true, z: null, list: [1, "a", { k: 1 }], deep: { er: { still: "x" } } },
  2: { n: "1", s: 1, b: "true", list: [], deep: {} },
  3: { n: 1.0, b: false, list: "a", deep: { er: null } },
  4: [10, 20, { n: 1 }],
  5: "text",
  6: 7,
  7: null,
  8: { contains: "yes", "0": "zero", "a.b": "dot", 'qu"ote': "quote", "back\\": "slash", "": "empty", ünï: "ø", gt: 3 },
};

for (const binding of bindings()) {
  describe(`documents on ${binding}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openEngine([Doc], binding);
      await engine.session().insertAll(
        Doc,
        Object.entries(documents).map(([id, data]) => ({ id: Number(id), data })),
      );
      // NULL, which is not JSON's null.
      await engine.session().insert(Doc, { id: 9, data: null });
    });
    after(() => engine.close());

    const found = (lookups: object): Promise<readonly unknown[]> => unchecked(engine.query(Doc)).filter(lookups).orderBy("id").column("id");
    const cases = (name: string, table: readonly (readonly [lookups: object, ids: readonly number[]])[]): void => {
      test(name, async () => {
        for (const [lookups, ids] of table) assert.deepEqual(await found(lookups), ids, JSON.stringify(lookups));
      });
    };

    cases("a value matches values of its own type only", [
      [{ data__n: 1 }, [1, 3]],
      [{ data__n: "1" }, [2]],
      [{ data__s: 1 }, [2]],
      [{ data__b: true }, [1]],
      [{ data__b: false }, [3]],
      [{ data__b: "true" }, [2]],
      [{ data: "text" }, [5]],
      [{ data: 7 }, [6]],
      [{ data__n__gt: 0 }, [1, 3]],
      [{ data__n__lt: "2" }, [2]],
      [{ data__n__in: [1, 2] }, [1, 3]],
      [{ data__n__in: ["1"] }, [2]],
      [{ data__n__in: [] }, []],
      [{ data__n__range: [0, 1] }, [1, 3]],
      [{ data__n__ne: 2 }, [1, 3]],
      [{ data__s__startsWith: "1" }, [1]],
      [{ data__deep__er__still__icontains: "X" }, [1]],
    ]);

    cases("absent, JSON's null and NULL are all null", [
      [{ data__z: null }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
      [{ data__n: null }, [4, 5, 6, 7, 8, 9]],
      [{ data__n__isNull: false }, [1, 2, 3]],
      [{ data__deep__er: null }, [2, 3, 4, 5, 6, 7, 8, 9]],
      [{ data__deep__er__ne: null }, [1]],
      [{ data: null }, [7, 9]],
      [{ data__isNull: false }, [1, 2, 3, 4, 5, 6, 8]],
    ]);

    cases("hasKey tells absent from null", [
      [{ data__hasKey: "z" }, [1]],
      [{ data__hasKey: "n" }, [1, 2, 3]],
      [{ data__deep__hasKey: "er" }, [1, 3]],
      [{ data__hasKey: "missing" }, []],
    ]);

    cases("documents are compared by value, whatever the order of their keys", [
      [{ data: [10, 20, { n: 1 }] }, [4]],
      [{ data: [20, 10, { n: 1 }] }, []],
      [{ data__deep: { er: { still: "x" } } }, [1]],
      [{ data__deep: {} }, [2]],
      [{ data__list: [] }, [2]],
      [{ data: { deep: {}, list: [], b: "true", s: 1, n: "1" } }, [2]],
      [{ data__n: 1.0 }, [1, 3]],
    ]);

    cases("contains: parts of objects, elements of lists, parts of texts", [
      [{ data__contains: { n: 1 } }, [1, 3]],
      [{ data__contains: { deep: { er: {} } } }, [1]],
      [{ data__contains: {} }, [1, 2, 3, 8]],
      [{ data__list__contains: "a" }, [1, 3]],
      [{ data__list__contains: ["a", 1] }, [1]],
      [{ data__list__contains: [{ k: 1 }] }, [1]],
      [{ data__list__contains: [2] }, []],
      [{ data__contains: [10] }, [4]],
      [{ data__contains: 20 }, [4]],
      [{ data__contains: "tex" }, [5]],
    ]);

    cases("positions of lists, and keys of digits", [
      [{ data__0: 10 }, [4]],
      [{ data__2__n: 1 }, [4]],
      [{ data__0: "zero" }, [8]],
      [{ data__list__0: 1 }, [1]],
      [{ data__list__2__k: 1 }, [1]],
      [{ data__5: 10 }, []],
    ]);

    cases("odd keys", [
      [{ "data__a.b": "dot" }, [8]],
      [{ 'data__qu"ote': "quote" }, [8]],
      [{ "data__back\\": "slash" }, [8]],
      [{ data__ünï: "ø" }, [8]],
      [{ data__: "empty" }, [8]],
      [{ data__contains__exact: "yes" }, [8]],
      [{ data__gt__exact: 3 }, [8]],
      [{ data__gt__gt: 2 }, [8]],
      [{ data__constructor: "x" }, []],
      [{ "data__a') OR 1=1 --": "x" }, []],
    ]);

    test("expressions reach keys that are called like operators, and compare as they are compared with", async () => {
      const docs = engine.query(Doc as unknown as typeof Typed);
      const ids = (query: typeof docs): Promise<number[]> => query.orderBy("id").column("id");
      assert.deepEqual(await ids(docs.where((doc) => doc.data.at("contains").eq("yes"))), [8]);
      assert.deepEqual(await ids(docs.where((doc) => doc.data.at("n").gt(0))), [1, 3]);
      assert.deepEqual(await ids(docs.where((doc) => doc.data.at("deep").at("er").at("still").startsWith("x"))), [1]);
      assert.deepEqual(await ids(docs.where((doc) => doc.data.at("n").in([1, 5]))), [1, 3]);
      assert.deepEqual(await ids(docs.where((doc) => doc.data.at("deep").isNull())), [4, 5, 6, 7, 8, 9]);
    });

    test("exclude keeps documents for which there is no answer", async () => {
      const excluded = await unchecked(engine.query(Doc)).exclude({ data__n: 1 }).orderBy("id").column("id");
      assert.deepEqual(excluded, [2, 4, 5, 6, 7, 8, 9]);
    });

    test("documents come back as they were", async () => {
      const rows = await engine.query(Doc).orderBy("id").valuesList("id", "data");
      assert.deepEqual(Object.fromEntries(rows), { ...documents, 9: null });
    });
  });
}

interface Shape {
  n: number;
  contains: string;
  deep: { er: { still: string } };
}
class Typed extends Model("docs_typed", { id: int().primaryKey(), data: json<Shape>().nullable() }) {}
