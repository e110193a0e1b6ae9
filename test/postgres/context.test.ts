// Rows for one tenant only: `engine.with({ role, settings })` and PostgreSQL's row security. Nothing of it may reach the connection's next user.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import {
  ConfigurationError,
  connect,
  createEngine,
  type Engine,
  int,
  Model,
  QueryError,
  sql,
  text,
  TransactionError,
} from "../../src/entry/index.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

class Order extends Model("orders", { id: int().primaryKey(), tenantId: int(), what: text() }) {}

let server: ScratchPostgres;
/** With one connection, so that whatever is left on it is met by the next statement. */
let engine: Engine;
const of = (tenant: number): Engine => engine.with({ role: "tenant", settings: { "app.tenant_id": tenant } });

before(async () => {
  server = await startScratchPostgres();
  engine = await createEngine(server.socketUrl(), { maxConnections: 1 });
  await engine.createAll([Order]);
  await engine.execute("CREATE ROLE tenant");
  await engine.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO tenant");
  await engine.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tenant");
  await engine.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY");
  await engine.execute("CREATE POLICY own ON orders USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int)");
});
after(async () => {
  await engine.close();
  await server.stop();
});
beforeEach(async () => {
  await engine.query(Order).delete({ all: true });
  await engine.session().insertAll(Order, [
    { id: 1, tenantId: 1, what: "tea" },
    { id: 2, tenantId: 1, what: "bread" },
    { id: 3, tenantId: 2, what: "salt" },
  ]);
  await engine.execute("SELECT setval(pg_get_serial_sequence('orders', 'id'), 100)");
});

const acting = sql<{
  who: string;
  tenant: string;
}>`SELECT current_user::text AS who, coalesce(current_setting('app.tenant_id', true), '') AS tenant`;
/** Nobody acts and nothing is set where the engine itself is used. */
afterEach(async () => {
  const [plain] = (await engine.execute(acting)).all();
  assert.equal(plain!.tenant, "");
  assert.notEqual(plain!.who, "tenant");
  assert.equal((await engine.execute("SELECT pg_stat_get_activity(pg_backend_pid())")).all().length, 1);
});

test("a query sees the rows of its own tenant, and the engine itself all of them", async () => {
  assert.deepEqual(await of(1).query(Order).orderBy("id").column("what"), ["tea", "bread"]);
  assert.equal(await engine.query(Order).count(), 3);
  assert.deepEqual(await of(2).query(Order).column("what"), ["salt"]);
  assert.equal(await of(3).query(Order).exists(), false);
  assert.deepEqual((await of(2).execute(acting)).all(), [{ who: "tenant", tenant: "2" }]);
  assert.equal(await of(1).query(Order).update({ what: "x" }, { all: true }), 2);
  assert.deepEqual(await engine.query(Order).filter({ id: 3 }).column("what"), ["salt"]);
});

test("a page, a batch, a stream and a prepared statement are in the context", async () => {
  const mine = of(1);
  assert.equal((await mine.query(Order).paginate({ page: 1, perPage: 1 })).total, 2);
  const [orders, counted] = await mine.batch([mine.query(Order), sql<{ count: number }>`SELECT count(*)::int AS count FROM orders`]);
  assert.deepEqual([orders.length, counted.all()], [2, [{ count: 2 }]]);
  const streamed: number[] = [];
  for await (const order of mine.query(Order).orderBy("id").stream({ batchSize: 1 })) streamed.push(order.id);
  assert.deepEqual(streamed, [1, 2]);
  for await (const order of mine.query(Order).orderBy("id").stream({ batchSize: 1 })) {
    assert.equal(order.id, 1);
    break;
  }
});

test("a transaction is in the context from its first statement to its end, savepoints included", async () => {
  await of(1).transaction(async (session) => {
    assert.equal(await session.query(Order).count(), 2);
    await session.insert(Order, { tenantId: 1, what: "milk" });
    await session
      .transaction(async (inner) => {
        await inner.query(Order).update({ what: "gone" }, { all: true });
        throw new Error("undo");
      })
      .catch(() => undefined);
    assert.deepEqual(await session.query(Order).orderBy("id").column("what"), ["tea", "bread", "milk"]);
  });
  assert.equal(await engine.query(Order).count(), 4);
  const session = of(2).session();
  const salt = await session.getOrThrow(Order, 3);
  salt.what = "pepper";
  session.add(new Order({ tenantId: 2, what: "oil" }));
  await session.commit();
  assert.deepEqual(await of(2).query(Order).orderBy("id").column("what"), ["pepper", "oil"]);
});

