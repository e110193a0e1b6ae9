/** What migration files promise on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { tracingChannel } from "node:diagnostics_channel";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { MigrationError, type Engine } from "../../src/entry/index.ts";
import {
  applyMigrations,
  findDrift,
  introspect,
  lintMigrations,
  makeMigration,
  migrationHistory,
  migrationStatus,
  planMigrations,
  planRollback,
  readMigrations,
  rollbackMigrations,
  squashMigrations,
  stampMigrations,
} from "../../src/entry/migrate.ts";
import { int, Model, text } from "../../src/entry/index.ts";
import type { MigrationMessage } from "../../src/entry/observe.ts";

export interface RunEngine {
  readonly name: string;
  /** An engine on an empty database of its own. */
  readonly open: () => Promise<Engine>;
}

const entry = new URL("../../src/entry/migrate.ts", import.meta.url).href;

const folders: string[] = [];
export const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "petrel-migrations-"));
  folders.push(folder);
  return folder;
};

/** As in a project that has the package under its name. */
const installPetrel = async (folder: string): Promise<void> => {
  const home = join(folder, "node_modules", "petrel");
  await mkdir(home, { recursive: true });
  await writeFile(join(home, "package.json"), JSON.stringify({ type: "module", exports: { "./migrate": "./migrate.js" } }));
  await writeFile(join(home, "migrate.js"), `export * from ${JSON.stringify(entry)};`);
};

