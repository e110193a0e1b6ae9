// What comes from outside and means harm, on PostgreSQL: with statements that it keeps, and without a name, as behind a pooler.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, int, isPetrelError, Model, text, textSearch, type Engine } from "../../src/entry/index.ts";
import { hostileObjectsSuite } from "../suites/hostile-objects-suite.ts";
import { hostileTextsSuite } from "../suites/hostile-texts-suite.ts";
import { hostileTexts } from "../support/hostile-texts.ts";
import { scratchEngines } from "../support/scratch-engines.ts";
import { until } from "../support/waiting.ts";

const { open } = scratchEngines();

const catalog = `SELECT c.relname::text, c.relkind::text, a.attname::text, a.atttypid::int
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 3`;
const ownColumns = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

const unnamed = (): Promise<Engine> => open({ pooler: "transaction" });

hostileTextsSuite({ name: "PostgreSQL", open, catalog, ownColumns });
hostileObjectsSuite({ name: "PostgreSQL", open });
hostileTextsSuite({ name: "PostgreSQL, statements without a name", open: unnamed, catalog, ownColumns });

class Page extends Model("pages", { id: int().primaryKey(), body: text() }) {}

test("words to search for are words, whatever they are: no syntax error, and no operator of tsquery but those of a search box", async () => {
  await using engine = await open();
  await engine.createAll([Page]);
  await engine.session().insert(Page, { id: 1, body: "plain words" });
  const search = (words: string): Promise<number[]> =>
    engine
      .query(Page)
      .where((page) => textSearch([page.body], words, { language: "english" }).matches)
      .column("id");
  for (const words of [...hostileTexts, "a & b", "a | !b", "a:*", "(a", "a <-> ", "!!"]) await search(words);
  assert.deepEqual([await search("words"), await search("wor:*"), await search("absent | words")], [[1], [], []]);
  for (const language of ["english'); DROP TABLE pages; --", "", "pages"])
    await assert.rejects(
      async () =>
        engine
          .query(Page)
          .where((page) => textSearch([page.body], "words", { language }).matches)
          .all(),
      isPetrelError,
    );
  assert.equal(await engine.query(Page).count(), 1);
});

test("a setting has exactly the value it was given, and ends with its statement", async () => {
  await using engine = await open();
  for (const given of hostileTexts) {
    const inside = engine.with({ settings: { "app.given": given } });
    assert.equal((await inside.execute<{ value: string }>("SELECT current_setting('app.given') AS value")).all()[0]!.value, given);
  }
  assert.equal((await engine.execute<{ value: string }>("SELECT current_setting('app.given', true) AS value")).all()[0]!.value, "");
  for (const name of hostileTexts.filter((text) => !/^[a-z_][\w.]*$/i.test(text)))
    assert.throws(() => engine.with({ settings: { [name]: "x" } }), ConfigurationError);
});

test("a channel is called exactly so, and hears exactly what was sent", async () => {
  await using engine = await open();
  const names = hostileTexts.filter((text) => text !== "" && Buffer.byteLength(text) <= 63).slice(0, 60);
  const heard: string[] = [];
  const all = await Promise.all(names.map((name) => engine.listen(name, (payload) => void heard.push(`${name}: ${payload}`))));
  for (const name of names) await engine.notify(name, `${name}!`);
  await until(() => heard.length >= names.length);
  assert.deepEqual(
    heard,
    names.map((name) => `${name}: ${name}!`),
  );
  await Promise.all(all.map((subscription) => subscription.unlisten()));
});
