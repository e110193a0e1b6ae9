/** The `petrel` command against PostgreSQL: what SQLite has not. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";
import { scratchFolder, writeAll } from "../scratch.ts";
import { petrelHere } from "../support/petrel-here.ts";
import { nodeArguments, plainEnvironment } from "../support/run-petrel.ts";
import type { Ended } from "../support/run-petrel.ts";
import { scratchPassword, startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

const cwd = scratchFolder("cli-postgres");
let server: ScratchPostgres;

before(async () => {
  server = await startScratchPostgres();
  writeAll(cwd, {
    "petrel.config.ts": `import { defineConfig } from "petrel";\nexport default defineConfig({ models: "./models.ts" });\n`,
    "models.ts": `import { int, Model, text } from "petrel";\nexport class User extends Model("users", { id: int().primaryKey(), name: text() }) {}\n`,
  });
});
after(() => server.stop());

const petrel = (...args: string[]): Promise<Ended> => petrelHere(args, { cwd, env: { DATABASE_URL: server.url('shop "1"') } });

test("create, push, check, inspect, explain, migrate, reset, drop", async () => {
  assert.deepEqual(await petrel("db", "create"), { status: 0, out: 'The database shop "1" was created.\n', err: "" });
  assert.deepEqual(await petrel("db", "create"), { status: 0, out: 'The database shop "1" is there already.\n', err: "" });
  assert.equal((await petrel("db", "push")).status, 0);
  assert.equal((await petrel("db", "check")).status, 0);
  await using engine = await createEngine(server.url('shop "1"'));
  for (const text of [
    "CREATE TABLE extra (id int PRIMARY KEY)",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE TRIGGER touched BEFORE UPDATE ON extra FOR EACH ROW EXECUTE FUNCTION touch()",
  ])
    await engine.execute(text);
  await engine.close();
  const dropping = await petrel("db", "push", "--drop-unknown");
  assert.equal(dropping.status, 2);
  assert.match(dropping.err, /drops the table extra; drops the trigger touched of extra with it\. /);
  assert.equal((await petrel("db", "push", "--drop-unknown", "--confirm", 'shop "1"')).status, 0);
  assert.match((await petrel("inspect")).out, /\nnot managed: function touch\(\)\n$/);
  assert.match((await petrel("inspect", "users")).out, /^users\n[^]*id {6}integer {2}not null {2}counted up\n/);
  assert.match((await petrel("explain", "SELECT * FROM users WHERE id = 1", "--analyze")).out, /actual time/);
  const writing = await petrel("explain", "INSERT INTO users (name) VALUES ('x')", "--analyze");
  assert.deepEqual([writing.status, writing.out], [2, ""]);
  assert.match(writing.err, /^error: The transaction is read-only\./);
  const undone = await petrel("explain", "INSERT INTO users (name) VALUES ('x')", "--analyze", "--rollback");
  assert.match(undone.out, /^ModifyTable on public\.users[^]*Execution Time: /);
  assert.equal((await petrel("migrate", "make", "first")).status, 0);
  const reset = await petrel("db", "reset", "--confirm", 'shop "1"');
  assert.deepEqual([reset.status, reset.out], [0, 'The database shop "1" was made anew by 1 migrations.\n']);
  assert.equal((await petrel("migrate", "status")).status, 0);
  assert.equal((await petrel("db", "drop")).status, 2);
  assert.equal((await petrel("db", "drop", "--confirm", 'shop "1"', "--force")).status, 0);
  assert.deepEqual(JSON.parse((await petrel("db", "drop", "--confirm", 'shop "1"', "--json")).out), {
    database: 'shop "1"',
    dropped: false,
  });
});

test("doctor shows no password, and neither do errors", async () => {
  const doctor = await petrelHere(["doctor"], { cwd, env: { DATABASE_URL: server.url() } });
  assert.match(doctor.out, /postgresql:\/\/petrel:\*\*\*@127\.0\.0\.1:\d+\/postgres \(by DATABASE_URL\)/);
  const wrong = await petrelHere(["inspect", "--json"], { cwd, env: { DATABASE_URL: server.url().replace("petrel:", "nobody:") } });
  assert.equal(wrong.status, 2);
  for (const secret of [scratchPassword, encodeURIComponent(scratchPassword)])
    assert.ok(![doctor.out, doctor.err, wrong.out, wrong.err].some((text) => text.includes(secret)));
});

test("monitor --web prints the URL of a page on this machine, and ends with Ctrl-C", async () => {
  const child = spawn(process.execPath, [...nodeArguments, "monitor", "start", "--web", "--json", "--url", server.url()], {
    cwd,
    env: plainEnvironment(),
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url } = JSON.parse(String(line)) as { readonly url: string };
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}$/);
  assert.match(await (await fetch(url)).text(), /<h1>postgres on 127\.0\.0\.1:\d+<\/h1>/);
  child.kill("SIGINT");
  const [status] = (await once(child, "exit")) as [number | null];
  assert.equal(status, 0);
  const lines = await petrelHere(["monitor", "start", "--port", "1", "--url", server.url()], { cwd });
  assert.deepEqual([lines.status, lines.err], [2, "error: --port is for --web. [E1001: docs/errors/E1001.md]\n"]);
});

test("monitor shows one sample per look, a line of JSON each", async () => {
  const { status, out } = await petrelHere(["monitor", "start", "--count", "2", "--interval", "10ms", "--json", "--url", server.url()], {
    cwd,
  });
  assert.equal(status, 0);
  const samples = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { sessions: { limit: number }; rates: object | null });
  assert.deepEqual(
    samples.map(({ sessions, rates }) => [sessions.limit, rates === null]),
    [
      [100, true],
      [100, false],
    ],
  );
});

test("benchmark measures in a table of its own, which is gone afterwards", async () => {
  const args = ["benchmark", "performance", "--iterations", "2", "--warmup", "0", "--json", "--url", server.url()];
  const { status, out } = await petrelHere(args, { cwd });
  assert.equal(status, 0, out);
  const results = JSON.parse(out) as Record<string, { iterations: number; errors: unknown[] }>;
  assert.deepEqual(
    Object.values(results).map(({ iterations, errors }) => [iterations, errors]),
    Object.keys(results).map(() => [2, []]),
  );
  const tables = JSON.parse((await petrelHere(["inspect", "--json", "--url", server.url()], { cwd })).out) as { tables: unknown[] };
  assert.deepEqual(tables.tables, []);
});

test("schemas: pushed, pulled by --schema, checked, reset, and drift of what is not managed is a finding", async () => {
  const folder = scratchFolder("cli-postgres-schemas");
  writeAll(folder, {
    "petrel.config.ts": `export default { models: "./models.ts" };\n`,
    "models.ts": `import { int, Model, text } from "petrel";
export class User extends Model("users", { id: int().primaryKey() }) {}
export class Payer extends Model("users", { id: int().primaryKey(), name: text() }, { schema: "billing" }) {}
`,
  });
  const run = (...args: string[]): Promise<Ended> => petrelHere(args, { cwd: folder, env: { DATABASE_URL: server.url("schemas_shop") } });
  await run("db", "create");
  assert.equal((await run("db", "push")).status, 0);
  assert.equal((await run("db", "check")).status, 0);
  const pulled = JSON.parse((await run("db", "pull", "--json", "--schema", "billing")).out) as {
    models: string[];
    text: string;
    remarks: string[];
  };
  assert.deepEqual([pulled.models, pulled.remarks], [["User", "BillingUser"], []]);
  assert.match(pulled.text, /schema: "billing"/);
  assert.deepEqual((JSON.parse((await run("db", "pull", "--json")).out) as { models: string[] }).models, ["User"]);
  assert.equal((await run("migrate", "make", "first")).status, 0);
  const reset = await run("db", "reset", "--confirm", "schemas_shop");
  assert.equal(reset.status, 0, reset.err);
  assert.equal((await run("migrate", "check")).status, 0);
  await using engine = await createEngine(server.url("schemas_shop"));
  await engine.execute("CREATE SEQUENCE billing.numbers");
  const drifted = await run("migrate", "check");
  assert.equal(drifted.status, 4);
  assert.match(drifted.out, /Somebody changed the database since [^]*-- added: the sequence billing\.numbers/);
  await engine.close();
  assert.equal((await run("db", "drop", "--confirm", "schemas_shop", "--force")).status, 0);
});
