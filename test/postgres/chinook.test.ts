/** The Chinook report on PostgreSQL: every figure as on SQLite, wherever server and reader are on Earth, and the commands that print it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { createEngine, sql, type Engine } from "../../src/entry/index.ts";
import { chinookSuite } from "../suites/chinook-suite.ts";
import { petrelFromSource } from "../support/petrel-from-source.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

petrelFromSource();

const { loadStore } = await import("../../examples/chinook/load.ts");
const { openStore } = await import("../../examples/chinook/open.ts");
const { Artist, Playlist, PlaylistTrack } = await import("../../examples/chinook/models/music.ts");
const { openTill } = await import("../../examples/chinook/till.ts");
const { InvoiceLine } = await import("../../examples/chinook/models/sales.ts");

const root = fileURLToPath(new URL("../../", import.meta.url));
const sourceAsPetrel = `import { petrelFromSource } from ${JSON.stringify(new URL("../support/petrel-from-source.ts", import.meta.url).href)}; petrelFromSource();`;

/** West and east of UTC: midnight is on the day before, and the next day begins early. */
const zones = ["America/St_Johns", "Pacific/Apia"] as const;

let server: ScratchPostgres;
let count = 0;

before(async () => void (server = await startScratchPostgres()));
after(() => server.stop());

/** The URL of an empty database of its own, whose sessions are in that zone. */
const emptyDatabase = async (zone: string): Promise<string> => {
  const name = `chinook_${++count}`;
  const maker = openPostgres({ url: server.socketUrl() });
  await maker.run(write(`CREATE DATABASE ${name}`));
  await maker.run(write(`ALTER DATABASE ${name} SET timezone = '${zone}'`));
  await maker.close();
  return server.socketUrl(name);
};

const load = async (engine: Engine): Promise<number> => {
  await using file = await openStore();
  return await loadStore(file.engine, engine);
};

const report = (zone: string, ...options: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
  spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(sourceAsPetrel)}`, "examples/chinook/report.ts", ...options],
    { cwd: root, env: { ...process.env, TZ: zone }, encoding: "utf8" },
  );

/** Without the time it took. */
const figuresIn = (printed: string): string => printed.replace(/, \d+ ms\.\n$/, "");

/** Gives tables and columns the names of Chinook's own script for PostgreSQL, and its times no zone. */
const renameAsOfficial = async (engine: Engine): Promise<void> => {
  const snake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  const columns = await engine.execute(
    sql<{ table: string; column: string; type: string }>`
      SELECT table_name AS "table", column_name AS "column", data_type AS "type" FROM information_schema.columns WHERE table_schema = 'public'`,
  );
  for (const { table, column, type } of columns.all()) {
    const [owner, name] = [sql.identifier(table), sql.identifier(column)];
    if (type.startsWith("timestamp"))
      await engine.execute(sql`ALTER TABLE ${owner} ALTER ${name} TYPE timestamp USING ${name} AT TIME ZONE 'UTC'`);
    await engine.execute(sql`ALTER TABLE ${owner} RENAME ${name} TO ${sql.identifier(snake(column))}`);
  }
  for (const table of new Set(columns.all().map((column) => column.table))) {
    await engine.execute(sql`ALTER TABLE ${sql.identifier(table)} RENAME TO ${sql.identifier(snake(table))}`);
  }
};

for (const zone of zones) {
  describe(`in the time zone ${zone}`, () => {
    const zoneBefore = process.env["TZ"];
    before(() => void (process.env["TZ"] = zone));
    after(() => {
      if (zoneBefore === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zoneBefore;
    });

    test("the process and the server are there", async () => {
      assert.notEqual(new Date(0).getTimezoneOffset(), 0);
      await using engine = await createEngine(await emptyDatabase(zone));
      assert.equal((await engine.execute("SHOW timezone")).scalar(), zone);
    });

    chinookSuite({
      name: "PostgreSQL",
      open: async () => {
        const engine = await createEngine(await emptyDatabase(zone));
        await load(engine);
        return { engine, [Symbol.asyncDispose]: () => engine.close() };
      },
      openTill: async () => openTill(await emptyDatabase(zone)),
    });
  });
}

describe("loading", () => {
  test("brings every row, and new rows get numbers behind the loaded ones", async () => {
    await using engine = await createEngine(await emptyDatabase("UTC"));
    assert.equal(await load(engine), 15_607);
    assert.equal(await engine.query(PlaylistTrack).count(), 8715);
    const artist = await engine.session().insert(Artist, { name: "The Petrels" });
    const line = await engine.session().insert(InvoiceLine, { invoiceId: 1, trackId: 1, unitPrice: "0.99", quantity: 1 });
    assert.deepEqual([artist.id, line.id], [276, 2241]);
  });

  test("leaves no rows behind when it fails half-way", async () => {
    await using engine = await createEngine(await emptyDatabase("UTC"));
    await engine.createAll([Playlist]);
    await engine.session().insert(Playlist, { id: 7, name: "Mine" });
    await assert.rejects(load(engine), { name: "UniqueViolation" });
    assert.deepEqual([await engine.query(Artist).count(), await engine.query(Playlist).count()], [0, 1]);
  });
});

describe("npm start", () => {
  test("asks before it fills a database, and then prints what it prints of SQLite", async () => {
    const url = await emptyDatabase(zones[0]);
    const refused = report("UTC", "--url", url);
    assert.deepEqual([refused.status, refused.stdout], [1, ""]);
    assert.match(refused.stderr, /^There is no Chinook in this database\. Add --load .*; nothing was written\.\n$/);
    await using engine = await createEngine(url);
    assert.deepEqual((await engine.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")).all(), []);

    const expected = report("UTC");
    assert.match(expected.stdout, /^Chinook, 2021-01-01 to 2025-12-22\n/);
    const loaded = report(zones[1], "--url", url, "--load");
    assert.deepEqual([loaded.status, figuresIn(loaded.stdout)], [0, figuresIn(expected.stdout)]);
    assert.match(loaded.stderr, /Loaded 15607 rows\./);
    const again = report(zones[0], "--url", url);
    assert.deepEqual([again.status, again.stderr, figuresIn(again.stdout)], [0, "", figuresIn(expected.stdout)]);
  });

  test("reads the tables of Chinook's own script for PostgreSQL, and stores nothing there", async () => {
    const url = await emptyDatabase(zones[0]);
    await using engine = await createEngine(url);
    await load(engine);
    await renameAsOfficial(engine);
    const relations = async (): Promise<unknown> => (await engine.execute("SELECT count(*) FROM pg_class")).scalar();
    const before = await relations();
    const printed = report(zones[1], "--url", url);
    assert.deepEqual([printed.status, printed.stderr], [0, ""]);
    assert.equal(figuresIn(printed.stdout), figuresIn(report("UTC").stdout));
    assert.deepEqual(await relations(), before);
  });

  for (const [options, sentence] of [
    [["--lod"], /^Unknown option '--lod'/],
    [["--load"], /^--load says to fill the database of --url, and there is no --url\./],
    [["--url", "sqlite:chinook.db"], /^--url takes the URL of a PostgreSQL database\./],
    [["--url", "postgresql://127.0.0.1:1/chinook"], /^Cannot connect to PostgreSQL/],
  ] as const) {
    test(`says what is wrong with ${options.join(" ")}, without a stack`, () => {
      const { status, stdout, stderr } = report("UTC", ...options);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(stderr, sentence);
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }
});