/** Writes a migration by hand; its reference for the children. */
export const put = async (folder: string, file: string, content: string): Promise<string> => {
  await writeFile(join(folder, file), content);
  return `${file.replace(/\.[^.]+$/, "")}@${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
};

const sqlFile = (parents: readonly string[], up: string, down: string | null): string =>
  `-- parents: ${parents.join(", ") || "none"}\n\n-- up\n${up}\n\n${down === null ? "-- down: irreversible" : `-- down\n${down}`}\n`;

const tablesOf = async (engine: Engine): Promise<string[]> =>
  (await introspect(engine, { ignore: ["petrel_migrations"] })).tables.map(({ name }) => name).sort();

const code = (expected: string, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof MigrationError, String(error));
  assert.equal(error.code, expected, error.message);
  assert.match(error.message, pattern);
  return true;
};

export const migrateRunSuite = ({ name: database, open }: RunEngine): void => {
  const withEngine =
    (body: (engine: Engine, folder: string) => Promise<void>): (() => Promise<void>) =>
    async () => {
      await using engine = await open();
      await body(engine, await newFolder());
    };

  after(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  describe(`migrations on ${database}`, () => {
    test(
      "each tells its name and direction on petrel:migration, and whether there was something to do",
      withEngine(async (engine, folder) => {
        await put(folder, "0001_told.sql", sqlFile([], "CREATE TABLE told (id INTEGER);", "DROP TABLE told;"));
        const told: unknown[] = [];
        const asyncEnd = (message: unknown): void => void told.push({ ...(message as MigrationMessage) });
        const { asyncEnd: ends } = tracingChannel("petrel:migration");
        ends.subscribe(asyncEnd);
        try {
          await applyMigrations(engine, { folder });
          await rollbackMigrations(engine, { folder, consent: (await planRollback(engine, { folder })).hash });
        } finally {
          ends.unsubscribe(asyncEnd);
        }
        assert.deepEqual(told, [
          { migration: "0001_told", direction: "apply", result: true },
          { migration: "0001_told", direction: "rollback", result: true },
        ]);
      }),
    );

    test(
      "are made from models, applied, and taken back",
      withEngine(async (engine, folder) => {
        class User extends Model("users", { id: int().primaryKey(), name: text() }) {}
        const dialect = engine.dialect.name;
        const made = await makeMigration({ dialect, folder, name: "create_users", models: [User] });
        assert.equal(made.outcome, "made");
        assert.deepEqual(await makeMigration({ dialect, folder, name: "again", models: [User] }), { outcome: "no changes" });

        const report = await applyMigrations(engine, { folder });
        assert.deepEqual(report.done, [made.outcome === "made" ? made.name : ""]);
        assert.deepEqual(await tablesOf(engine), ["users"]);
        assert.deepEqual((await applyMigrations(engine, { folder })).done, [], "the second time nothing is left");
        assert.deepEqual(
          (await migrationHistory(engine)).map(({ state, step, how, position }) => ({ state, step, how, position })),
          [{ state: "applied", step: 0, how: "run", position: 1 }],
        );

        await assert.rejects(rollbackMigrations(engine, { folder }), code("E1715", /drops the table users/));
        const plan = await planRollback(engine, { folder });
        assert.deepEqual((await rollbackMigrations(engine, { folder, consent: plan.hash })).done, report.done);
        assert.deepEqual(await tablesOf(engine), []);
        assert.deepEqual(await migrationHistory(engine), []);
      }),
    );

    test(
      "follow models through columns, renames and drops, and the way back keeps the names",
      withEngine(async (engine, folder) => {
        const dialect = engine.dialect.name;
        const first = class extends Model("people", { id: int().primaryKey(), name: text(), age: int() }) {};
        const second = class extends Model("people", { id: int().primaryKey(), fullName: text(), age: int().nullable() }) {};
        await makeMigration({ dialect, folder, name: "one", models: [first] });
        await applyMigrations(engine, { folder });
        await engine.execute("INSERT INTO people (id, name, age) VALUES (1, 'Ann', 40)");

        const asked = await makeMigration({ dialect, folder, name: "two", models: [second] });
        assert.equal(asked.outcome, "questions");
        assert.equal((await readdir(folder)).length, 2, "with open questions nothing is written");

        const made = await makeMigration({ dialect, folder, name: "two", models: [second], ask: async () => "full_name" });
        assert.equal(made.outcome, "made");
        await applyMigrations(engine, { folder });
        assert.deepEqual((await engine.execute("SELECT id, full_name, age FROM people")).all(), [{ id: 1, full_name: "Ann", age: 40 }]);
        assert.deepEqual((await findDrift(engine)).changes, []);

        await rollbackMigrations(engine, { folder });
        assert.deepEqual((await engine.execute("SELECT id, name, age FROM people")).all(), [{ id: 1, name: "Ann", age: 40 }]);
        assert.deepEqual((await migrationStatus(engine, { folder })).pending.length, 1);
      }),
    );

    test(
      "in TypeScript run their steps, and batches go on where they stopped",
      withEngine(async (engine, folder) => {
        await put(
          folder,
          "0001_lines.ts",
          `import { batched, defineMigration, run } from ${JSON.stringify(entry)};
           let fail = true;
           export default defineMigration({
             parents: [],
             up: [
               "CREATE TABLE lines (id integer PRIMARY KEY, doubled integer); CREATE TABLE calls (at integer);",
               run("ten lines", async (migration) => {
                 for (let id = 1; id <= 10; id++) await migration.execute("INSERT INTO lines (id) VALUES ($1)", [id]);
               }),
               batched("double", async (migration, after) => {
                 const from = Number(after ?? 0);
                 await migration.execute("INSERT INTO calls (at) VALUES ($1)", [from]);
                 if (from === 6 && fail) { fail = false; throw new Error("the third batch fails once"); }
                 await migration.execute("UPDATE lines SET doubled = id * 2 WHERE id > $1 AND id <= $2", [from, from + 3]);
                 return from + 3 >= 10 ? null : from + 3;
               }),
             ],
             down: "irreversible",
           });`,
        );
        await assert.rejects(
          applyMigrations(engine, { folder }),
          code("E1719", /failed at step 4 of 4 \('double'\): the third batch fails once Its first 3 steps are done and stay/),
        );
        const status = await migrationStatus(engine, { folder });
        assert.deepEqual(
          status.unfinished.map(({ name, state, step }) => ({ name, state, step })),
          [{ name: "0001_lines", state: "applying", step: 3 }],
        );
        await assert.rejects(rollbackMigrations(engine, { folder }), code("E1718", /did not come to its end/));
        assert.deepEqual((await findDrift(engine)).since, null, "a half-done migration leaves nothing to compare with");

        assert.deepEqual((await applyMigrations(engine, { folder })).done, ["0001_lines"]);
        assert.deepEqual(
          (await engine.execute<{ at: number }>("SELECT at FROM calls ORDER BY at")).all().map(({ at }) => at),
          [0, 3, 6, 9],
          "each batch counts once",
        );
        assert.equal((await engine.execute("SELECT sum(doubled) AS sum FROM lines")).scalar()?.toString(), "110");
        await assert.rejects(planRollback(engine, { folder }), code("E1716", /'0001_lines' is irreversible/));
      }),
    );

    test(
      "that fail leave nothing of their transaction, and can be mended",
      withEngine(async (engine, folder) => {
        const ref = await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;"));
        await put(
          folder,
          "b.sql",
          sqlFile([ref], "CREATE TABLE b (id integer PRIMARY KEY); INSERT INTO nowhere VALUES (1);", "DROP TABLE b;"),
        );
        await assert.rejects(applyMigrations(engine, { folder }), code("E1719", /'b' failed at step 2 of 2: .* Nothing of it was kept/));
        assert.deepEqual(await tablesOf(engine), ["a"]);
        await put(folder, "b.sql", sqlFile([ref], "CREATE TABLE b (id integer PRIMARY KEY); INSERT INTO b VALUES (1);", "DROP TABLE b;"));
        assert.deepEqual((await applyMigrations(engine, { folder })).done, ["b"]);
        assert.deepEqual(await tablesOf(engine), ["a", "b"]);
      }),
    );

    test(
      "that were changed after they were applied are refused, and so are children of changed parents",
      withEngine(async (engine, folder) => {
        const ref = await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;"));
        await applyMigrations(engine, { folder });
        await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY, x text);", "DROP TABLE a;"));
        assert.deepEqual((await migrationStatus(engine, { folder })).changed, ["a"]);
        await assert.rejects(applyMigrations(engine, { folder }), code("E1711", /The file of 'a' says something else/));
        await put(folder, "b.sql", sqlFile([ref], "CREATE TABLE b (id integer PRIMARY KEY);", null));
        await assert.rejects(planMigrations(engine, { folder }), code("E1712", /'b' follows 'a@[0-9a-f]{12}', but that file was changed/));
      }),
    );

    test(
      "of two branches are applied when they go together, and named when they do not",
      withEngine(async (engine, folder) => {
        const dialect = engine.dialect.name;
        const root = await put(
          folder,
          "root.sql",
          sqlFile([], "CREATE TABLE users (id integer PRIMARY KEY, name text);", "DROP TABLE users;"),
        );
        await put(folder, "left.sql", sqlFile([root], "ALTER TABLE users ADD COLUMN a integer;", "ALTER TABLE users DROP COLUMN a;"));
        await put(folder, "right.sql", sqlFile([root], "ALTER TABLE users ADD COLUMN b integer; CREATE INDEX by_b ON users (b);", null));
        const graph = await readMigrations({ dialect, folder });
        assert.deepEqual([graph.heads, graph.conflicts], [["left", "right"], []]);
        assert.deepEqual((await applyMigrations(engine, { folder })).done, ["root", "left", "right"]);

        const other = await newFolder();
        await put(other, "root.sql", sqlFile([], "CREATE TABLE users (id integer PRIMARY KEY, name text);", "DROP TABLE users;"));
        await put(other, "left.sql", sqlFile([root], "ALTER TABLE users RENAME COLUMN name TO full_name;", null));
        await put(other, "right.sql", sqlFile([root], "ALTER TABLE users DROP COLUMN name;", null));
        assert.deepEqual((await readMigrations({ dialect, folder: other })).conflicts, [
          { left: "left", right: "right", what: "the column users.name" },
        ]);
        await assert.rejects(
          makeMigration({ dialect, folder: other, name: "next", models: [] }),
          code("E1713", /'left' and 'right' both touch the column users.name/),
        );
        await using fresh = await open();
        await assert.rejects(applyMigrations(fresh, { folder: other }), code("E1713", /the column users.name/));
        const merge = await makeMigration({ dialect, folder: other, name: "merge", empty: true, parents: ["left", "right"] });
        assert.equal(merge.outcome, "made");
        assert.deepEqual((await readMigrations({ dialect, folder: other })).conflicts, [], "who wrote the merge has looked at it");
      }),
    );

    test(
      "that lose data need consent to exactly their plan",
      withEngine(async (engine, folder) => {
        const ref = await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY, x text);", "DROP TABLE a;"));
        await applyMigrations(engine, { folder });
        const second = await put(folder, "b.sql", sqlFile([ref], "ALTER TABLE a DROP COLUMN x;", "ALTER TABLE a ADD COLUMN x text;"));
        const plan = await planMigrations(engine, { folder });
        assert.deepEqual(plan.losses, ["drops the column a.x"]);
        await assert.rejects(applyMigrations(engine, { folder }), code("E1715", /drops the column a.x, which nothing brings back/));
        await put(folder, "c.sql", sqlFile([second], "CREATE TABLE c (id integer PRIMARY KEY);", "DROP TABLE c;"));
        await assert.rejects(applyMigrations(engine, { folder, consent: plan.hash }), code("E1715", /is for another plan/));
        const { hash } = await planMigrations(engine, { folder });
        assert.deepEqual((await applyMigrations(engine, { folder, consent: hash })).done, ["b", "c"]);
      }),
    );

    test(
      "can be tried without keeping anything, written down without being run, and stamped",
      withEngine(async (engine, folder) => {
        const ref = await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;"));
        await put(folder, "b.sql", sqlFile([ref], "INSERT INTO a VALUES (1); INSERT INTO a VALUES (1);", null));
        await assert.rejects(
          applyMigrations(engine, { folder, dryRun: true }),
          code("E1719", /'b' failed at step 2 of 2: .* It was only tried/),
        );
        assert.deepEqual(await tablesOf(engine), []);
        const tried = await applyMigrations(engine, { folder, dryRun: true, to: "a" });
        assert.deepEqual([tried.done, tried.untried, await tablesOf(engine)], [[], [], []]);
        assert.deepEqual((await migrationStatus(engine, { folder })).applied, []);

        assert.deepEqual((await applyMigrations(engine, { folder, fake: true, to: "a" })).done, ["a"]);
        assert.deepEqual(await tablesOf(engine), []);
        assert.deepEqual((await migrationStatus(engine, { folder })).pending, ["b"]);
        assert.deepEqual(await stampMigrations(engine, { folder }), ["a", "b"]);
        assert.deepEqual(
          (await migrationHistory(engine)).map(({ name, how }) => [name, how]),
          [
            ["a", "fake"],
            ["b", "stamp"],
          ],
        );
        assert.deepEqual(await stampMigrations(engine, { folder, to: "a" }), ["a"]);
        assert.deepEqual((await migrationStatus(engine, { folder })).pending, ["b"]);
      }),
    );

    test(
      "see what was changed by hand",
      withEngine(async (engine, folder) => {
        await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY, x text);", "DROP TABLE a;"));
        assert.deepEqual((await findDrift(engine)).since, null);
        await applyMigrations(engine, { folder });
        assert.deepEqual(await findDrift(engine), { since: "a", changes: [], statements: [], unmanaged: [], unmanagedChanges: [] });
        await engine.execute("CREATE INDEX by_hand ON a (x)");
        const drift = await findDrift(engine);
        assert.deepEqual(
          drift.changes.map(({ change }) => change),
          ["createIndex"],
        );
        assert.match(drift.statements[0]!.sql, /by_hand/);
      }),
    );

    test(
      "are squashed into one that stands for them where they were applied",
      withEngine(async (engine, folder) => {
        const dialect = engine.dialect.name;
        const first = await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;"));
        const second = await put(folder, "b.sql", sqlFile([first], "CREATE TABLE b (id integer PRIMARY KEY);", "DROP TABLE b;"));
        await put(folder, "c.sql", sqlFile([second], "CREATE TABLE c (id integer PRIMARY KEY);", "DROP TABLE c;"));
        await using half = await open();
        await applyMigrations(half, { folder, to: "a" });
        await applyMigrations(engine, { folder, to: "b" });
        const squashed = await squashMigrations({ dialect, folder, name: "squashed", to: "b", remove: true });
        assert.deepEqual(squashed.replaced, ["a", "b"]);
        assert.deepEqual((await readMigrations({ dialect, folder })).heads, ["c"]);

        assert.deepEqual((await applyMigrations(engine, { folder })).done, ["c"]);
        assert.deepEqual(
          (await migrationHistory(engine)).map(({ name, how }) => [name, how]),
          [
            [squashed.name, "squash"],
            ["c", "run"],
          ],
        );
        await assert.rejects(applyMigrations(half, { folder }), code("E1718", /stands for 2 others, of which this database has only 1/));
        assert.deepEqual(
          (await migrationStatus(half, { folder })).pending,
          [squashed.name, "c"],
          "which may be looked at, and mended by hand",
        );
        await half.execute("CREATE TABLE b (id integer PRIMARY KEY)");
        await stampMigrations(half, { folder, to: squashed.name });
        assert.deepEqual((await applyMigrations(half, { folder })).done, ["c"]);
        await using fresh = await open();
        assert.deepEqual((await applyMigrations(fresh, { folder })).done, [squashed.name, "c"]);
        assert.deepEqual(await tablesOf(fresh), ["a", "b", "c"]);
        const { hash } = await planRollback(fresh, { folder, to: null });
        await rollbackMigrations(fresh, { folder, to: null, consent: hash });
        assert.deepEqual(await tablesOf(fresh), []);
      }),
    );

    test(
      "go back to a point, and not below what others stand on",
      withEngine(async (engine, folder) => {
        const first = await put(folder, "a.sql", sqlFile([], "CREATE TABLE a (id integer);", "DROP TABLE a;"));
        const second = await put(folder, "b.sql", sqlFile([first], "CREATE TABLE b (id integer);", "DROP TABLE b;"));
        await put(folder, "c.sql", sqlFile([second], "CREATE TABLE c (id integer);", "DROP TABLE c;"));
        await applyMigrations(engine, { folder });
        const { hash, migrations } = await planRollback(engine, { folder, to: "a" });
        assert.deepEqual(
          migrations.map(({ name }) => name),
          ["c", "b"],
        );
        await rollbackMigrations(engine, { folder, to: "a", consent: hash });
        assert.deepEqual(await tablesOf(engine), ["a"]);
        await assert.rejects(planRollback(engine, { folder, to: "c" }), code("E1712", /'c' is not applied/));
      }),
    );

    test(
      "are looked through for what is dangerous, with the rows it concerns",
      withEngine(async (engine, folder) => {
        const ref = await put(
          folder,
          "a.sql",
          sqlFile([], "CREATE TABLE a (id integer PRIMARY KEY, x text); CREATE INDEX a_x ON a (x);", "DROP TABLE a;"),
        );
        assert.deepEqual(await lintMigrations(engine, { folder }), [], "a new table has nobody who waits");
        await applyMigrations(engine, { folder });
        await engine.execute("INSERT INTO a VALUES (1, 'x'), (2, 'y')");
        if (engine.dialect.name === "postgres") await engine.execute("ANALYZE a");
        await put(folder, "b.sql", sqlFile([ref], "UPDATE a SET x = 'z'; ALTER TABLE a DROP COLUMN x;", null));
        const findings = await lintMigrations(engine, { folder, policy: { forbid: ["drop-column"] } });
        assert.deepEqual(
          findings.map(({ migration, step, rule, severity, rows, losesData }) => ({ migration, step, rule, severity, rows, losesData })),
          [
            { migration: "b", step: 1, rule: "all-rows-in-one-statement", severity: "warning", rows: 2, losesData: null },
            { migration: "b", step: 2, rule: "drop-column", severity: "error", rows: 2, losesData: "drops the column a.x" },
          ],
        );
        assert.ok(findings.every(({ bytes }) => bytes === null || bytes > 0));
        assert.deepEqual(
          (await lintMigrations(engine, { folder, policy: { smallTable: 100, ignore: ["drop-column"] } })).map(({ rule }) => rule),
          [],
        );
        await assert.rejects(lintMigrations(engine, { folder, policy: { forbid: ["drop-colum"] } }), {
          message: /Did you mean 'drop-column'/,
        });
      }),
    );

    test(
      "written as TypeScript do the same as those written as SQL",
      withEngine(async (engine, folder) => {
        const dialect = engine.dialect.name;
        const first = class extends Model("things", { id: int().primaryKey(), name: text(), size: int().nullable() }) {};
        const second = class extends Model("things", { id: int().primaryKey(), name: text().nullable() }) {};
        await installPetrel(folder);
        await makeMigration({ dialect, folder, name: "one", models: [first], format: "typescript" });
        const made = await makeMigration({ dialect, folder, name: "two", models: [second], format: "typescript" });
        assert.ok(made.outcome === "made");
        const plan = await planMigrations(engine, { folder });
        assert.equal(plan.losses.length, 1);
        await applyMigrations(engine, { folder, consent: plan.hash });
        assert.deepEqual((await findDrift(engine)).changes, []);
        const back = await planRollback(engine, { folder, to: null });
        await rollbackMigrations(engine, { folder, to: null, consent: back.hash });
        assert.deepEqual(await tablesOf(engine), []);
      }),
    );
  });
};
