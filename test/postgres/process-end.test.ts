/** A program ends when it has nothing left to do, also when nobody closed its engine; while a statement runs, or somebody listens, it stays. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root, scratchFolder, startScript, writeAll } from "../scratch.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

const folder = scratchFolder("process-end");
let server: ScratchPostgres;

before(async () => {
  server = await startScratchPostgres();
});
after(() => server.stop());

const head = `
import { createEngine, int, Model } from ${JSON.stringify(join(root, "src/entry/index.ts"))};
class Item extends Model("ends", { id: int().primaryKey() }) {}
const engine = await createEngine(process.env.PROGRAM_URL);
const slow = () => engine.execute("SELECT 1 AS one FROM pg_sleep(0.5)");
`;

/** What a program prints; it must end by itself. */
const outputOf = async (name: string, url: string, body: string): Promise<string> => {
  writeAll(folder, { [`${name}.ts`]: head + body });
  const { status, output } = await startScript(join(folder, `${name}.ts`), { PROGRAM_URL: url }, 30_000);
  assert.equal(status, 0, output);
  return output;
};

describe("a program whose engine nobody closed ends", { concurrency: 3 }, () => {
  const places: Readonly<Record<string, () => string>> = {
    "a Unix socket": () => server.socketUrl(),
    TCP: () => server.url(),
    TLS: () => `${server.url()}?sslmode=require`,
    "SQLite in memory": () => "sqlite::memory:",
    "a file of SQLite": () => `sqlite:${join(folder, "ends.db")}`,
  };
  for (const [place, url] of Object.entries(places)) {
    test(`after its last statement (${place})`, async () => {
      const body = `await engine.execute("SELECT 1 AS one"); console.log("done");`;
      assert.equal(await outputOf(`last-${place.replaceAll(" ", "-")}`, url(), body), "done\n");
    });
  }

  for (const place of ["a Unix socket", "TLS"]) {
    test(`not before a statement that runs after a rest (${place})`, async () => {
      const body = `
        await engine.execute("SELECT 1");
        await new Promise((resolve) => setTimeout(resolve, 300));
        console.log((await slow()).one());`;
      assert.equal(await outputOf(`rest-${place.replaceAll(" ", "-")}`, places[place]!(), body), "{ one: 1 }\n");
    });
  }

  test("with a transaction open: the server rolls it back", async () => {
    const body = `
      await engine.createAll([Item]);
      const session = await engine.session().begin();
      await session.insert(Item, { id: 1 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await slow();
      console.log(await session.query(Item).count());`;
    assert.equal(await outputOf("open", server.socketUrl(), body), "1\n");
    const count = `console.log(await engine.query(Item).count());`;
    assert.equal(await outputOf("count", server.socketUrl(), count), "0\n");
  });

  test("not while somebody listens", async () => {
    const body = `
      const subscription = await engine.listen("ends", (payload) => { console.log(payload); void subscription.unlisten(); });
      setTimeout(() => void engine.notify("ends", "heard"), 400).unref();
      console.log("listens");`;
    const outcome = await outputOf("listens", server.socketUrl(), body);
    assert.equal(outcome, "listens\nheard\n");
  });
});
