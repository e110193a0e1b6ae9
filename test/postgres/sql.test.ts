// What SQL's expressions, windows, subqueries, set operations and trees give, on PostgreSQL.
import { test } from "node:test";
import assert from "node:assert/strict";
import { int, Model, text, textSearch } from "../../src/entry/index.ts";
import { expressionRandomSuite } from "../suites/expression-random-suite.ts";
import { lateralSuite } from "../suites/lateral-suite.ts";
import { lookupRandomSuite } from "../suites/lookup-random-suite.ts";
import { sqlSuite } from "../suites/sql-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

sqlSuite({ name: "PostgreSQL", open });
lateralSuite({ name: "PostgreSQL", open });
expressionRandomSuite({ name: "PostgreSQL", open });
lookupRandomSuite({ name: "PostgreSQL", open, foldsAll: false });

class Page extends Model("pages", { id: int().primaryKey(), title: text(), body: text().nullable() }) {}

test("texts are searched by words, and ordered by how well they match", async () => {
  await using engine = await open();
  await engine.createAll([Page]);
  await engine.session().insertAll(Page, [
    { id: 1, title: "Wool", body: "Sheep are sheared for their wool, and wool is spun." },
    { id: 2, title: "Sheep", body: null },
    { id: 3, title: "Goats", body: "They climb." },
  ]);
  const search = (words: string) => {
    const found = (page: typeof Page.columns) => textSearch([page.title, page.body], words, { language: "english" });
    return engine
      .query(Page)
      .where((page) => found(page).matches)
      .annotate((page) => ({ rank: found(page).rank }))
      .orderBy("-rank", "id")
      .all();
  };
  const ids = async (words: string) => (await search(words)).map((page) => page.id);
  assert.deepEqual(await ids("sheep"), [1, 2]);
  assert.deepEqual(await ids("climbing"), [3]);
  assert.deepEqual(await ids("wool -sheep"), []);
  assert.deepEqual(await ids('"wool is"'), [1]);
  assert.deepEqual(await ids("'); DROP TABLE pages; --"), []);
  const [best] = await search("wool");
  assert.ok(best !== undefined && best.rank > 0 && best.rank < 1);
});
