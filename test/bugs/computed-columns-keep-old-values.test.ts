/** A query that names a computed column again (in where, select, orderBy, an aggregate) used the value that the column was first computed with in this process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { count, createEngine, int, Model, sum } from "../../src/entry/index.ts";

class Sale extends Model("sales", { id: int().primaryKey(), pieces: int(), till: int() }) {}

const opened = async () => {
  const engine = await createEngine("sqlite::memory:");
  await engine.createAll([Sale]);
  await engine.session().insertAll(Sale, [
    { pieces: 1, till: 1 },
    { pieces: 2, till: 1 },
  ]);
  return engine;
};

test("every query computes with its own values, however often it names the column", async () => {
  await using engine = await opened();
  const answers = async (factor: number): Promise<unknown> => {
    const sales = engine.query(Sale).annotate((sale) => ({ weighted: sale.pieces.times(factor) }));
    return {
      all: await sales.aggregate({ all: sum("weighted") }),
      groups: await sales
        .groupBy("till")
        .annotate({ all: sum("weighted") })
        .all(),
      byValue: await sales.groupBy("weighted").annotate({ sales: count() }).orderBy("weighted").all(),
      where: await sales.where((sale) => sale.weighted.gte(10)).count(),
      select: await sales
        .select((sale) => ({ twice: sale.weighted.plus(sale.weighted) }))
        .orderBy("id")
        .all(),
      annotate: (
        await sales
          .annotate((sale) => ({ more: sale.weighted.plus(1) }))
          .orderBy((sale) => sale.more.desc())
          .first()
      )?.more,
    };
  };
  const expected = (factor: number): unknown => ({
    all: { all: 3 * factor },
    groups: [{ till: 1, all: 3 * factor }],
    byValue: [
      { weighted: factor, sales: 1 },
      { weighted: 2 * factor, sales: 1 },
    ],
    where: [factor, 2 * factor].filter((value) => value >= 10).length,
    select: [{ twice: 2 * factor }, { twice: 4 * factor }],
    annotate: 2 * factor + 1,
  });
  for (const factor of [2, 5, 20]) assert.deepEqual(await answers(factor), expected(factor));
});
