import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createEngine, int, Model, text } from "../../src/entry/index.ts";
import {
  applyMigrations,
  compare,
  findDrift,
  generateModels,
  introspect,
  makeMigration,
  planRollback,
  render,
  rollbackMigrations,
  runStatements,
} from "../../src/entry/migrate.ts";
import { modelsOfText } from "../support/models-of-text.ts";
import { BillingUser, Cross, Invoice, models, Odd, schemasSuite, User } from "../suites/schemas-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

let server: ScratchPostgres | null = null;
after(() => server?.stop());

schemasSuite("PostgreSQL", async () => {
  server ??= await startScratchPostgres();
  return createEngine(server.socketUrl(), { performance: { queryCache: {} } });
});

test("models in schemas become migrations, and a database that is what they ask for", async () => {
  server ??= await startScratchPostgres();
  await using maker = await createEngine(server.socketUrl());
  await maker.execute("CREATE DATABASE schemas_migrated");
  await using engine = await createEngine(server.socketUrl("schemas_migrated"));
  const all = [...models, Cross, Odd];
  const folder = await mkdtemp(join(tmpdir(), "petrel-schemas-"));
  const made = await makeMigration({ dialect: "postgres", folder, name: "create_all", models: all });
  assert.equal(made.outcome, "made");
  assert.match(made.outcome === "made" ? made.text : "", /CREATE SCHEMA IF NOT EXISTS "billing";[^]*CREATE TABLE "billing"\."users"/);
  assert.equal((await makeMigration({ dialect: "postgres", folder, name: "again", models: all })).outcome, "no changes");
  await applyMigrations(engine, { folder });
  assert.deepEqual((await compare(engine, all)).changes, []);
  assert.deepEqual((await findDrift(engine)).changes, []);
  await engine.execute("ALTER TABLE billing.users ADD COLUMN stray int");
  const drift = await findDrift(engine);
  assert.deepEqual(
    drift.statements.map(({ sql }) => sql),
    ['ALTER TABLE "billing"."users" ADD COLUMN "stray" integer'],
  );
  const { changes } = await compare(engine, all);
  assert.deepEqual(
    changes.map(({ change }) => change),
    ["dropColumn"],
  );
  await engine.execute("ALTER TABLE billing.users DROP COLUMN stray");
  const back = await planRollback(engine, { folder, steps: 1 });
  await rollbackMigrations(engine, { folder, steps: 1, consent: back.hash });
  assert.deepEqual(
    (await introspect(engine, { schemas: ["billing"] })).tables.map(({ name }) => name),
    ["petrel_migrations"],
  );
});

test("a table that goes to another schema takes its schema along where it is missing, and unknown tables beside it stay", async () => {
  server ??= await startScratchPostgres();
  await using maker = await createEngine(server.socketUrl());
  await maker.execute("CREATE DATABASE schemas_pushed");
  await using engine = await createEngine(server.socketUrl("schemas_pushed"));
  const plan = await compare(engine, [User, Invoice, BillingUser]);
  assert.deepEqual(
    plan.changes.map(({ change }) => change),
    ["createSchema", "createTable", "createTable", "createTable"],
  );
  await runStatements(engine, render(plan.changes, "postgres"));
  await engine.execute("CREATE TABLE billing.others (id int)");
  await engine.execute("CREATE TABLE billing.crosses (id int)");
  assert.deepEqual((await compare(engine, [User, Invoice, BillingUser], { keepUnknownTables: true })).changes, []);
  assert.deepEqual(
    (await compare(engine, [User, Invoice, BillingUser])).changes.map(({ change }) => change),
    ["dropTable", "dropTable"],
  );
  // Without models there, nobody looks into the schema.
  assert.deepEqual((await compare(engine, [User])).changes, []);
});

test("the default schema may be said by its name", async () => {
  class Named extends Model("users", { id: int().primaryKey(), name: text().unique(), points: int().default(0) }, { schema: "public" }) {}
  server ??= await startScratchPostgres();
  await using engine = await createEngine(server.socketUrl());
  await engine.dropAll([User]);
  await engine.createAll([User]);
  assert.deepEqual((await compare(engine, [Named], { keepUnknownTables: true })).changes, []);
});

test("what is generated from schemas is what is there", async () => {
  server ??= await startScratchPostgres();
  await using maker = await createEngine(server.socketUrl());
  await maker.execute("CREATE DATABASE schemas_generated");
  await using engine = await createEngine(server.socketUrl("schemas_generated"));
  await engine.createAll([...models, Cross]);
  const found = await introspect(engine, { schemas: ["billing"] });
  const made = generateModels(found);
  assert.deepEqual(made.remarks, []);
  assert.match(made.text, /class User extends Model\("users"/);
  assert.match(made.text, /class BillingUser extends Model\(/);
  assert.match(made.text, /schema: "billing"/);
  const generated = await modelsOfText(made.text);
  assert.deepEqual((await compare(engine, generated)).changes, []);
  // Of the default schema alone, a foreign key that leads elsewhere is left alone.
  const alone = generateModels(await introspect(engine));
  assert.deepEqual(alone.remarks, ["'crosses': its foreign key on user_id leads to a table without a model."]);
  assert.deepEqual((await compare(engine, await modelsOfText(alone.text))).changes, []);
});

test("COPY goes in and out of a schema, and tells what has changed", async () => {
  server ??= await startScratchPostgres();
  await using engine = await createEngine(server.socketUrl(), { performance: { queryCache: {} } });
  await engine.dropAll(models);
  await engine.createAll(models);
  const count = () => engine.query(BillingUser).cache({ ttl: 60 }).count();
  assert.equal(await count(), 0);
  assert.equal(await engine.copyFrom(BillingUser, [{ email: "ann" }, { email: "bob" }]), 2);
  assert.equal(await count(), 2);
  assert.equal(await engine.query(User).count(), 0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of engine.copyTo(Invoice)) chunks.push(chunk);
  await assert.rejects(engine.copyFrom(BillingUser, [{ email: "ann" }]), /BillingUser\.email already has/);
  assert.equal(Buffer.concat(chunks).toString(), "id,user_id,total\n");
});
