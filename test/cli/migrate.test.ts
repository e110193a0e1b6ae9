/** `petrel migrate` as a process, on SQLite: from the first migration to the way back. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createEngine } from "../../src/entry/index.ts";
import { scratchFolder, writeAll } from "../scratch.ts";
import { runPetrel } from "../support/run-petrel.ts";
import type { Ended } from "../support/run-petrel.ts";

const folder = scratchFolder("cli-migrate");

const modelsWith = (...columns: readonly string[]): string => `import { int, Model, text } from "petrel";
export class User extends Model("users", { ${["id: int().primaryKey()", ...columns].join(", ")} }) {}
`;
const config = `import { defineConfig } from "petrel";
export default defineConfig({ url: "sqlite:app.db", models: "./models.ts" });
`;

const project = (name: string, ...columns: readonly string[]): { cwd: string; petrel: (...args: string[]) => Promise<Ended> } => {
  const cwd = join(folder, name);
  writeAll(cwd, { "petrel.config.ts": config, "models.ts": modelsWith(...columns) });
  return { cwd, petrel: (...args) => runPetrel(args, { cwd }) };
};

const columnsIn = async (cwd: string): Promise<unknown[]> => {
  await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
  return (await engine.execute("SELECT name FROM pragma_table_info('users')")).all().map(({ name }) => name);
};

test("init, make, plan, apply, status, history, rollback", async () => {
  const cwd = join(folder, "life");
  writeAll(cwd, { ".keep": "" });
  const petrel = (...args: string[]): Promise<Ended> => runPetrel(args, { cwd });
  assert.deepEqual(await petrel("init"), {
    status: 0,
    out: "wrote petrel.config.ts\nwrote ./src/models.ts\nNext: petrel migrate make first, petrel migrate apply\n",
    err: "",
  });
  assert.equal((await petrel("init")).status, 2);
  const made = await petrel("migrate", "make", "first", "--json");
  assert.equal(made.status, 0, made.err + made.out);
  const { name } = JSON.parse(made.out) as { name: string };
  assert.deepEqual(readdirSync(join(cwd, "migrations")).sort(), [`${name}.sql`, `${name}.structure.json`]);
  assert.equal((await petrel("migrate", "make", "again")).out, "The models ask for nothing that the migrations do not make.\n");
  const plan = await petrel("migrate", "plan");
  assert.match(plan.out, new RegExp(`^${name}\\n[^]*CREATE TABLE "users"[^]*\\ndatabase .*app\\.db, plan [0-9a-f]{16}\\n$`));
  const pending = await petrel("migrate", "status");
  assert.deepEqual([pending.status, pending.out.includes("pending")], [4, true]);
  const applied = await petrel("migrate", "apply");
  assert.deepEqual([applied.status, applied.out], [0, `applied ${name}\n`]);
  assert.match(applied.err, new RegExp(`^${name} 1/1: CREATE TABLE "users"`));
  assert.deepEqual((await petrel("migrate", "apply")).out, "Nothing was pending.\n");
  assert.equal((await petrel("migrate", "status")).status, 0);
  assert.match((await petrel("migrate", "history")).out, new RegExp(`\\n${name}  applied  run  .*Z  \\d+ ms\\n$`));
  assert.deepEqual((await petrel("migrate", "check")).out, "All is well.\n");
  const refused = await petrel("migrate", "rollback");
  assert.deepEqual([refused.status, refused.out], [2, ""]);
  assert.match(refused.err, /drops the table users\. If that is meant, pass --confirm app\.db /);
  assert.equal((await petrel("migrate", "rollback", "--confirm", "app.db")).out, `took back ${name}\n`);
  assert.deepEqual(await columnsIn(cwd), []);
});

test("make guesses no rename; --rename says it, and apply keeps the values", async () => {
  const { cwd, petrel } = project("rename", "name: text()");
  await petrel("migrate", "make", "first");
  assert.equal((await petrel("migrate", "apply")).status, 0);
  writeAll(cwd, { "models.ts": modelsWith("fullName: text()") });
  assert.deepEqual(await petrel("migrate", "make", "second"), {
    status: 4,
    out: "Nothing was written. Answer first:\nWas the column 'users.name' renamed? --rename users.name=full_name or --gone users.name\n",
    err: "",
  });
  assert.equal((await petrel("migrate", "make", "second", "--rename", "users.name=full_name")).status, 0);
  const sql = await petrel("migrate", "sql");
  assert.match(sql.out, /ALTER TABLE "users" RENAME COLUMN "name" TO "full_name";\n$/);
  const rehearsed = await petrel("migrate", "apply", "--dry-run");
  assert.deepEqual([rehearsed.status, rehearsed.out], [0, "It was tried, and nothing was kept.\n"]);
  assert.deepEqual(await columnsIn(cwd), ["id", "name"]);
  assert.equal((await petrel("migrate", "apply")).status, 0);
  assert.deepEqual(await columnsIn(cwd), ["id", "full_name"]);
});

test("apply loses nothing without consent; the hash of the plan is one", async () => {
  const { cwd, petrel } = project("consent", "name: text()");
  await petrel("migrate", "make", "first");
  await petrel("migrate", "apply");
  writeAll(cwd, { "models.ts": modelsWith() });
  const made = await petrel("migrate", "make", "second", "--gone", "users.name");
  assert.deepEqual([made.status, made.err], [0, "warning: it drops the column users.name\n"]);
  assert.equal((await petrel("migrate", "apply")).status, 2);
  assert.equal((await petrel("migrate", "apply", "--consent", "0123456789abcdef")).status, 2);
  assert.deepEqual(await columnsIn(cwd), ["id", "name"]);
  const { hash } = JSON.parse((await petrel("migrate", "plan", "--json")).out) as { hash: string };
  assert.equal((await petrel("migrate", "apply", "--consent", hash)).status, 0);
  assert.deepEqual(await columnsIn(cwd), ["id"]);
});

test("check finds models without a migration, and what somebody changed by hand", async () => {
  const { cwd, petrel } = project("check", "name: text()");
  const unwritten = await petrel("migrate", "check", "--offline");
  assert.equal(unwritten.status, 4);
  assert.match(unwritten.out, /^The models ask for what no migration makes \(petrel migrate make\):\n\nCREATE TABLE "users"/);
  await petrel("migrate", "make", "first");
  await petrel("migrate", "apply");
  assert.equal((await petrel("migrate", "check")).status, 0);
  await using engine = await createEngine(`sqlite:${join(cwd, "app.db")}`);
  await engine.execute("ALTER TABLE users ADD COLUMN shoe INTEGER");
  const drifted = await petrel("migrate", "check");
  assert.equal(drifted.status, 4);
  assert.match(drifted.out, /^Somebody changed the database since [^]*shoe/);
});

test("stamp writes the history of a database that was there before, squash makes one of many, reset makes all anew", async () => {
  const { cwd, petrel } = project("squash", "name: text()");
  await petrel("db", "push");
  await petrel("migrate", "make", "first");
  assert.match((await petrel("migrate", "stamp")).out, /^stamped \d+_first\n$/);
  assert.equal((await petrel("migrate", "status")).status, 0);
  writeAll(cwd, { "models.ts": modelsWith("name: text()", "age: int().nullable()") });
  await petrel("migrate", "make", "second");
  await petrel("migrate", "apply");
  const squashed = await petrel("migrate", "squash", "both", "--remove");
  assert.match(squashed.out, /_both\.sql stands for 2 migrations\.\n$/);
  assert.equal(readdirSync(join(cwd, "migrations")).filter((file) => file.endsWith(".sql")).length, 1);
  assert.equal((await petrel("migrate", "apply")).status, 0);
  assert.equal((await petrel("migrate", "status")).status, 0);
  assert.equal((await petrel("db", "reset")).status, 2);
  const reset = await petrel("db", "reset", "--confirm", "app.db");
  assert.deepEqual([reset.status, reset.out], [0, "The database app.db was made anew by 1 migrations.\n"]);
  assert.deepEqual(await columnsIn(cwd), ["id", "name", "age"]);
  assert.equal((await petrel("db", "check", "--all")).status, 0);
});

test("init writes no password", async () => {
  const cwd = join(folder, "secret");
  writeAll(cwd, { ".keep": "" });
  const { status, err } = await runPetrel(["init", "--url", "postgresql://u:hush@localhost/shop"], { cwd });
  assert.deepEqual([status, err], [0, "warning: The URL has a password and was not written. Set DATABASE_URL to it.\n"]);
  assert.ok(!readFileSync(join(cwd, "petrel.config.ts"), "utf8").includes("hush"));
});
