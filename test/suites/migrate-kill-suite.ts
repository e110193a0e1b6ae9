/** Processes that apply the same migrations at once, and processes that are killed while they do: run this with a way to make databases. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { applyMigrations, findDrift, migrationHistory, migrationStatus } from "../../src/entry/migrate.ts";
import { unlessAll } from "../scratch.ts";
import { mortalEngine } from "../support/mortal-engine.ts";

export interface KillDatabase {
  readonly name: string;
  /** The URL of a new database that other processes can open, too. */
  readonly create: () => Promise<string>;
  /** Statements that run outside of a transaction here. */
  readonly alone: readonly string[];
  /** Whether what they make is there, and whole. */
  readonly assertWhole: (engine: Engine) => Promise<void>;
}

const entry = new URL("../../src/entry/migrate.ts", import.meta.url).href;
const program = fileURLToPath(new URL("../support/apply-migrations-process.ts", import.meta.url));

interface Outcome {
  readonly killed: boolean;
  readonly done: readonly string[];
  readonly errors: string;
}

const applyInProcess = (url: string, folder: string, at = -1, word = ""): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, url, folder, String(at), word], {
      stdio: ["ignore", "pipe", "pipe"],
      // What one compiled, the next ones read.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "petrel-kill-cache") },
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
    child.on("error", reject);
    child.on("close", (_, signal) => {
      const line = output.trim();
      resolve({ killed: signal === "SIGKILL", done: line === "" ? [] : (JSON.parse(line) as { done: string[] }).done, errors });
    });
  });