test("a first statement that could not be sent leaves the transaction its context", async () => {
  const bad = /NUL/;
  await of(1).transaction(async (session) => {
    await assert.rejects(async () => session.execute(sql`SELECT ${"a\0b"}::text`), bad);
    assert.deepEqual((await session.execute(acting)).all(), [{ who: "tenant", tenant: "1" }]);
  });
  await of(1).transaction(async (session) => {
    const first = assert.rejects(async () => session.execute(sql`SELECT ${"a\0b"}::text`), bad);
    const others = [session.execute(acting), session.execute(acting)];
    await first;
    for (const other of others) assert.deepEqual((await other).all(), [{ who: "tenant", tenant: "1" }]);
  });
});

test("a commit that is all a transaction has still acts as the role", async () => {
  await assert.rejects(
    of(1).transaction(async (session) => void session.add(new Order({ tenantId: 2, what: "theirs" }))),
    /row-level security|42501/,
  );
  await of(1).transaction(async (session) => void session.add(new Order({ tenantId: 1, what: "mine" })));
  assert.deepEqual(await engine.query(Order).filter({ id__gt: 3 }).column("what"), ["mine"]);
  await of(1).transaction(async () => undefined);
});

test("what fails, is rolled back or is aborted leaves nothing behind", async () => {
  await assert.rejects(of(1).session().insert(Order, { tenantId: 2, what: "theirs" }), QueryError);
  const undo = new Error("undo");
  await assert.rejects(
    of(1).transaction(async (session) => {
      await session.query(Order).delete({ all: true });
      throw undo;
    }),
    (error) => error === undo,
  );
  await assert.rejects(of(1).execute("SELECT pg_sleep(5)", [], { timeout: 30 }), { name: "QueryCanceled" });
  await assert.rejects(of(1).query(Order).all({ signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(await engine.query(Order).count(), 3);
});

test("a role that does not exist runs nothing, and says so", async () => {
  const nobody = engine.with({ role: "nobody at all" });
  const missing = { name: "QueryError", message: /role … does not exist/ };
  await assert.rejects(nobody.query(Order).all(), missing);
  await assert.rejects(nobody.query(Order).delete({ all: true }), missing);
  await assert.rejects(
    nobody.transaction((session) => session.query(Order).delete({ all: true })),
    missing,
  );
  await assert.rejects(
    nobody.transaction(async (session) => void session.add(new Order({ tenantId: 1, what: "x" }))),
    missing,
  );
  await assert.rejects(async () => {
    for await (const _ of nobody.query(Order).stream()) assert.fail("a row");
  }, missing);
  assert.equal(await engine.query(Order).count(), 3);
});

test("many at once, on few connections, see each their own", async () => {
  await using wide = await createEngine(server.socketUrl(), { maxConnections: 3 });
  const asked = Array.from({ length: 90 }, async (_, index) => {
    const tenant = index % 3;
    const mine = tenant === 0 ? wide : wide.with({ role: "tenant", settings: { "app.tenant_id": tenant } });
    const count = index % 2 === 0 ? await mine.query(Order).count() : await mine.transaction((session) => session.query(Order).count());
    return [tenant, count];
  });
  for (const [tenant, count] of await Promise.all(asked)) assert.equal(count, [3, 2, 1][tenant!]);
});

test("contexts stand inside each other, the inner one last", async () => {
  const inner = of(1).with({ settings: { "app.tenant_id": 2, "app.note": "it's" } });
  assert.deepEqual(await inner.query(Order).column("what"), ["salt"]);
  assert.deepEqual((await inner.execute("SELECT current_setting('app.note') AS note")).all(), [{ note: "it's" }]);
});

test("inside its transaction the engine itself is outside, and objects are inside", async () => {
  await using database = await connect(server.socketUrl());
  await database.with({ role: "tenant", settings: { "app.tenant_id": 1 } }).transaction(async () => {
    assert.equal(await Order.objects.count(), 2);
    await assert.rejects(database.query(Order).all(), TransactionError);
  });
  assert.equal(await Order.objects.count(), 3);
});

test("what cannot be a context is refused", async () => {
  const refused = (context: unknown): void => assert.throws(() => engine.with(context as { role: string }), ConfigurationError);
  for (const role of ["", "none", "NONE", 5, null, "a\0b"]) refused({ role });
  for (const name of ["role", "session_authorization", "a b", "x'", "", "1a", "app."]) refused({ settings: { [name]: "x" } });
  for (const value of [null, undefined, {}, Number.NaN, "a\0b"]) refused({ settings: { "app.x": value } });
  for (const context of [{}, { settings: {} }, null, undefined, { roles: "x" }, "tenant"]) refused(context);
  await assert.rejects(of(1).copyFrom(Order, [{ tenantId: 1, what: "x" }]), /does not run in a context of engine\.with/);
  await using sqlite = await createEngine("sqlite::memory:");
  assert.throws(() => sqlite.with({ role: "tenant" }), /which SQLite does not have/);
});

test("closing it closes nothing", async () => {
  {
    await using mine = of(1);
    assert.equal(await mine.query(Order).count(), 2);
  }
  assert.equal(await of(1).query(Order).count(), 2);
});