export const writeFolder = async (folder: string, alone: readonly string[]): Promise<void> => {
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return `${name.replace(/\.[^.]+$/, "")}@${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
  };
  const mood = alone.length > 1 ? "CREATE TYPE mood AS ENUM ('sad');" : "";
  const first = await put(
    "a.sql",
    `-- up\n${mood}CREATE TABLE lines (id integer PRIMARY KEY, n integer);\nINSERT INTO lines VALUES (1, 0), (2, 0), (3, 0), (4, 0);\n-- down\nDROP TABLE lines;\n`,
  );
  const second = await put(
    "b.sql",
    `-- parents: ${first}\n-- up\nALTER TABLE lines ADD COLUMN x integer;\n${alone.join(";\n")};\nUPDATE lines SET n = n + 1;\n`,
  );
  await put(
    "c.ts",
    `import { batched, defineMigration } from ${JSON.stringify(entry)};
     export default defineMigration({
       parents: [${JSON.stringify(second)}],
       up: [batched("count", async (migration, after) => {
         await migration.execute("UPDATE lines SET n = n + 10 WHERE id > $1 AND id <= $2", [Number(after ?? 0), Number(after ?? 0) + 2]);
         return after === null ? 2 : null;
       })],
       down: "irreversible",
     });`,
  );
};

export const assertApplied = async (engine: Engine, folder: string, { assertWhole }: KillDatabase, message: string): Promise<void> => {
  assert.deepEqual(
    (await engine.execute("SELECT id, n FROM lines ORDER BY id")).all(),
    [1, 2, 3, 4].map((id) => ({ id, n: 11 })),
    `${message}: every step counts once`,
  );
  assert.deepEqual(
    (await migrationHistory(engine)).map(({ name, state }) => [name, state]),
    [
      ["a", "applied"],
      ["b", "applied"],
      ["c", "applied"],
    ],
    message,
  );
  const { pending, unfinished } = await migrationStatus(engine, { folder });
  assert.deepEqual([pending, unfinished], [[], []], message);
  assert.deepEqual((await findDrift(engine)).changes, [], message);
  assert.equal((await findDrift(engine)).since, "c", message);
  await assertWhole(engine);
};

export const migrateKillSuite = (database: KillDatabase): void => {
  const folders: string[] = [];
  const newFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), "petrel-kill-"));
    folders.push(folder);
    await writeFolder(folder, database.alone);
    return folder;
  };
  after(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  test(`on ${database.name}, processes that apply at once do it once together`, async () => {
    const [url, folder] = [await database.create(), await newFolder()];
    const outcomes = await Promise.all([1, 2].map(() => applyInProcess(url, folder)));
    assert.deepEqual(
      outcomes.map(({ errors }) => errors),
      ["", ""],
    );
    await using engine = await createEngine(url);
    await assertApplied(engine, folder, database, "at once");
    assert.deepEqual(new Set(outcomes.flatMap(({ done }) => done)), new Set(["a", "b", "c"]));
  });

  test(`on ${database.name}, engines that apply at once do it once together`, async () => {
    const [url, folder] = [await database.create(), await newFolder()];
    const engines = await Promise.all([1, 2, 3].map(() => createEngine(url)));
    const reports = await Promise.all(engines.map((engine) => applyMigrations(engine, { folder })));
    for (const engine of engines) await engine.close();
    await using engine = await createEngine(url);
    await assertApplied(engine, folder, database, "at once");
    assert.deepEqual(new Set(reports.flatMap(({ done }) => done)), new Set(["a", "b", "c"]));
  });

  // A process takes its time to start: these are some, and the next test is every statement.
  test(`on ${database.name}, after a process was killed a second run comes to the right end`, async () => {
    const folder = await newFolder();
    for (const at of [12, 27]) {
      const url = await database.create();
      assert.equal((await applyInProcess(url, folder, at)).killed, true);
      await using engine = await createEngine(url);
      await applyMigrations(engine, { folder });
      await assertApplied(engine, folder, database, `killed at statement ${at}`);
    }
  });

  test(`on ${database.name}, a process that is killed at any statement of a migration leaves what a second run brings to the right end`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "petrel-kill-"));
    folders.push(folder);
    const statements = [
      "CREATE TABLE marked (id integer PRIMARY KEY, n integer)",
      "INSERT INTO marked VALUES (1, 0), (2, 0)",
      "ALTER TABLE marked ADD COLUMN x integer",
      "UPDATE marked SET n = n + 1",
      // Outside of a transaction: what is before it stays, whatever becomes of it.
      database.name === "SQLite" ? "VACUUM /* marked */" : "CREATE INDEX CONCURRENTLY marked_n ON marked (n)",
      "UPDATE marked SET x = coalesce(x, 0) + 1",
      "CREATE INDEX marked_x ON marked (x)",
    ];
    await writeFile(join(folder, "a.sql"), `-- parents: none\n-- up\n${statements.join(";\n")};\n`);
    for (const at of statements.keys()) {
      const url = await database.create();
      const { killed, errors } = await applyInProcess(url, folder, at, "marked");
      assert.ok(killed, `it was not killed at statement ${at}: ${errors}`);
      await using engine = await createEngine(url);
      await applyMigrations(engine, { folder });
      const message = `killed at statement ${at}`;
      assert.deepEqual(
        (await engine.execute("SELECT id, n, x FROM marked ORDER BY id")).all(),
        [1, 2].map((id) => ({ id, n: 1, x: 1 })),
        message,
      );
      assert.deepEqual(
        (await migrationHistory(engine)).map(({ name, state }) => [name, state]),
        [["a", "applied"]],
        message,
      );
      assert.deepEqual((await findDrift(engine)).changes, [], message);
    }
  });

  test(`on ${database.name}, after an end at any statement a second run comes to the right end`, async () => {
    const folder = await newFolder();
    // A database for each is dear on PostgreSQL: every third statement, and all of them by `npm run test:all`.
    const step = unlessAll === false || database.name === "SQLite" ? 1 : 3;
    let at = 0;
    for (let isDone = false; !isDone; at += step) {
      const url = await database.create();
      const mortal = await mortalEngine(url, at);
      isDone = await applyMigrations(mortal, { folder }).then(
        () => true,
        () => false,
      );
      await mortal.close();
      await using engine = await createEngine(url);
      await applyMigrations(engine, { folder });
      await assertApplied(engine, folder, database, `ended at statement ${at}`);
    }
    assert.ok(at > 30, `there were ${at} statements to end at`);
  });
};
